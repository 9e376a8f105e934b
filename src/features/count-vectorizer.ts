import { NewsclfError, OptionError } from "../errors.js";
import type { NumberedTerms } from "../kernels/numbering.js";
import { checkMethod, checkTexts } from "../options/check-argument.js";
import type { Resolved } from "../options/resolve-options.js";
import type { VectorizerOptions } from "../options/train-options.js";
import { CsrBuilder } from "./csr-builder.js";
import type { CsrMatrix } from "./csr-matrix.js";
import { mergeTerms, sortTerms } from "./sort-terms.js";
import { RowCounter, type SparseRow } from "./sparse-row.js";
import { TermLog } from "./term-log.js";
import type { FitResult, FittedVectorizer, LogFit, Vectorizer } from "./vectorizer.js";
import { isStorableTerm, Vocabulary, type VocabularyUnits } from "./vocabulary.js";

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

/** The numbers 0 … n - 1. */
function firstNumbers(n: number): Uint32Array {
  return new Uint32Array(n).map((_, i) => i);
}

/**
 * Fits counts on the given documents of a log. Time is linear in their occurrences but for sorting the vocabulary.
 * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
 */
export function fitCounts(log: TermLog, documents: Uint32Array, limits: TermLimits): LogFit<FittedCountVectorizer> {
  const nDocuments = documents.length;
  const documentFrequencyOf = new Uint32Array(log.nTerms);
  const corpusFrequencyOf = new Uint32Array(log.nTerms);
  /** 1-based place among the documents where the term was seen last. */
  const lastSeen = new Uint32Array(log.nTerms);
  for (const [place, document] of documents.entries()) {
    for (const id of log.numbersOf(document)) {
      corpusFrequencyOf[id] = (corpusFrequencyOf[id] as number) + 1;
      if (lastSeen[id] === place + 1) continue;
      lastSeen[id] = place + 1;
      documentFrequencyOf[id] = (documentFrequencyOf[id] as number) + 1;
    }
  }
  const kept = keptTerms(log, documentFrequencyOf, corpusFrequencyOf, nDocuments, limits);
  if (kept.length === 0) {
    const nDistinctTerms = documentFrequencyOf.reduce((n, frequency) => (frequency > 0 ? n + 1 : n), 0);
    throw emptyVocabularyError(nDocuments, nDistinctTerms, limits);
  }
  const columnOfId = new Int32Array(log.nTerms).fill(NO_COLUMN);
  const documentFrequency = new Uint32Array(kept.length);
  for (let column = 0; column < kept.length; column++) {
    const id = kept[column] as number;
    columnOfId[id] = column;
    documentFrequency[column] = documentFrequencyOf[id] as number;
  }
  const vocabulary = Vocabulary.fromUnits(copyTerms(kept, log.terms));
  return {
    fitted: new FittedCountVectorizer({ vocabulary, documentFrequency, nDocuments }),
    matrixOf: (wanted, isShared) => {
      const builder = new CsrBuilder(kept.length, countOccurrences(log, wanted, columnOfId), isShared);
      for (const row of countRows(log, wanted, columnOfId)) builder.append(row);
      return builder.finish();
    },
    rowsOf: (wanted) => countRows(log, wanted, columnOfId),
  };
}

/** The units of terms one after another. */
function copyTerms(ids: Uint32Array, { termUnits, termStarts }: NumberedTerms): VocabularyUnits {
  const termOffsets = new Uint32Array(ids.length + 1);
  for (let column = 0; column < ids.length; column++) {
    const id = ids[column] as number;
    const nUnits = (termStarts[id + 1] as number) - (termStarts[id] as number);
    termOffsets[column + 1] = (termOffsets[column] as number) + nUnits;
  }
  const copied = new Uint16Array(termOffsets[ids.length] as number);
  let place = 0;
  for (const id of ids) {
    const end = termStarts[id + 1] as number;
    for (let at = termStarts[id] as number; at < end; at++) copied[place++] = termUnits[at] as number;
  }
  return { termUnits: copied, termOffsets };
}

