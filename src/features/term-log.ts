import { NewsclfError } from "../errors.js";
import type { Spool } from "./spool.js";
import { SpooledUint32List } from "./spooled-uint32-list.js";
import { hashUnits } from "./term-hash.js";
import { TermTable } from "./term-table.js";
import type { TermVisitor } from "./term-units.js";
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

/** Numbers the terms of documents, for a {@link TermBatch}. */
export class TermNumbering {
  readonly #numbering: number;
  #table = new TermTable();
  #isFirstOfTable = true;
  /** Terms named in the batches before. */
  #nNamed = 0;
  #termNumbers = new Uint32Array(4096);
  #nNumbers = 0;
  #documentEnds: number[] = [];

  /** @param numbering what the batches say of whose numbers they are */
  constructor(numbering: number) {
    this.#numbering = numbering;
  }

  /** Adds a term to the present document; bound, so that it can be handed on. */
  readonly add: TermVisitor = (units, start, end, state) => {
    this.#push(this.#table.addUnits(units, start, end, state));
  };

  /** The terms added since the last call are those of one document. */
  endDocument(): void {
    this.#documentEnds.push(this.#nNumbers);
  }

  /** Returns the documents since the last call. */
  takeBatch(): TermBatch {
    const { units: newUnits, ends: newTermEnds } = this.#table.unitsFrom(this.#nNamed);
    const batch = {
      numbering: this.#numbering,
      beginsAnew: this.#isFirstOfTable,
      newUnits,
      newTermEnds,
      termNumbers: this.#termNumbers.slice(0, this.#nNumbers),
      documentEnds: Uint32Array.from(this.#documentEnds),
    };
    this.#isFirstOfTable = this.#table.nTerms > MAX_NUMBERED_TERMS;
    if (this.#isFirstOfTable) this.#table = new TermTable();
    this.#nNamed = this.#table.nTerms;
    this.#nNumbers = 0;
    this.#documentEnds = [];
    return batch;
  }

  #push(number: number): void {
    if (this.#nNumbers === this.#termNumbers.length) {
      const grown = new Uint32Array(2 * this.#nNumbers);
      grown.set(this.#termNumbers);
      this.#termNumbers = grown;
    }
    this.#termNumbers[this.#nNumbers++] = number;
  }
}

/** Occurrences that a log can count: places among them are 32-bit numbers. */
const MAX_OCCURRENCES = 2 ** 32 - 1;

/**
 * All documents as numbers of terms, 4 bytes per occurrence, and about 30 per distinct term; what is fitted on them is decided
 * afterwards.
 */
export class TermLog {
  readonly #table = new TermTable();
  readonly #spool: Spool | undefined;
  readonly #occurrences: Uint32List | SpooledUint32List;
  /** By document: where its occurrences end. */
  readonly #documentEnds = new Uint32List();
  /** By numbering and its number: the number here, with room for more. */
  readonly #ownNumbers = new Map<number, { numbers: Uint32Array; nNumbers: number }>();

  /** @param spool takes the occurrences, in place of memory; empty, and for the log alone */
  constructor(spool?: Spool) {
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
    return this.#table.nTerms;
  }

  /** Memory that the distinct terms take. */
  get nTermBytes(): number {
    return this.#table.nBytes;
  }

  /** Adds one document. The array is read, not kept. */
  add(terms: readonly string[]): void {
    this.#checkRoom(terms.length);
    for (const term of terms) this.#occurrences.push(this.#table.add(term));
    this.#documentEnds.push(this.#occurrences.count);
  }

  /**
   * Adds the documents of a batch; those of one numbering must come in the order in which they were made.
   * @throws {NewsclfError} code DATASET_TOO_LARGE when there are 2^32 occurrences or more
   */
  addBatch({ numbering, beginsAnew, newUnits, newTermEnds, termNumbers, documentEnds }: TermBatch): void {
    this.#checkRoom(termNumbers.length);
    const numbers = this.#nameTerms(numbering, beginsAnew, newUnits, newTermEnds);
    const begin = this.#occurrences.count;
    const occurrences = new Uint32Array(termNumbers.length);
    for (let i = 0; i < occurrences.length; i++) occurrences[i] = numbers[termNumbers[i] as number] as number;
    this.#occurrences.pushAll(occurrences);
    for (const end of documentEnds) this.#documentEnds.push(begin + end);
  }

  /** Returns the numbers here by those of a numbering, which goes on with these terms. */
  #nameTerms(numbering: number, beginsAnew: boolean, units: Uint16Array, termEnds: Uint32Array): Uint32Array {
    const before = beginsAnew ? undefined : this.#ownNumbers.get(numbering);
    const own = before ?? { numbers: new Uint32Array(0), nNumbers: 0 };
    const nNumbers = own.nNumbers + termEnds.length;
    if (nNumbers > own.numbers.length) {
      const grown = new Uint32Array(2 * nNumbers);
      grown.set(own.numbers);
      own.numbers = grown;
    }
    const { numbers } = own;
    let start = 0;
    let number = own.nNumbers;
    for (const end of termEnds) {
      numbers[number++] = this.#table.addUnits(units, start, end, hashUnits(units, start, end));
      start = end;
    }
    own.nNumbers = nNumbers;
    this.#ownNumbers.set(numbering, own);
    return numbers;
  }

  /** Numbers of a document's terms, as often as they occur; not to be written to, and valid up to the next call. */
  numbersOf(document: number): Uint32Array {
    const start = document === 0 ? 0 : this.#documentEnds.at(document - 1);
    return this.#occurrences.view(start, this.#documentEnds.at(document));
  }

  /** The term of a number. */
  term(number: number): string {
    return this.#table.termAt(number);
  }

  /** The unit at a place ≥ 0 of the term of a number; -1 beyond its end. */
  unitAt(number: number, place: number): number {
    return this.#table.unitAt(number, place);
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
