import type { CsrMatrix } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import type { Vocabulary } from "./vocabulary.js";

/** A fitted vectorizer and the matrix of the documents it was fitted on. */
export interface FitResult<F extends FittedVectorizer = FittedVectorizer> {
  readonly fitted: F;
  /** `[nDocuments, nTerms]`. */
  readonly matrix: CsrMatrix;
}

/** Takes documents one by one, so that the caller can do other things in between. */
export interface VectorizerAccumulator<F extends FittedVectorizer = FittedVectorizer> {
  /** Documents added so far. */
  readonly nDocuments: number;
  /** Adds one document. The array is read, not kept, so the caller may reuse it. */
  add(terms: readonly string[]): void;
  /**
   * Returns what `fitTransform` returns for the documents added. The accumulator must not be used afterwards.
   * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
   */
  finish(): FitResult<F>;
}

/** scikit-learn's verbs, but `fit` returns a new fitted object, so "not fitted" cannot be written. A document is its terms. */
export interface Vectorizer<F extends FittedVectorizer = FittedVectorizer> {
  accumulator(): VectorizerAccumulator<F>;
  /** @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left */
  fit(documents: Iterable<readonly string[]>): F;
  /** As `fit` followed by `transform`, in one pass. */
  fitTransform(documents: Iterable<readonly string[]>): FitResult<F>;
}

/** What was learned, and its use. Holds scratch space; calls are synchronous and not re-entrant. */
export interface FittedVectorizer {
  /** Columns sorted by code unit, never by locale. */
  readonly vocabulary: Vocabulary;
  /** `[nTerms]` documents of the fit that hold the term. */
  readonly documentFrequency: Uint32Array;
  /** Documents of the fit. */
  readonly nDocuments: number;
  /** `[nDocuments, nTerms]` of the documents given. Unknown terms are dropped; a document without known terms is an empty row. */
  transform(documents: Iterable<readonly string[]>): CsrMatrix;
  /** One row of `transform`. The result is overwritten by the next call, which reuses its arrays. */
  transformDocument(terms: readonly string[]): SparseRow;
}
