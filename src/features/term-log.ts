import { NewsclfError } from "../errors.js";
import type { NamedTerms, NumberedTerms, NumberingKernel, NumberingKernelFactory } from "../kernels/numbering.js";
import type { TermRanges } from "../kernels/terms.js";
import { ReferenceNumbering } from "./reference-numbering.js";
import type { Spool } from "./spool.js";
import { SpooledUint32List } from "./spooled-uint32-list.js";
import { Uint32List } from "./uint32-list.js";

/**
 * Documents as numbers of terms: what a thread that analyses hands over. No term travels twice; it is named when its
 * numbering meets it first.
 */
export interface TermBatch {
  /** Whose numbers they are: 0, 1, 2 …; each analysing thread numbers terms by itself. */
  readonly numbering: number;
  /** Whether its numbers begin with 0 again: none from before are used any more. */
  readonly beginsAnew: boolean;
  /** UTF-16 units, one term after another, of the terms that are new to the numbering, which continues with them. */
  readonly newUnits: Uint16Array;
  /** `[nNewTerms]` where each of them ends in `newUnits`. */
  readonly newTermEnds: Uint32Array;
  /** Numbers of the terms of all documents, one document after another, as often as they occur. */
  readonly termNumbers: Uint32Array;
  /** `[nDocuments]` where each document ends in `termNumbers`. */
  readonly documentEnds: Uint32Array;
}

/**
 * Terms after which a numbering begins anew: the terms that come again are named again, and a thread's table stays at some
 * 10 MB however many articles there are.
 */
const MAX_NUMBERED_TERMS = 1 << 18;

/** Makes batches of documents whose terms a kernel numbers. */
export class TermNumbering {
  readonly #numbering: number;
  readonly #kernel: NumberingKernel;
  #isFirstOfTable = true;
  /** Terms named in the batches before. */
  #nNamed = 0;
  #termNumbers = new Uint32Array(4096);
  #nNumbers = 0;
  #documentEnds: number[] = [];

  /**
   * @param numbering what the batches say of whose numbers they are
   * @param kernel without terms, and for these batches alone
   */
  constructor(numbering: number, kernel: NumberingKernel) {
    this.#numbering = numbering;
    this.#kernel = kernel;
  }

