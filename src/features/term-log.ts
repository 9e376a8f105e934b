import { TermTable } from "./term-table.js";
import { Uint32List } from "./uint32-list.js";

/**
 * Documents as numbers of terms: what a thread that analyses hands over. No string travels twice; a term is named when
 * its numbering meets it first.
 */
export interface TermBatch {
  /** Whose numbers they are: 0, 1, 2 …; each analysing thread numbers terms by itself. */
  readonly numbering: number;
  /** The terms that are new to the numbering, which continues with them. */
  readonly newTerms: readonly string[];
  /** Numbers of the terms of all documents, one document after another, in the order and as often as they occur. */
  readonly termNumbers: Uint32Array;
  /** `[nDocuments]` where each document ends in `termNumbers`. */
  readonly documentEnds: Uint32Array;
}

/** Numbers the terms of documents, for a {@link TermBatch}. */
export class TermNumbering {
  readonly #numbering: number;
  readonly #table = new TermTable();
  #newTerms: string[] = [];
  #termNumbers = new Uint32Array(4096);
  #nNumbers = 0;
  #documentEnds: number[] = [];

  /** @param numbering what the batches say of whose numbers they are */
  constructor(numbering: number) {
    this.#numbering = numbering;
  }

  /** Adds one document. The array is read, not kept. */
  add(terms: readonly string[]): void {
    const end = this.#nNumbers + terms.length;
    if (end > this.#termNumbers.length) {
      const grown = new Uint32Array(Math.max(end, this.#termNumbers.length * 2));
      grown.set(this.#termNumbers);
      this.#termNumbers = grown;
    }
    for (const term of terms) {
      const nKnown = this.#table.nTerms;
      const number = this.#table.add(term);
      if (number === nKnown) this.#newTerms.push(term);
      this.#termNumbers[this.#nNumbers++] = number;
    }
    this.#documentEnds.push(end);
  }

  /** Returns the documents added since the last call. */
  takeBatch(): TermBatch {
    const batch = {
      numbering: this.#numbering,
      newTerms: this.#newTerms,
      termNumbers: this.#termNumbers.slice(0, this.#nNumbers),
      documentEnds: Uint32Array.from(this.#documentEnds),
    };
    this.#newTerms = [];
    this.#nNumbers = 0;
    this.#documentEnds = [];
    return batch;
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
  addBatch({ numbering, newTerms, termNumbers, documentEnds }: TermBatch): void {
    let ownNumbers = this.#ownNumbers.get(numbering);
    if (ownNumbers === undefined) {
      ownNumbers = new Uint32List();
      this.#ownNumbers.set(numbering, ownNumbers);
    }
    for (const term of newTerms) ownNumbers.push(this.#table.add(term));
    const begin = this.#occurrences.count;
    for (const number of termNumbers) this.#occurrences.push(ownNumbers.at(number));
    for (const end of documentEnds) this.#documentEnds.push(begin + end);
  }

  /** Where the occurrences of a document begin and, for the next number, end. */
  start(document: number): number {
    return document === 0 ? 0 : this.#documentEnds.at(document - 1);
  }

  /** Number of the term at a place among all occurrences. */
  termAt(place: number): number {
    return this.#occurrences.at(place);
  }

  /** The terms in the order of their numbers. */
  terms(): Iterable<string> {
    return this.#table.terms();
  }
}
