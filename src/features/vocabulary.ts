import { ModelFormatError, OptionError } from "../errors.js";
import { extendHash, finishHash, HASH_START, hashUnits } from "./term-hash.js";

/** A vocabulary as it stands in a model file of version 2. */
export interface VocabularyUnits {
  /** UTF-16 units of all terms one after another, in column order. */
  readonly termUnits: Uint16Array;
  /** `[nTerms + 1]` where each term begins in `termUnits`; the last element is its length. */
  readonly termOffsets: Uint32Array;
}

/** A vocabulary as it stands in a model file of version 1. */
export interface VocabularyBytes {
  /** UTF-8 of all terms one after another, in column order. */
  readonly termBytes: Uint8Array;
  /** `[nTerms + 1]` where each term begins in `termBytes`; the last element is its length. */
  readonly termOffsets: Uint32Array;
}

/** Unpaired half of a surrogate pair: UTF-8 has no bytes for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a model file can hold the term: false for one with a lone surrogate. */
export function isStorableTerm(term: string): boolean {
  return !LONE_SURROGATE.test(term);
}

/** UTF-16 units of the character that begins with this UTF-8 byte; 0 for the bytes after the first. */
function unitsOf(byte: number): number {
  if (byte >= 0xf0) return 2;
  return (byte & 0xc0) === 0x80 ? 0 : 1;
}

/** More arguments of `String.fromCharCode` could overflow the stack. */
const UNITS_PER_CALL = 4096;

function decodeUnits(units: Uint16Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i += UNITS_PER_CALL) {
    text += String.fromCharCode(...units.subarray(i, Math.min(i + UNITS_PER_CALL, end)));
  }
  return text;
}

function encodeUnits(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** Negative, 0 or positive as the term at `[start, end)` comes before, is, or comes after the other one. */
function compareUnits(
  units: Uint16Array,
  start: number,
  end: number,
  otherUnits: Uint16Array,
  otherStart: number,
  otherEnd: number,
): number {
  const shared = Math.min(end - start, otherEnd - otherStart);
  for (let i = 0; i < shared; i++) {
    const difference = (units[start + i] as number) - (otherUnits[otherStart + i] as number);
    if (difference !== 0) return difference;
  }
  return end - start - (otherEnd - otherStart);
}

/** Place of the first lone surrogate in `[start, end)`, or -1. */
function findLoneSurrogate(units: Uint16Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const unit = units[i] as number;
    if ((unit & 0xf800) !== 0xd800) continue;
    const isPair = unit < 0xdc00 && i + 1 < end && ((units[i + 1] as number) & 0xfc00) === 0xdc00;
    if (!isPair) return i;
    i++;
  }
  return -1;
}

/**
 * Slots looked at before the sorted terms are searched instead. Terms chosen so that their hashes meet would make a plain
 * table quadratic; with a limit a look-up takes O(log V) at worst. At most half of the slots are used, so that terms of
 * texts never reach the limit: of the 100,000 terms of a YNAT model the farthest stands 23 slots from its place (2026-11-23).
 */
const MAX_PROBES = 64;

/**
 * The one-to-one relation of terms and columns of a document-term matrix. Immutable.
 *
 * Columns are in the order of UTF-16 code units, on every machine and in every locale. scikit-learn sorts by code point;
 * the two differ only where a character above U+FFFF meets one in U+E000 … U+FFFF.
 *
 * Terms are held as units and found by a table of their hashes, without a string per term: what a model file holds is used
 * where it lies.
 */
export class Vocabulary implements Iterable<string> {
  readonly #units: Uint16Array;
  readonly #offsets: Uint32Array;
  /** Pairs of hash and column + 1; a column of 0 marks a free slot. Made with the first look-up, for kernels have tables of their own. */
  #slots: Uint32Array | null = null;

  /** The terms must be checked already. */
  private constructor(units: Uint16Array, offsets: Uint32Array) {
    this.#units = units;
    this.#offsets = offsets;
  }

  /**
   * Returns the vocabulary with these terms as its columns; the list is copied.
   * @throws {OptionError} when the terms do not rise strictly by UTF-16 code unit, or one has a lone surrogate
   */
  static fromTerms(terms: Iterable<string>): Vocabulary {
    const list = [...terms];
    const offsets = new Uint32Array(list.length + 1);
    let nUnits = 0;
    for (const [column, term] of list.entries()) {
      const before = list[column - 1];
      if (before !== undefined && before >= term) {
        throw new OptionError("terms", "sorted by UTF-16 code unit without duplicates", [before, term]);
      }
      if (!isStorableTerm(term)) throw new OptionError("terms", "strings without lone surrogates", term);
      nUnits += term.length;
      offsets[column + 1] = nUnits;
    }
    const units = new Uint16Array(nUnits);
    let place = 0;
    for (const term of list) for (let i = 0; i < term.length; i++) units[place++] = term.charCodeAt(i);
    return new Vocabulary(units, offsets);
  }

