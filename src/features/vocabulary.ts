import { ModelFormatError, OptionError } from "../errors.js";

/** A vocabulary as it stands in a model file. */
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

/**
 * The one-to-one relation of terms and columns of a document-term matrix. Immutable.
 *
 * Columns are in the order of UTF-16 code units, on every machine and in every locale. scikit-learn sorts by code point;
 * the two differ only where a character above U+FFFF meets one in U+E000 … U+FFFF.
 */
export class Vocabulary implements Iterable<string> {
  readonly #terms: readonly string[];
  readonly #columns: ReadonlyMap<string, number>;

  private constructor(terms: readonly string[], columns: ReadonlyMap<string, number>) {
    this.#terms = terms;
    this.#columns = columns;
  }

  /**
   * Returns the vocabulary with these terms as its columns; the list is copied.
   * @throws {OptionError} when the terms do not rise strictly by UTF-16 code unit, or one has a lone surrogate
   */
  static fromTerms(terms: Iterable<string>): Vocabulary {
    const list = [...terms];
    const columns = new Map<string, number>();
    for (const [column, term] of list.entries()) {
      const before = list[column - 1];
      if (before !== undefined && before >= term) {
        throw new OptionError("terms", "sorted by UTF-16 code unit without duplicates", [before, term]);
      }
      if (!isStorableTerm(term)) throw new OptionError("terms", "strings without lone surrogates", term);
      columns.set(term, column);
    }
    return new Vocabulary(list, columns);
  }

  /**
   * Returns the vocabulary that `toBytes` gave; the bytes are not kept.
   * @throws {ModelFormatError} when the offsets do not fit the bytes, the bytes are not UTF-8, or the terms do not rise
   * strictly; its `offset` counts from the start of `termBytes`
   */
  static fromBytes({ termBytes, termOffsets }: VocabularyBytes): Vocabulary {
    const nTerms = termOffsets.length - 1;
    if (nTerms < 0 || termOffsets[0] !== 0 || termOffsets[nTerms] !== termBytes.length) {
      throw new ModelFormatError(0, `term offsets from 0 to ${termBytes.length}`, `[${termOffsets.slice(0, 8)}]`);
    }
    let text: string;
    try {
      // A byte order mark is an ordinary character of a term.
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(termBytes);
    } catch (cause) {
      throw new ModelFormatError(0, "terms in UTF-8", "other bytes", { cause });
    }
    const terms: string[] = [];
    const columns = new Map<string, number>();
    let before: string | undefined;
    let unit = 0;
    for (let column = 0; column < nTerms; column++) {
      const start = termOffsets[column] as number;
      const end = termOffsets[column + 1] as number;
      if (end < start || end > termBytes.length) {
        throw new ModelFormatError(start, `the end of term ${column} at ${start} … ${termBytes.length}`, String(end));
      }
      if (end < termBytes.length && unitsOf(termBytes[end] as number) === 0) {
        throw new ModelFormatError(end, `the end of term ${column} between characters`, "one inside a character");
      }
      const unitStart = unit;
      for (let i = start; i < end; i++) unit += unitsOf(termBytes[i] as number);
      const term = text.slice(unitStart, unit);
      if (before !== undefined && before >= term) {
        throw new ModelFormatError(start, `a term after ${JSON.stringify(before)}`, JSON.stringify(term));
      }
      terms.push(term);
      columns.set(term, column);
      before = term;
    }
    return new Vocabulary(terms, columns);
  }

  /** Number of terms, which is the number of columns. */
  get nTerms(): number {
    return this.#terms.length;
  }

  /** Column of the term, or -1 when the vocabulary lacks it. */
  columnOf(term: string): number {
    return this.#columns.get(term) ?? -1;
  }

  /**
   * Term of the column.
   * @throws {OptionError} when the column is not an integer in [0, nTerms)
   */
  termAt(column: number): string {
    const term = this.#terms[column];
    if (term === undefined) throw new OptionError("column", `an integer in [0, ${this.nTerms})`, column);
    return term;
  }

  /** The terms in column order. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.#terms.values();
  }

  /** Returns the form for a model file; the arrays belong to the caller. */
  toBytes(): { readonly termBytes: Uint8Array<ArrayBuffer>; readonly termOffsets: Uint32Array<ArrayBuffer> } {
    const encoder = new TextEncoder();
    const termOffsets = new Uint32Array(this.nTerms + 1);
    let nUnits = 0;
    for (const term of this.#terms) nUnits += term.length;
    // No UTF-16 unit takes more than 3 bytes of UTF-8.
    const buffer = new Uint8Array(nUnits * 3);
    let offset = 0;
    for (const [column, term] of this.#terms.entries()) {
      offset += encoder.encodeInto(term, buffer.subarray(offset)).written;
      termOffsets[column + 1] = offset;
    }
    return { termBytes: buffer.slice(0, offset), termOffsets };
  }
}
