import { type RowSource, sliceRows } from "../features/csr-matrix.js";
import type { SparseRow } from "../features/sparse-row.js";
import type { Spool } from "../features/spool.js";
import { BYTES_PER_STORED_VALUE, type StoredMatrix, StoredMatrixBuilder } from "../features/stored-matrix.js";
import { type FittedTfidfVectorizer, TfidfVectorizer } from "../features/tfidf-vectorizer.js";
import type { LabeledMatrix } from "../nn/validation.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { concatRows, type Split, stratifiedSplit } from "../stratified-split.js";
import type { AnalyzedCorpus } from "./analyze-corpus.js";
import type { Corpus } from "./corpus.js";
import { planMemory } from "./memory-plan.js";
import type { NetworkThreads } from "./network-threads.js";
import { isRefitWanted } from "./refit.js";
import type { TrainingMemory } from "./training-memory.js";
import { isWorthThreadsOfTheirOwn } from "./worth-threads.js";

/** What is learned of the articles before the network. */
export interface VectorizedCorpus {
  readonly corpus: Corpus;
  readonly split: Split;
  readonly fitted: FittedTfidfVectorizer;
  readonly training: LabeledMatrix;
  /** Null without a validation share. */
  readonly validation: LabeledMatrix | null;
  /** Both together, where the linear member is to learn once more. */
  readonly everything: LabeledMatrix | null;
  /** Null without articles that have no labels. */
  readonly unlabeledMatrix: RowSource | null;
  /** SHA-256 of these, in hexadecimal digits; also where none was given, but not where none were asked for. */
  readonly unlabeledHash: string | null;
  /** The rows of all these: without labels, of the training share, of the validation share. They are slices of it. */
  readonly matrix: RowSource;
  /** Networks that may be trained side by side. */
  readonly nLanes: number;
}

function storeMatrix(rows: Iterable<SparseRow>, nColumns: number, spool: Spool): StoredMatrix {
  const builder = new StoredMatrixBuilder(nColumns, spool);
  for (const row of rows) builder.append(row);
  return builder.finish();
}

/**
 * Splits a corpus, fits a vocabulary on the training share and makes the matrix. It takes the corpus from `analyze`, and not
 * itself, so that the log of all terms, often more than all else, is gone before the network is trained.
 *
 * @param threads those that train networks; they are told when it pays that they start ahead
 * @param memory where the matrix goes when it does not fit
 * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
 * @throws {OptionError} when the limit of memory is too low
 */
export async function vectorizeCorpus(
  analyze: () => Promise<AnalyzedCorpus>,
  settings: ResolvedTrainingSettings,
  threads: NetworkThreads | undefined,
  memory: TrainingMemory | undefined,
): Promise<VectorizedCorpus> {
  const { corpus, log, places, unlabeled, ownsLog } = await analyze();
  const nThreads = threads?.nThreads ?? 1;
  const { labels, labelNumbers } = corpus;
  const split = stratifiedSplit(labelNumbers, labels.length, settings.validationFraction, settings.seed);
  // What follows is the work of one thread, while others can start. Below a limit of memory there may be fewer.
  const { engine, ensemble } = settings;
  if (memory === undefined && engine === "wasm") {
    const isWorth = isWorthThreadsOfTheirOwn(log.nOccurrences, split.train.length, settings, ensemble);
    if (isWorth) threads?.prepareNetworks(ensemble);
  }
  // Articles without labels come before the others in the matrix: so those of each stage of the training lie one after another.
  const labeled = concatRows(split.train, split.validation);
  const placeOf = (article: number): number => places[article] as number;
  const rows = concatRows(unlabeled?.places ?? new Uint32Array(0), labeled.map(placeOf));
  const nUnlabeled = rows.length - labeled.length;
  const nFitted = nUnlabeled + split.train.length;
  const { fitted, matrixOf, rowsOf } = new TfidfVectorizer(settings.vectorizer).fitLog(log, rows.subarray(0, nFitted));
  const { nTerms } = fitted.vocabulary;
  const plan = memory && planMemory(memory.maxBytes, settings, nTerms, log, labels.length, nThreads);
  // Of the training share this is exact; documents kept back are like it.
  const nnzOfFitted = fitted.documentFrequency.reduce((sum, frequency) => sum + frequency, 0);
  const matrixBytes = BYTES_PER_STORED_VALUE * nnzOfFitted * (rows.length / nFitted);
  const matrix =
    memory !== undefined && plan !== undefined && matrixBytes > plan.matrixBytes
      ? storeMatrix(rowsOf(rows), nTerms, memory.createSpool())
      : matrixOf(rows, nThreads > 1);
  if (ownsLog) log.close();
  const shareOf = (begin: number, end: number): LabeledMatrix => ({
    matrix: sliceRows(matrix, begin, end),
    labels: Int32Array.from(
      labeled.subarray(begin - nUnlabeled, end - nUnlabeled),
      (article) => labelNumbers[article] as number,
    ),
  });
  const isRefitted = isRefitWanted(settings, labels.length, split.train.length, split.validation.length);
  return {
    corpus,
    split,
    fitted,
    training: shareOf(nUnlabeled, nFitted),
    validation: split.validation.length === 0 ? null : shareOf(nFitted, rows.length),
    everything: isRefitted ? shareOf(nUnlabeled, rows.length) : null,
    unlabeledMatrix: nUnlabeled === 0 ? null : sliceRows(matrix, 0, nUnlabeled),
    unlabeledHash: unlabeled?.hash ?? null,
    matrix,
    nLanes: plan?.nLanes ?? nThreads,
  };
}