  /**
   * Returns the vocabulary over arrays like those of `toUnits`, which then belong to it.
   * @throws {ModelFormatError} when the offsets do not fit the units, a term has a lone surrogate, or the terms do not rise
   * strictly; its `offset` counts bytes from the start of `termUnits`
   */
  static fromUnits({ termUnits, termOffsets }: VocabularyUnits): Vocabulary {
    const nTerms = termOffsets.length - 1;
    checkEnds(termOffsets, termUnits.length);
    if (arePlainTerms(termUnits, termOffsets)) return new Vocabulary(termUnits, termOffsets);
    const unitBytes = Uint16Array.BYTES_PER_ELEMENT;
    for (let column = 0; column < nTerms; column++) {
      const start = termOffsets[column] as number;
      const end = checkedEnd(termOffsets, column, termUnits.length, unitBytes);
      const lone = findLoneSurrogate(termUnits, start, end);
      if (lone !== -1) {
        throw new ModelFormatError(lone * unitBytes, `term ${column} without a lone surrogate`, "one");
      }
      checkOrder(termUnits, termOffsets, column, start * unitBytes);
    }
    return new Vocabulary(termUnits, termOffsets);
  }

  /**
   * Returns the vocabulary of a model file of version 1; the bytes are not kept.
   * @throws {ModelFormatError} when the offsets do not fit the bytes, the bytes are not UTF-8, or the terms do not rise
   * strictly; its `offset` counts from the start of `termBytes`
   */
  static fromBytes({ termBytes, termOffsets }: VocabularyBytes): Vocabulary {
    const nTerms = termOffsets.length - 1;
    checkEnds(termOffsets, termBytes.length);
    let text: string;
    try {
      // A byte order mark is an ordinary character of a term.
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(termBytes);
    } catch (cause) {
      throw new ModelFormatError(0, "terms in UTF-8", "other bytes", { cause });
    }
    const units = encodeUnits(text);
    const offsets = new Uint32Array(nTerms + 1);
    for (let column = 0; column < nTerms; column++) {
      const start = termOffsets[column] as number;
      const end = checkedEnd(termOffsets, column, termBytes.length, 1);
      if (end < termBytes.length && unitsOf(termBytes[end] as number) === 0) {
        throw new ModelFormatError(end, `the end of term ${column} between characters`, "one inside a character");
      }
      let unit = offsets[column] as number;
      for (let i = start; i < end; i++) unit += unitsOf(termBytes[i] as number);
      offsets[column + 1] = unit;
      checkOrder(units, offsets, column, start);
    }
    return new Vocabulary(units, offsets);
  }

  /** Number of terms, which is the number of columns. */
  get nTerms(): number {
    return this.#offsets.length - 1;
  }

  /** Column of the term, or -1 when the vocabulary lacks it. */
  columnOf(term: string): number {
    let state = HASH_START;
    for (let i = 0; i < term.length; i++) state = extendHash(state, term.charCodeAt(i));
    const hash = finishHash(state);
    const slots = this.#table();
    const mask = slots.length / 2 - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = 2 * ((hash + probe) & mask);
      const column = (slots[slot + 1] as number) - 1;
      if (column === -1) return -1;
      if (slots[slot] === hash && this.#isTerm(column, term)) return column;
    }
    return this.#search(encodeUnits(term), 0, term.length);
  }

  /**
   * `columnOf` for the term whose units are `units[start … end)`, without a string.
   * @param state `hashUnits` of them, or `extendHash` step by step
   */
  columnOfUnits(units: Uint16Array, start: number, end: number, state: number): number {
    const hash = finishHash(state);
    const slots = this.#table();
    const mask = slots.length / 2 - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = 2 * ((hash + probe) & mask);
      const column = (slots[slot + 1] as number) - 1;
      if (column === -1) return -1;
      if (slots[slot] === hash && this.#compare(column, units, start, end) === 0) return column;
    }
    return this.#search(units, start, end);
  }

