/**
 * The border between documents and the numbers of their terms, for fitting a vocabulary: numbers and typed arrays only. Beside
 * kernels/terms.ts, whose terms are those of a vocabulary that is known.
 */

import type { TermRanges, WordKernel } from "./terms.js";

/** The units of some terms, one after another, and where each ends, counted from the first of them. */
export interface NamedTerms {
  readonly units: Uint16Array;
  /** `[nTerms]` */
  readonly ends: Uint32Array;
}

/** All terms that a kernel has numbered. Read the properties again after each call of the kernel. */
export interface NumberedTerms {
  /** Distinct terms. */
  readonly nTerms: number;
  /** The terms' units one after another. */
  readonly termUnits: Uint16Array;
  /** `[nTerms + 1]` where each begins in `termUnits`, and where the last one ends; perhaps longer. */
  readonly termStarts: Uint32Array;
  /** Memory that the terms take, with the room for terms to come. */
  readonly nBytes: number;
}

/**
 * Numbers distinct terms 0, 1, 2 … in the order in which documents have them. Buffers belong to the kernel and are overwritten by the
 * next call; read the properties again after each call, since growth may replace them. Not re-entrant.
 */
export interface NumberingKernel extends WordKernel, NumberedTerms {
  /** Which implementation runs, e.g. "reference". */
  readonly name: string;

  /** Makes room for a document of so many units and numbers of words. What stood in the buffers is lost. */
  reserve(nUnits: number, nWords: number): void;
  /** Takes the words of characters of a document, lower-cased, as `writeCharWords` gives them: a space before each and after the last. */
  readonly units: Uint16Array;
  /** Takes the numbers of a document's words in their order, then those of words that are in no n-gram. */
  readonly words: Uint32Array;

  /**
   * Numbers the terms that the buffers hold, a term as often as it occurs: the n-grams of the first `nWords` words, joined by spaces, by
   * their first word and then their length; the `nSingles` words behind them; and the n-grams of characters of the first
   * `nUnits` units, each within one word with the space before and after it, by place and then length. Returns how many.
   */
  number(nUnits: number, nWords: number, nSingles: number): number;
  /** The numbers of the document's terms, the first of them as many as `number` returned. */
  readonly numbers: Uint32Array;

  /** Numbers terms, which need not be those of a document; returns their numbers, overwritten by the next call. */
  numberTerms(terms: NamedTerms): Uint32Array;
  /** Copies the terms from number `first` on. */
  termsFrom(first: number): NamedTerms;
  /** Forgets all terms; numbers begin at 0 again. Words stay. */
  clearTerms(): void;
}

/** Makes a kernel for terms of these kinds. */
export type NumberingKernelFactory = (ranges: TermRanges) => NumberingKernel;
