import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import { VECTORIZER_SPEC, type VectorizerOptions } from "../options/train-options.js";
import {
  accumulate,
  buildMatrix,
  CountVectorizer,
  type FittedCounts,
  FittedCountVectorizer,
} from "./count-vectorizer.js";
import type { CsrMatrix } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import { smoothIdf, weightRow } from "./tf-idf.js";
import type { FitResult, FittedVectorizer, Vectorizer, VectorizerAccumulator } from "./vectorizer.js";
import type { Vocabulary } from "./vocabulary.js";

/** All that must be stored to weight further documents in the same way. */
export interface FittedTfidf extends FittedCounts {
  readonly sublinearTf: boolean;
}

class TfidfAccumulator implements VectorizerAccumulator<FittedTfidfVectorizer> {
  readonly #counts: VectorizerAccumulator<FittedCountVectorizer>;
  readonly #sublinearTf: boolean;

  constructor(counts: VectorizerAccumulator<FittedCountVectorizer>, sublinearTf: boolean) {
    this.#counts = counts;
    this.#sublinearTf = sublinearTf;
  }

  get nDocuments(): number {
    return this.#counts.nDocuments;
  }

  add(terms: readonly string[]): void {
    this.#counts.add(terms);
  }

  finish(): FitResult<FittedTfidfVectorizer> {
    const { fitted: counts, matrix } = this.#counts.finish();
    const { vocabulary, documentFrequency, nDocuments } = counts;
    const fitted = new FittedTfidfVectorizer({
      vocabulary,
      documentFrequency,
      nDocuments,
      sublinearTf: this.#sublinearTf,
    });
    const { indptr, indices, data } = matrix;
    for (let row = 0; row < matrix.nRows; row++) {
      const start = indptr[row] as number;
      const end = indptr[row + 1] as number;
      weightRow(indices, data, start, end, fitted.idf, this.#sublinearTf);
    }
    return { fitted, matrix };
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

  accumulator(): VectorizerAccumulator<FittedTfidfVectorizer> {
    return new TfidfAccumulator(new CountVectorizer(this.#options).accumulator(), this.#options.sublinearTf);
  }

  fit(documents: Iterable<readonly string[]>): FittedTfidfVectorizer {
    return this.fitTransform(documents).fitted;
  }

  fitTransform(documents: Iterable<readonly string[]>): FitResult<FittedTfidfVectorizer> {
    return accumulate(this.accumulator(), documents);
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

  transform(documents: Iterable<readonly string[]>): CsrMatrix {
    return buildMatrix(this, documents);
  }

  transformDocument(terms: readonly string[]): SparseRow {
    const row = this.#counts.transformDocument(terms);
    const { indices, values, nnz } = row;
    weightRow(indices, values, 0, nnz, this.idf, this.sublinearTf);
    return row;
  }
}