  /**
   * Term of the column.
   * @throws {OptionError} when the column is not an integer in [0, nTerms)
   */
  termAt(column: number): string {
    if (!(Number.isInteger(column) && column >= 0 && column < this.nTerms)) {
      throw new OptionError("column", `an integer in [0, ${this.nTerms})`, column);
    }
    return decodeUnits(this.#units, this.#offsets[column] as number, this.#offsets[column + 1] as number);
  }

  /** The terms in column order. */
  *[Symbol.iterator](): Generator<string, void> {
    for (let column = 0; column < this.nTerms; column++) yield this.termAt(column);
  }

  /** Returns the form for a model file: the vocabulary's own arrays, not to be written to. */
  toUnits(): VocabularyUnits {
    return { termUnits: this.#units, termOffsets: this.#offsets };
  }

  #table(): Uint32Array {
    this.#slots ??= fillSlots(this.#units, this.#offsets);
    return this.#slots;
  }

  #isTerm(column: number, term: string): boolean {
    const start = this.#offsets[column] as number;
    if ((this.#offsets[column + 1] as number) - start !== term.length) return false;
    for (let i = 0; i < term.length; i++) if (this.#units[start + i] !== term.charCodeAt(i)) return false;
    return true;
  }

  #compare(column: number, units: Uint16Array, start: number, end: number): number {
    const ownStart = this.#offsets[column] as number;
    return compareUnits(this.#units, ownStart, this.#offsets[column + 1] as number, units, start, end);
  }

  /** Binary search of the sorted terms. */
  #search(units: Uint16Array, start: number, end: number): number {
    let low = 0;
    let high = this.nTerms - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(middle, units, start, end);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/**
 * Returns pairs of hash and column + 1, twice as many as terms or more, a power of two. Each term takes the first free slot
 * from its own on; without one among the first, it is left to the search.
 */
function fillSlots(units: Uint16Array, offsets: Uint32Array): Uint32Array {
  const nTerms = offsets.length - 1;
  const nSlots = 2 ** Math.ceil(Math.log2(Math.max(2 * nTerms, 2)));
  const mask = nSlots - 1;
  const slots = new Uint32Array(2 * nSlots);
  let start = 0;
  for (let column = 0; column < nTerms; column++) {
    const end = offsets[column + 1] as number;
    const hash = finishHash(hashUnits(units, start, end));
    start = end;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = 2 * ((hash + probe) & mask);
      if (slots[slot + 1] !== 0) continue;
      slots[slot] = hash;
      slots[slot + 1] = column + 1;
      break;
    }
  }
  return slots;
}

/** Whether terms rise strictly and have no surrogates at all, in one loop that is quick before it is compiled, too. */
function arePlainTerms(units: Uint16Array, offsets: Uint32Array): boolean {
  for (let i = 0; i < units.length; i++) if (((units[i] as number) & 0xf800) === 0xd800) return false;
  let before = 0;
  let start = 0;
  for (let column = 1; column < offsets.length; column++) {
    const end = offsets[column] as number;
    if (end < start || end > units.length) return false;
    if (column > 1) {
      let place = start;
      let other = before;
      while (place < end && other < start && units[place] === units[other]) {
        place++;
        other++;
      }
      // At the end of the term before it there must be more; else what differs must be greater.
      if (place === end || (other < start && (units[place] as number) < (units[other] as number))) return false;
    }
    before = start;
    start = end;
  }
  return true;
}

function checkEnds(termOffsets: Uint32Array, nElements: number): void {
  const nTerms = termOffsets.length - 1;
  if (nTerms < 0 || termOffsets[0] !== 0 || termOffsets[nTerms] !== nElements) {
    throw new ModelFormatError(0, `term offsets from 0 to ${nElements}`, `[${termOffsets.slice(0, 8)}]`);
  }
}

/** End of a term, which must be between its start and the end of all. */
function checkedEnd(termOffsets: Uint32Array, column: number, nElements: number, elementBytes: number): number {
  const start = termOffsets[column] as number;
  const end = termOffsets[column + 1] as number;
  if (end >= start && end <= nElements) return end;
  throw new ModelFormatError(start * elementBytes, `the end of term ${column} at ${start} … ${nElements}`, String(end));
}

/** Refuses a term that does not come after the one before it. */
function checkOrder(units: Uint16Array, offsets: Uint32Array, column: number, byteOffset: number): void {
  if (column === 0) return;
  const before = offsets[column - 1] as number;
  const start = offsets[column] as number;
  const end = offsets[column + 1] as number;
  if (compareUnits(units, before, start, units, start, end) < 0) return;
  const show = (from: number, to: number): string => JSON.stringify(decodeUnits(units, from, to));
  throw new ModelFormatError(byteOffset, `a term after ${show(before, start)}`, show(start, end));
}
