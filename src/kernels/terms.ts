/**
 * The border between documents and rows: numbers and typed arrays only, so that a plain TypeScript kernel and a WebAssembly
 * one count the same terms.
 *
 * A term is a run of UTF-16 units. Those of a vocabulary rise strictly; the column of a term is its place.
 */

/** The terms that are counted, as `Vocabulary.toUnits` gives them. */
export interface TermArrays {
  /** Units of all terms one after another, in column order. */
  readonly termUnits: Uint16Array;
  /** `[nTerms + 1]` where each term begins in `termUnits`; the last element is its length. */
  readonly termOffsets: Uint32Array;
}

/** What the counts of a document are multiplied with; see features/tf-idf.ts. */
export interface TermWeights {
  /** `[nTerms]` */
  readonly idf: Float64Array;
  /** Whether a count c weighs 1 + ln c. */
  readonly sublinearTf: boolean;
}

/** Shortest and longest n of n-grams. */
export type NgramRange = readonly [shortest: number, longest: number];

/** Which terms a document has. */
export interface TermRanges {
  readonly words: NgramRange;
  /** None where null. */
  readonly characters: NgramRange | null;
}

/** The words that a kernel knows: the terms of single tokens, so that a token of a document is a number. */
export interface WordKernel {
  /** Words that have been added. */
  readonly nWords: number;
  /** Units of all words that have been added. */
  readonly nWordUnits: number;
  /** Buffer that takes the units of the next word, at least `nUnits` long. */
  wordInput(nUnits: number): Uint16Array;
  /** Adds the term of a token, the first `nUnits` units of that buffer, two or more; returns its number: 0, 1, 2 … */
  addWord(nUnits: number): number;
  /** Forgets all words; numbers begin at 0 again. */
  clearWords(): void;
}

/**
 * Makes the rows of documents, one at a time. Buffers belong to the kernel and are overwritten by the next call; read the
 * properties again after each call, since growth may replace them. Not re-entrant.
 */
export interface TermKernel extends WordKernel {
  /** Which implementation runs, e.g. "reference". */
  readonly name: string;

  /** Makes room for a document of so many units and numbers of words. What stood in the buffers is lost. */
  reserve(nUnits: number, nNumbers: number): void;
  /** Takes the words of characters of a document, lower-cased, as `writeCharWords` gives them: a space before each and after the last. */
  readonly units: Uint16Array;
  /** Takes the numbers of a document's words in their order, then those of words that are in no n-gram. */
  readonly words: Uint32Array;

  /**
   * Weighs the terms that the buffers hold: the n-grams of the first `nWords` words, joined by spaces, the `nSingles` words
   * behind them, and the n-grams of characters of the first `nUnits` units, each within one word with the space before
   * and after it. A weight is tf(t) idf(t), in double, divided by the row's Euclidean norm. Returns the number of distinct
   * columns.
   */
  weigh(nUnits: number, nWords: number, nSingles: number): number;
  /** `[nnz]` Columns of the document's known terms, rising strictly. */
  readonly columns: Uint32Array;
  /** `[nnz]` Their weights. */
  readonly values: Float32Array;
}

/** Makes a kernel over a vocabulary; the arrays are read now and not kept. */
export type TermKernelFactory = (terms: TermArrays, weights: TermWeights, ranges: TermRanges) => TermKernel;
