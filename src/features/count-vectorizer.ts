import { NewsclfError, OptionError } from "../errors.js";
import type { Resolved } from "../options/resolve-options.js";
import type { VectorizerOptions } from "../options/train-options.js";
import { CsrBuilder } from "./csr-builder.js";
import type { CsrMatrix } from "./csr-matrix.js";
import { RowCounter, type SparseRow } from "./sparse-row.js";
import { TermTable } from "./term-table.js";
import { Uint32List } from "./uint32-list.js";
import type { FitResult, FittedVectorizer, Vectorizer, VectorizerAccumulator } from "./vectorizer.js";
import { isStorableTerm, Vocabulary } from "./vocabulary.js";

/** Which terms become columns. */
export type TermLimits = Pick<Resolved<VectorizerOptions>, "minDf" | "maxDfFraction" | "maxFeatures">;

/** What fitting learns; also all that must be stored to use it again. */
export interface FittedCounts {
  readonly vocabulary: Vocabulary;
  /** `[nTerms]` documents that hold the term, each in [1, nDocuments]. */
  readonly documentFrequency: Uint32Array;
  readonly nDocuments: number;
}

/** Marks a term number that has no column. */
const NO_COLUMN = -1;

function emptyVocabularyError(nDocuments: number, nDistinctTerms: number, limits: TermLimits): NewsclfError {
  if (nDistinctTerms === 0) {
    return new NewsclfError(
      "VOCABULARY_EMPTY",
      `at least one term must remain; the ${nDocuments} documents hold none; check the text column, or use tags "all"`,
    );
  }
  return new NewsclfError(
    "VOCABULARY_EMPTY",
    `at least one term must remain; none of ${nDistinctTerms} is in at least minDf ${limits.minDf} and at most ` +
      `maxDfFraction ${limits.maxDfFraction} of ${nDocuments} documents; try a lower minDf or a higher maxDfFraction`,
  );
}

/** Counts terms in one pass; keeps numbers of terms, not strings per document: 4 bytes per occurrence. */
class CountAccumulator implements VectorizerAccumulator<FittedCountVectorizer> {
  readonly #limits: TermLimits;
  readonly #table = new TermTable();
  /** By term number. */
  readonly #documentFrequency = new Uint32List();
  /** By term number: occurrences in all documents. */
  readonly #corpusFrequency = new Uint32List();
  /** By term number: 1-based document seen last in. */
  readonly #lastDocument = new Uint32List();
  /** Term numbers of all documents one after another. */
  readonly #occurrences = new Uint32List();
  /** By document: where its occurrences end. */
  readonly #documentEnds = new Uint32List();

  constructor(limits: TermLimits) {
    this.#limits = limits;
  }

  get nDocuments(): number {
    return this.#documentEnds.count;
  }

  add(terms: readonly string[]): void {
    const document = this.nDocuments + 1;
    for (const term of terms) {
      const id = this.#table.add(term);
      if (id === this.#documentFrequency.count) {
        this.#documentFrequency.push(1);
        this.#corpusFrequency.push(1);
        this.#lastDocument.push(document);
      } else {
        this.#corpusFrequency.set(id, this.#corpusFrequency.at(id) + 1);
        if (this.#lastDocument.at(id) !== document) {
          this.#lastDocument.set(id, document);
          this.#documentFrequency.set(id, this.#documentFrequency.at(id) + 1);
        }
      }
      this.#occurrences.push(id);
    }
    this.#documentEnds.push(this.#occurrences.count);
  }

