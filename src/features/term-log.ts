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
  /** UTF-16 units, one term after another, of the terms that are new to the numbering, which continues with them. */
  readonly newUnits: Uint16Array;
  /** `[nNewTerms]` where each of them ends in `newUnits`. */
  readonly newTermEnds: Uint32Array;
  /** Numbers of the terms of all documents, one document after another, as often as they occur. */
  readonly termNumbers: Uint32Array;
  /** `[nDocuments]` where each document ends in `termNumbers`. */
  readonly documentEnds: Uint32Array;
}

/** Numbers the terms of documents, for a {@link TermBatch}. */
export class TermNumbering {
  readonly #numbering: number;
  readonly #table = new TermTable();
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
      newUnits,
      newTermEnds,
      termNumbers: this.#termNumbers.slice(0, this.#nNumbers),
      documentEnds: Uint32Array.from(this.#documentEnds),
    };
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

/** All documents as numbers of terms, 4 bytes per occurrence; what is fitted on them is decided afterwards. */
export class TermLog {
  readonly #table = new TermTable();
  readonly #occurrences = new Uint32List();
  /** By document: where its occurrences end. */
  readonly #documentEnds = new Uint32List();
  /** By numbering and its number: the number here. */
  readonly #ownNumbers = new Map<number, Uint32List>();

  get nDocuments(): number {
    return this.#documentEnds.count;
  }

  /** Distinct terms. */
  get nTerms(): number {
    return this.#table.nTerms;
  }

  /** Adds one document. The array is read, not kept. */
  add(terms: readonly string[]): void {
    for (const term of terms) this.#occurrences.push(this.#table.add(term));
    this.#documentEnds.push(this.#occurrences.count);
  }

  /** Adds the documents of a batch; those of one numbering must come in the order in which they were made. */
  addBatch({ numbering, newUnits, newTermEnds, termNumbers, documentEnds }: TermBatch): void {
    let ownNumbers = this.#ownNumbers.get(numbering);
    if (ownNumbers === undefined) {
      ownNumbers = new Uint32List();
      this.#ownNumbers.set(numbering, ownNumbers);
    }
    let start = 0;
    for (const end of newTermEnds) {
      ownNumbers.push(this.#table.addUnits(newUnits, start, end, hashUnits(newUnits, start, end)));
      start = end;
    }
    const begin = this.#occurrences.count;
    for (const number of termNumbers) this.#occurrences.push(ownNumbers.at(number));
    for (const end of documentEnds) this.#documentEnds.push(begin + end);
  }

  /** Where the occurrences of a document begin and, for the next number, end. */
  start(document: number): number {
    return document === 0 ? 0 : this.#documentEnds.at(document - 1);
  }

  /** Number of the term at a place among all occurrences. */
  numberAt(place: number): number {
    return this.#occurrences.at(place);
  }

  /** The term of a number. */
  term(number: number): string {
    return this.#table.termAt(number);
  }
}
