import type { RowSource } from "../features/csr-matrix.js";
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
import { rowsOfRefit } from "./refit.js";
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
  /** Networks that may be trained side by side. */
  readonly nLanes: number;
}

function storeMatrix(rows: Iterable<SparseRow>, nColumns: number, spool: Spool): StoredMatrix {
  const builder = new StoredMatrixBuilder(nColumns, spool);
  for (const row of rows) builder.append(row);
  return builder.finish();
}

/**
 * Splits a corpus, fits a vocabulary on the training share and makes the matrices. It takes the corpus from `analyze`, and not
 * itself, so that the log of all terms, often more than all else, is gone before the network is trained.
 *
 * @param threads those that train networks; they are told when it pays that they start ahead
 * @param memory where matrices go that do not fit
 * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
 * @throws {OptionError} when the limit of memory is too low
 */
export async function vectorizeCorpus(
  analyze: () => Promise<AnalyzedCorpus>,
  settings: ResolvedTrainingSettings,
  threads: NetworkThreads | undefined,
  memory: TrainingMemory | undefined,
): Promise<VectorizedCorpus> {
  const { corpus, log } = await analyze();
  const nThreads = threads?.nThreads ?? 1;
  const { labels, labelNumbers } = corpus;
  const split = stratifiedSplit(labelNumbers, labels.length, settings.validationFraction, settings.seed);
  // What follows is the work of one thread, while others can start. Below a limit of memory there may be fewer.
  const { engine, ensemble } = settings;
  if (memory === undefined && engine === "wasm") {
    const isWorth = isWorthThreadsOfTheirOwn(log.nOccurrences, split.train.length, settings, ensemble);
    if (isWorth) threads?.prepareNetworks(ensemble);
  }
  // Articles without labels come behind the others.
  const nLabeled = labelNumbers.length;
  const unlabeledRows = Uint32Array.from({ length: log.nDocuments - nLabeled }, (_, i) => nLabeled + i);
  const fittedRows = concatRows(split.train, unlabeledRows);
  const { fitted, matrixOf, rowsOf } = new TfidfVectorizer(settings.vectorizer).fitLog(log, fittedRows);
  const { nTerms } = fitted.vocabulary;
  const plan = memory && planMemory(memory.maxBytes, settings, nTerms, log, labels.length, nThreads);
  // Of the training share this is exact; documents kept back are like it.
  const nnzOfTraining = fitted.documentFrequency.reduce((sum, frequency) => sum + frequency, 0);
  const refitRows = rowsOfRefit(settings, split);
  const nRows = log.nDocuments + (refitRows?.length ?? 0);
  const matrixBytes = BYTES_PER_STORED_VALUE * nnzOfTraining * (nRows / fittedRows.length);
  const store = plan !== undefined && matrixBytes > plan.matrixBytes ? memory : undefined;
  const rowSourceOf = (rows: Uint32Array): RowSource =>
    store === undefined ? matrixOf(rows, nThreads > 1) : storeMatrix(rowsOf(rows), nTerms, store.createSpool());
  const shareOf = (rows: Uint32Array): LabeledMatrix => ({
    matrix: rowSourceOf(rows),
    labels: Int32Array.from(rows, (row) => labelNumbers[row] as number),
  });
  const validation = split.validation.length === 0 ? null : shareOf(split.validation);
  const unlabeledMatrix = unlabeledRows.length === 0 ? null : rowSourceOf(unlabeledRows);
  const training = shareOf(split.train);
  const everything = refitRows === null ? null : shareOf(refitRows);
  log.close();
  const nLanes = plan?.nLanes ?? nThreads;
  return { corpus, split, fitted, training, validation, everything, unlabeledMatrix, nLanes };
}
