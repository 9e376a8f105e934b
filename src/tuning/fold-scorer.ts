/** Trains and tries settings on folds of articles that are analysed once for each way to make terms. */
import { DatasetError } from "../errors.js";
import { ConfusionMatrix } from "../evaluation/confusion-matrix.js";
import { computeScores } from "../evaluation/scores.js";
import type { TermLog } from "../features/term-log.js";
import { TfidfVectorizer } from "../features/tfidf-vectorizer.js";
import type { Vocabulary } from "../features/vocabulary.js";
import type { Fold } from "../folds.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import type { NumberingKernelFactory } from "../kernels/numbering.js";
import { noCalibration } from "../nn/calibration.js";
import { Ensemble } from "../nn/ensemble.js";
import type { TrainingThreads } from "../nn/step-crew.js";
import type { TrainMlpInput } from "../nn/train-mlp.js";
import type { LabeledMatrix } from "../nn/validation.js";
import { oneNetwork } from "../nn/weights.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { stratifiedSplit } from "../stratified-split.js";
import type { Label, LabeledArticle } from "../text/article.js";
import { analyzeCorpus } from "../training/analyze-corpus.js";
import { checkLabels } from "../training/corpus.js";
import type { DocumentAnalyzerFactory } from "../training/document-analyzer.js";
import { fitNetwork } from "../training/fit-network.js";
import { pretrainingOf } from "../training/pretraining.js";
import { yieldToEventLoop } from "../training/progress.js";
import { isWorthThreads } from "../training/worth-threads.js";

/** What the folds are and what training needs. */
export interface FoldScorerInput {
  readonly articles: readonly LabeledArticle[];
  readonly folds: readonly Fold[];
  readonly analyzer: DocumentAnalyzerFactory;
  /** Numbers the terms of all documents; plain TypeScript does where null. */
  readonly numbering: NumberingKernelFactory | null;
  readonly kernels: MlpKernelFactory;
  readonly threads?: TrainingThreads | undefined;
  /** Name of the articles' source for messages. */
  readonly source: string;
  readonly signal?: AbortSignal | undefined;
}

/** How a network did on the part of a fold that it did not see. */
export interface FoldScores {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly weightedF1: number;
}

/** Logs in memory at once; one of long articles takes 100 MB. */
const MAX_LOGS = 4;

export class FoldScorer {
  readonly #input: FoldScorerInput;
  readonly #labels: readonly Label[];
  /** By the settings that they come from, the last used last. */
  readonly #logs = new Map<string, TermLog>();

  /** @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles */
  constructor(input: FoldScorerInput) {
    this.#input = input;
    this.#labels = checkLabels(
      input.articles.map(({ label }) => label),
      input.source,
    );
  }

  /**
   * Trains one network on a fold; of an ensemble the others would tell the same again. Vocabulary, document frequencies,
   * weights and the choice of the epoch come from the fold's training articles alone. Null when the signal is aborted.
   *
   * @throws {DatasetError} when the fold's training articles have one label only, or fewer than two of a label
   * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
   */
  async score(settings: ResolvedTrainingSettings, fold: number): Promise<FoldScores | null> {
    const { articles, folds, kernels, threads, source, signal } = this.#input;
    const { train, test } = folds[fold] as Fold;
    const log = await this.#logOf(settings);
    if (log === null) return null;
    const labels = checkLabels(
      Array.from(train, (row) => (articles[row] as LabeledArticle).label),
      `${source}, fold ${fold + 1} of ${folds.length}`,
    );
    const numbers = new Map(labels.map((label, number) => [label, number]));
    const numberOf = (row: number): number => numbers.get((articles[row] as LabeledArticle).label) as number;
    const { validationFraction, seed, network, optimizer } = settings;
    const split = stratifiedSplit(Int32Array.from(train, numberOf), labels.length, validationFraction, seed);
    const rowsOf = (places: Uint32Array): Uint32Array => places.map((place) => train[place] as number);
    const { matrixOf } = new TfidfVectorizer(settings.vectorizer).fitLog(log, rowsOf(split.train));
    const shareOf = (rows: Uint32Array): LabeledMatrix => ({
      matrix: matrixOf(rows),
      labels: Int32Array.from(rows, numberOf),
    });
    const input: TrainMlpInput = {
      ...shareOf(rowsOf(split.train)),
      nLabels: labels.length,
      validation: split.validation.length === 0 ? null : shareOf(rowsOf(split.validation)),
      network,
      optimizer,
      pretraining: pretrainingOf(settings, null),
      seed,
      kernels,
    };
    const outcome = await fitNetwork({ ...input, threads: isWorthThreads(input) ? threads : undefined }, { signal });
    if (outcome.ending === "stopped") return null;

    const ensemble = new Ensemble(oneNetwork(outcome.weights), noCalibration(labels.length), kernels);
    const { indptr, indices, data } = matrixOf(test);
    const scores = new Float32Array(labels.length);
    // All labels count, also one that the fold could not learn.
    const confusion = new ConfusionMatrix(this.#labels);
    const places = labels.map((label) => this.#labels.indexOf(label));
    for (const [place, row] of test.entries()) {
      const [start, end] = [indptr[place] as number, indptr[place + 1] as number];
      ensemble.scores(indices.subarray(start, end), data.subarray(start, end), end - start, scores);
      const best = scores.indexOf(scores.reduce((greatest, score) => Math.max(greatest, score)));
      confusion.add((articles[row] as LabeledArticle).label, places[best] as number);
    }
    const { accuracy, macroF1, weightedF1 } = computeScores(confusion);
    return { accuracy, macroF1, weightedF1 };
  }

  /** The vocabulary of all articles; null when the signal is aborted. */
  async vocabularyOf(settings: ResolvedTrainingSettings): Promise<Vocabulary | null> {
    const log = await this.#logOf(settings);
    if (log === null) return null;
    const all = new Uint32Array(log.nDocuments).map((_, row) => row);
    return new TfidfVectorizer(settings.vectorizer).fitLog(log, all).fitted.vocabulary;
  }

  async #logOf({ text, terms }: ResolvedTrainingSettings): Promise<TermLog | null> {
    const key = JSON.stringify({ text, terms });
    let log = this.#logs.get(key);
    if (log === undefined) {
      const [oldest] = this.#logs.keys();
      if (this.#logs.size === MAX_LOGS) this.#logs.delete(oldest as string);
      const analyzed = await this.#analyze(text.clean, terms);
      if (analyzed === null) return null;
      log = analyzed;
    }
    this.#logs.delete(key);
    this.#logs.set(key, log);
    return log;
  }

  async #analyze(
    clean: ResolvedTrainingSettings["text"]["clean"],
    terms: ResolvedTrainingSettings["terms"],
  ): Promise<TermLog | null> {
    const { articles, analyzer, numbering, source, signal } = this.#input;
    try {
      const { log } = await analyzeCorpus(articles, clean, analyzer(terms), numbering, source, async () => {
        await yieldToEventLoop();
        signal?.throwIfAborted();
      });
      return log;
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return null;
      throw error;
    }
  }
}

/** Refuses folds that cannot be learned from before any time is spent on them. */
export function checkFolds(articles: readonly LabeledArticle[], folds: readonly Fold[], source: string): void {
  for (const [fold, { train, test }] of folds.entries()) {
    const name = `${source}, fold ${fold + 1} of ${folds.length}`;
    if (test.length === 0) throw new DatasetError("DATASET_EMPTY", { source: name }, "there is no article to try");
    checkLabels(
      Array.from(train, (row) => (articles[row] as LabeledArticle).label),
      name,
    );
  }
}