/** Whether a term has half of a surrogate pair, paired or not. */
function hasSurrogates({ termUnits, termStarts }: NumberedTerms, id: number): boolean {
  const end = termStarts[id + 1] as number;
  for (let at = termStarts[id] as number; at < end; at++)
    if (((termUnits[at] as number) & 0xf800) === 0xd800) return true;
  return false;
}

/**
 * The terms within the limits, sorted. Where maxFeatures cuts through terms of one corpus frequency, the first in
 * column order stay; scikit-learn sorts the columns first as well, but leaves such ties to numpy's unstable argsort.
 */
function keptTerms(
  log: TermLog,
  documentFrequencyOf: Uint32Array,
  corpusFrequencyOf: Uint32Array,
  nDocuments: number,
  { minDf, maxDfFraction, maxFeatures }: TermLimits,
): Uint32Array {
  const maxDf = maxDfFraction * nDocuments;
  const { terms } = log;
  const candidates = firstNumbers(documentFrequencyOf.length).filter((id) => {
    const frequency = documentFrequencyOf[id] as number;
    if (frequency < minDf || frequency > maxDf) return false;
    // A model file could not hold a term with a lone surrogate, so such a term is as good as unknown.
    return !hasSurrogates(terms, id) || isStorableTerm(log.term(id));
  });
  if (candidates.length <= maxFeatures) return sortTerms(candidates, terms);

  const frequencies = candidates.map((id) => corpusFrequencyOf[id] as number).sort();
  const threshold = frequencies[frequencies.length - maxFeatures] as number;
  const above = candidates.filter((id) => (corpusFrequencyOf[id] as number) > threshold);
  const tied = candidates.filter((id) => corpusFrequencyOf[id] === threshold);
  const firstTied = sortTerms(tied, terms).subarray(0, maxFeatures - above.length);
  return mergeTerms(sortTerms(above, terms), firstTied, terms);
}

/** Occurrences of the terms that have a column; somewhat more than distinct ones, which is all that a first pass is for. */
function countOccurrences(log: TermLog, documents: Uint32Array, columnOfId: Int32Array): number {
  let nOccurrences = 0;
  for (const document of documents) {
    for (const id of log.numbersOf(document)) if (columnOfId[id] !== NO_COLUMN) nOccurrences++;
  }
  return nOccurrences;
}

/** Yields the counts of each document; a row is overwritten by the next. */
function* countRows(log: TermLog, documents: Uint32Array, columnOfId: Int32Array): Generator<SparseRow, void> {
  const row = new RowCounter();
  for (const document of documents) {
    row.clear();
    for (const id of log.numbersOf(document)) {
      const column = columnOfId[id] as number;
      if (column !== NO_COLUMN) row.push(column);
    }
    row.count();
    yield row;
  }
}

/** Fits a log on all its documents. */
export function fitAll<F extends FittedVectorizer>(
  log: TermLog,
  fit: (log: TermLog, documents: Uint32Array) => LogFit<F>,
): FitResult<F> {
  const documents = firstNumbers(log.nDocuments);
  const { fitted, matrixOf } = fit(log, documents);
  return { fitted, matrix: matrixOf(documents) };
}

/**
 * The documents as a log.
 * @throws {OptionError} when they are not arrays of strings
 */
export function logOf(documents: Iterable<readonly string[]>): TermLog {
  checkMethod("documents", documents, Symbol.iterator, "an iterable of arrays of strings");
  const log = new TermLog();
  for (const terms of documents) {
    checkTexts(`documents[${log.nDocuments}]`, terms);
    log.add(terms);
  }
  return log;
}

/** Builds matrices of counts; scikit-learn's CountVectorizer over documents that are terms already. */
export class CountVectorizer implements Vectorizer<FittedCountVectorizer> {
  readonly #limits: TermLimits;

  constructor(limits: TermLimits) {
    this.#limits = limits;
  }

  fit(documents: Iterable<readonly string[]>): FittedCountVectorizer {
    return this.fitTransform(documents).fitted;
  }

  fitLog(log: TermLog, documents: Uint32Array): LogFit<FittedCountVectorizer> {
    return fitCounts(log, documents, this.#limits);
  }

  fitTransform(documents: Iterable<readonly string[]>): FitResult<FittedCountVectorizer> {
    return fitAll(logOf(documents), (log, all) => this.fitLog(log, all));
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