  /** Adds the document whose words and units the kernel's buffers hold; see `NumberingKernel.number`. */
  addDocument(nUnits: number, nWords: number, nSingles: number): void {
    const nNumbers = this.#kernel.number(nUnits, nWords, nSingles);
    const end = this.#nNumbers + nNumbers;
    if (end > this.#termNumbers.length) {
      const grown = new Uint32Array(Math.max(end, 2 * this.#termNumbers.length));
      grown.set(this.#termNumbers.subarray(0, this.#nNumbers));
      this.#termNumbers = grown;
    }
    this.#termNumbers.set(this.#kernel.numbers.subarray(0, nNumbers), this.#nNumbers);
    this.#nNumbers = end;
    this.#documentEnds.push(end);
  }

  /** Returns the documents since the last call. */
  takeBatch(): TermBatch {
    const { units: newUnits, ends: newTermEnds } = this.#kernel.termsFrom(this.#nNamed);
    const batch = {
      numbering: this.#numbering,
      beginsAnew: this.#isFirstOfTable,
      newUnits,
      newTermEnds,
      termNumbers: this.#termNumbers.slice(0, this.#nNumbers),
      documentEnds: Uint32Array.from(this.#documentEnds),
    };
    this.#isFirstOfTable = this.#kernel.nTerms > MAX_NUMBERED_TERMS;
    if (this.#isFirstOfTable) this.#kernel.clearTerms();
    this.#nNamed = this.#kernel.nTerms;
    this.#nNumbers = 0;
    this.#documentEnds = [];
    return batch;
  }
}

/** Occurrences that a log can count: places among them are 32-bit numbers. */
const MAX_OCCURRENCES = 2 ** 32 - 1;

/** More arguments than some engines take in one call are never given. */
const UNITS_PER_CALL = 8192;

/** A log is given terms, not documents. */
const NO_RANGES: TermRanges = { words: [1, 1], characters: null };

/**
 * All documents as numbers of terms, 4 bytes per occurrence, and about 30 per distinct term (100 in WebAssembly); what is fitted
 * on them is decided afterwards.
 */
export class TermLog {
  readonly #kernel: NumberingKernel;
  readonly #spool: Spool | undefined;
  readonly #occurrences: Uint32List | SpooledUint32List;
  /** By document: where its occurrences end. */
  readonly #documentEnds = new Uint32List();
  /** By numbering and its number: the number here, with room for more. */
  readonly #ownNumbers = new Map<number, { numbers: Uint32Array; nNumbers: number }>();
  /** The kernel's terms; null when it has been given others since. */
  #terms: NumberedTerms | null = null;

  /**
   * @param kernels number the distinct terms; plain TypeScript, which takes less memory, does where null
   * @param spool takes the occurrences, in place of memory; empty, and for the log alone
   */
  constructor(kernels: NumberingKernelFactory | null = null, spool?: Spool) {
    this.#kernel = kernels?.(NO_RANGES) ?? new ReferenceNumbering(NO_RANGES);
    this.#spool = spool;
    this.#occurrences = spool === undefined ? new Uint32List() : new SpooledUint32List(spool);
  }

  get nDocuments(): number {
    return this.#documentEnds.count;
  }

  /** Terms of all documents, as often as they occur. */
  get nOccurrences(): number {
    return this.#occurrences.count;
  }

  /** Distinct terms. */
  get nTerms(): number {
    return this.#kernel.nTerms;
  }

  /** Memory that the distinct terms take. */
  get nTermBytes(): number {
    return this.#kernel.nBytes;
  }

  /** The distinct terms, by number; valid until documents are added. */
  get terms(): NumberedTerms {
    const { nTerms, termUnits, termStarts, nBytes } = this.#kernel;
    this.#terms ??= { nTerms, termUnits, termStarts, nBytes };
    return this.#terms;
  }

  /** Adds one document. The array is read, not kept. */
  add(terms: readonly string[]): void {
    this.#checkRoom(terms.length);
    const units = new Uint16Array(terms.reduce((sum, { length }) => sum + length, 0));
    const ends = new Uint32Array(terms.length);
    let nUnits = 0;
    for (const [i, term] of terms.entries()) {
      for (let k = 0; k < term.length; k++) units[nUnits++] = term.charCodeAt(k);
      ends[i] = nUnits;
    }
    this.#terms = null;
    this.#occurrences.pushAll(this.#kernel.numberTerms({ units, ends }));
    this.#documentEnds.push(this.#occurrences.count);
  }

  /**
   * Adds the documents of a batch; those of one numbering must come in the order in which they were made.
   * @throws {NewsclfError} code DATASET_TOO_LARGE when there are 2^32 occurrences or more
   */
  addBatch({ numbering, beginsAnew, newUnits, newTermEnds, termNumbers, documentEnds }: TermBatch): void {
    this.#checkRoom(termNumbers.length);
    const numbers = this.#nameTerms(numbering, beginsAnew, { units: newUnits, ends: newTermEnds });
    const begin = this.#occurrences.count;
    const occurrences = new Uint32Array(termNumbers.length);
    for (let i = 0; i < occurrences.length; i++) occurrences[i] = numbers[termNumbers[i] as number] as number;
    this.#occurrences.pushAll(occurrences);
    for (const end of documentEnds) this.#documentEnds.push(begin + end);
  }

  /** Returns the numbers here by those of a numbering, which goes on with these terms. */
  #nameTerms(numbering: number, beginsAnew: boolean, terms: NamedTerms): Uint32Array {
    const before = beginsAnew ? undefined : this.#ownNumbers.get(numbering);
    const own = before ?? { numbers: new Uint32Array(0), nNumbers: 0 };
    const nNumbers = own.nNumbers + terms.ends.length;
    if (nNumbers > own.numbers.length) {
      const grown = new Uint32Array(2 * nNumbers);
      grown.set(own.numbers);
      own.numbers = grown;
    }
    this.#terms = null;
    own.numbers.set(this.#kernel.numberTerms(terms), own.nNumbers);
    own.nNumbers = nNumbers;
    this.#ownNumbers.set(numbering, own);
    return own.numbers;
  }

  /** Numbers of a document's terms, as often as they occur; not to be written to, and valid up to the next call. */
  numbersOf(document: number): Uint32Array {
    const start = document === 0 ? 0 : this.#documentEnds.at(document - 1);
    return this.#occurrences.view(start, this.#documentEnds.at(document));
  }

  /** The term of a number. */
  term(number: number): string {
    const { termUnits, termStarts } = this.terms;
    const end = termStarts[number + 1] as number;
    let term = "";
    for (let start = termStarts[number] as number; start < end; start += UNITS_PER_CALL) {
      term += String.fromCharCode(...termUnits.subarray(start, Math.min(start + UNITS_PER_CALL, end)));
    }
    return term;
  }

  /** Gives the occurrences in a spool back; only the terms can be read afterwards. */
  close(): void {
    this.#spool?.close();
  }

  #checkRoom(nOccurrences: number): void {
    if (this.#occurrences.count + nOccurrences <= MAX_OCCURRENCES) return;
    const what = `articles may have ${MAX_OCCURRENCES} occurrences of terms together`;
    const remedy = "give fewer articles, or leave out n-grams (see ngramRange, charNgrams)";
    throw new NewsclfError("DATASET_TOO_LARGE", `${what}; after ${this.nDocuments} articles there are more; ${remedy}`);
  }
}
