import type { CsrMatrix } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import type { TermLog } from "./term-log.js";
import type { Vocabulary } from "./vocabulary.js";

/** A fitted vectorizer and the matrix of the documents it was fitted on. */
export interface FitResult<F extends FittedVectorizer = FittedVectorizer> {
  readonly fitted: F;
  /** `[nDocuments, nTerms]`. */
  readonly matrix: CsrMatrix;
}

/** A fit on some documents of a log. */
export interface LogFit<F extends FittedVectorizer = FittedVectorizer> {
  readonly fitted: F;
  /**
   * Returns the rows of documents of the log, in the order given, `[documents.length, nTerms]`.
   * @param isShared whether threads are to share its arrays
   */
  matrixOf(documents: Uint32Array, isShared?: boolean): CsrMatrix;
  /** The same row by row; each is overwritten by the next. */
  rowsOf(documents: Uint32Array): Iterable<SparseRow>;
}

/** scikit-learn's verbs, but `fit` returns a new fitted object, so "not fitted" cannot be written. A document is its terms. */
export interface Vectorizer<F extends FittedVectorizer = FittedVectorizer> {
  /** @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left */
  fit(documents: Iterable<readonly string[]>): F;
  /** As `fit` followed by `transform`, in one pass. */
  fitTransform(documents: Iterable<readonly string[]>): FitResult<F>;
  /**
   * As `fit` on the given documents of a log, in rising order. Rows of any documents of the log can be had from the result.
   * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
   */
  fitLog(log: TermLog, documents: Uint32Array): LogFit<F>;
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
