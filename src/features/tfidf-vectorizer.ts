import { checkMethod, checkTexts } from "../options/check-argument.js";
import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import { VECTORIZER_SPEC, type VectorizerOptions } from "../options/train-options.js";
import { buildMatrix, type FittedCounts, FittedCountVectorizer, fitAll, fitCounts, logOf } from "./count-vectorizer.js";
import type { CsrMatrix } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import type { TermLog } from "./term-log.js";
import { smoothIdf, weightRow } from "./tf-idf.js";
import type { FitResult, FittedVectorizer, LogFit, Vectorizer } from "./vectorizer.js";
import type { Vocabulary } from "./vocabulary.js";

/** All that must be stored to weight further documents in the same way. */
export interface FittedTfidf extends FittedCounts {
  readonly sublinearTf: boolean;
}

/** Overwrites counts by weights. */
function weigh({ nRows, indptr, indices, data }: CsrMatrix, { idf, sublinearTf }: FittedTfidfVectorizer): void {
  for (let row = 0; row < nRows; row++) {
    weightRow(indices, data, indptr[row] as number, indptr[row + 1] as number, idf, sublinearTf);
  }
}

/**
 * Builds matrices of tf-idf weights with rows of Euclidean norm 1 (0 for a document without known terms).
 *
 * Equal to scikit-learn's TfidfVectorizer within single precision: `min_df=minDf`, `max_df=maxDfFraction` (float),
 * `max_features=maxFeatures`, `sublinear_tf=sublinearTf`, `smooth_idf=True`, `norm="l2"`, `analyzer=lambda terms: terms`.
 * Time is linear in the number of terms but for sorting the vocabulary; memory is 4 bytes per occurrence of a term,
 * 8 per stored value and about 100 per distinct term.
 */
export class TfidfVectorizer implements Vectorizer<FittedTfidfVectorizer> {
  readonly #options: Resolved<VectorizerOptions>;

  /**
   * @throws {OptionError} when a value breaks its constraint
   * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not known
   */
  constructor(options?: VectorizerOptions) {
    this.#options = resolveOptions<VectorizerOptions>(VECTORIZER_SPEC, options, "vectorizer");
  }

  /** @throws {OptionError} when the documents are not arrays of strings */
  fit(documents: Iterable<readonly string[]>): FittedTfidfVectorizer {
    return this.fitTransform(documents).fitted;
  }

  /** @throws {OptionError} when the documents are not arrays of strings */
  fitTransform(documents: Iterable<readonly string[]>): FitResult<FittedTfidfVectorizer> {
    return fitAll(logOf(documents), (log, all) => this.fitLog(log, all));
  }

  fitLog(log: TermLog, documents: Uint32Array): LogFit<FittedTfidfVectorizer> {
    const counts = fitCounts(log, documents, this.#options);
    const { vocabulary, documentFrequency, nDocuments } = counts.fitted;
    const { sublinearTf } = this.#options;
    const fitted = new FittedTfidfVectorizer({ vocabulary, documentFrequency, nDocuments, sublinearTf });
    return {
      fitted,
      matrixOf(wanted, isShared) {
        const matrix = counts.matrixOf(wanted, isShared);
        weigh(matrix, fitted);
        return matrix;
      },
      *rowsOf(wanted) {
        for (const row of counts.rowsOf(wanted)) {
          weightRow(row.indices, row.values, 0, row.nnz, fitted.idf, sublinearTf);
          yield row;
        }
      },
    };
  }
}

/** Weights the known terms of documents. Made by `TfidfVectorizer`, or from what a model file holds. */
export class FittedTfidfVectorizer implements FittedVectorizer {
  /** `[nTerms]`, each ≥ 1. */
  readonly idf: Float64Array;
  readonly sublinearTf: boolean;
  readonly #counts: FittedCountVectorizer;

  /** @throws {OptionError} when there is not one document frequency in [1, nDocuments] per term */
  constructor({ sublinearTf, ...counts }: FittedTfidf) {
    this.#counts = new FittedCountVectorizer(counts);
    this.idf = smoothIdf(counts.documentFrequency, counts.nDocuments);
    this.sublinearTf = sublinearTf;
  }

  get vocabulary(): Vocabulary {
    return this.#counts.vocabulary;
  }

  get documentFrequency(): Uint32Array {
    return this.#counts.documentFrequency;
  }

  get nDocuments(): number {
    return this.#counts.nDocuments;
  }

  /** @throws {OptionError} when the documents are not arrays of strings */
  transform(documents: Iterable<readonly string[]>): CsrMatrix {
    checkMethod("documents", documents, Symbol.iterator, "an iterable of arrays of strings");
    return buildMatrix(this, documents);
  }

  /** @throws {OptionError} when the terms are not an array of strings */
  transformDocument(terms: readonly string[]): SparseRow {
    checkTexts("terms", terms);
    const row = this.#counts.transformDocument(terms);
    const { indices, values, nnz } = row;
    weightRow(indices, values, 0, nnz, this.idf, this.sublinearTf);
    return row;
  }
}