  finish(): FitResult<FittedCountVectorizer> {
    const terms = this.#keptTerms();
    if (terms.length === 0) throw emptyVocabularyError(this.nDocuments, this.#table.nTerms, this.#limits);
    const columnOfId = new Int32Array(this.#table.nTerms).fill(NO_COLUMN);
    const documentFrequency = new Uint32Array(terms.length);
    let nnz = 0;
    for (const [column, term] of terms.entries()) {
      const id = this.#table.find(term);
      const frequency = this.#documentFrequency.at(id);
      columnOfId[id] = column;
      documentFrequency[column] = frequency;
      nnz += frequency;
    }
    const matrix = this.#countRows(columnOfId, terms.length, nnz);
    const vocabulary = Vocabulary.fromTerms(terms);
    const fitted = new FittedCountVectorizer({ vocabulary, documentFrequency, nDocuments: this.nDocuments });
    return { fitted, matrix };
  }

  /**
   * The terms within the limits, sorted. Where maxFeatures cuts through terms of one corpus frequency, the first in
   * column order stay; scikit-learn sorts the columns first as well, but leaves such ties to numpy's unstable argsort.
   */
  #keptTerms(): readonly string[] {
    const { minDf, maxDfFraction, maxFeatures } = this.#limits;
    const maxDf = maxDfFraction * this.nDocuments;
    const candidates: { readonly term: string; readonly id: number }[] = [];
    let nextId = 0;
    for (const term of this.#table.terms()) {
      const id = nextId++;
      const frequency = this.#documentFrequency.at(id);
      // A model file could not hold a term with a lone surrogate, so such a term is as good as unknown.
      if (frequency >= minDf && frequency <= maxDf && isStorableTerm(term)) candidates.push({ term, id });
    }
    if (candidates.length <= maxFeatures) return candidates.map(({ term }) => term).sort();

    const frequencies = Uint32Array.from(candidates, ({ id }) => this.#corpusFrequency.at(id)).sort();
    const threshold = frequencies[frequencies.length - maxFeatures] as number;
    const above = candidates.filter(({ id }) => this.#corpusFrequency.at(id) > threshold).map(({ term }) => term);
    const tied = candidates.filter(({ id }) => this.#corpusFrequency.at(id) === threshold).map(({ term }) => term);
    tied.sort();
    return [...above, ...tied.slice(0, maxFeatures - above.length)].sort();
  }

  #countRows(columnOfId: Int32Array, nColumns: number, nnz: number): CsrMatrix {
    const builder = new CsrBuilder(nColumns, nnz);
    const row = new RowCounter();
    let position = 0;
    for (let document = 0; document < this.nDocuments; document++) {
      row.clear();
      for (const end = this.#documentEnds.at(document); position < end; position++) {
        const column = columnOfId[this.#occurrences.at(position)] as number;
        if (column !== NO_COLUMN) row.push(column);
      }
      row.count();
      builder.append(row);
    }
    return builder.finish();
  }
}

/** Feeds the documents to the accumulator. */
export function accumulate<F extends FittedVectorizer>(
  accumulator: VectorizerAccumulator<F>,
  documents: Iterable<readonly string[]>,
): FitResult<F> {
  for (const terms of documents) accumulator.add(terms);
  return accumulator.finish();
}

/** Builds matrices of counts; scikit-learn's CountVectorizer over documents that are terms already. */
export class CountVectorizer implements Vectorizer<FittedCountVectorizer> {
  readonly #limits: TermLimits;

  constructor(limits: TermLimits) {
    this.#limits = limits;
  }

  accumulator(): VectorizerAccumulator<FittedCountVectorizer> {
    return new CountAccumulator(this.#limits);
  }

  fit(documents: Iterable<readonly string[]>): FittedCountVectorizer {
    return this.fitTransform(documents).fitted;
  }

  fitTransform(documents: Iterable<readonly string[]>): FitResult<FittedCountVectorizer> {
    return accumulate(this.accumulator(), documents);
  }
}

/** Counts the known terms of documents. */
export class FittedCountVectorizer implements FittedVectorizer {
  readonly vocabulary: Vocabulary;
  readonly documentFrequency: Uint32Array;
  readonly nDocuments: number;
  readonly #row = new RowCounter();

  /** @throws {OptionError} when there is not one document frequency in [1, nDocuments] per term */
  constructor({ vocabulary, documentFrequency, nDocuments }: FittedCounts) {
    if (documentFrequency.length !== vocabulary.nTerms) {
      throw new OptionError(
        "documentFrequency",
        `one number for each of ${vocabulary.nTerms} terms`,
        documentFrequency,
      );
    }
    const wrong = documentFrequency.find((frequency) => frequency < 1 || frequency > nDocuments);
    if (wrong !== undefined) throw new OptionError("documentFrequency", `numbers in [1, ${nDocuments}]`, wrong);
    this.vocabulary = vocabulary;
    this.documentFrequency = documentFrequency;
    this.nDocuments = nDocuments;
  }

  transform(documents: Iterable<readonly string[]>): CsrMatrix {
    return buildMatrix(this, documents);
  }

  transformDocument(terms: readonly string[]): SparseRow {
    const row = this.#row;
    row.clear();
    for (const term of terms) {
      const column = this.vocabulary.columnOf(term);
      if (column !== -1) row.push(column);
    }
    row.count();
    return row;
  }
}

/** `transform` as a loop over `transformDocument`. */
export function buildMatrix(fitted: FittedVectorizer, documents: Iterable<readonly string[]>): CsrMatrix {
  const builder = new CsrBuilder(fitted.vocabulary.nTerms);
  for (const terms of documents) builder.append(fitted.transformDocument(terms));
  return builder.finish();
}
