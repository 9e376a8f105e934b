/** Trains and tries models on folds of articles that are analysed once for each way to make terms. */
import { DatasetError } from "../errors.js";
import { ConfusionMatrix } from "../evaluation/confusion-matrix.js";
import { computeScores } from "../evaluation/scores.js";
import type { CsrMatrix } from "../features/csr-matrix.js";
import { termKindsOf } from "../features/term-kinds.js";
import type { TermLog } from "../features/term-log.js";
import { TfidfVectorizer } from "../features/tfidf-vectorizer.js";
import type { Vocabulary } from "../features/vocabulary.js";
import type { Fold } from "../folds.js";
import { logProbability } from "../kernels/math.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import type { NumberingKernelFactory } from "../kernels/numbering.js";
import type { TrainingThreads } from "../nn/step-crew.js";
import type { TrainMlpInput } from "../nn/train-mlp.js";
import { argmax, type LabeledMatrix } from "../nn/validation.js";
import { joinNetworks, oneNetwork } from "../nn/weights.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { concatRows, stratifiedSplit } from "../stratified-split.js";
import type { Label, LabeledArticle } from "../text/article.js";
import { analyzeCorpus } from "../training/analyze-corpus.js";
import { checkLabels } from "../training/corpus.js";
import type { DocumentAnalyzerFactory } from "../training/document-analyzer.js";
import { fitEnsemble } from "../training/fit-ensemble.js";
import { fitLinear } from "../training/fit-linear.js";
import { votersOf } from "../training/fit-members.js";
import { pretrainingOf } from "../training/pretraining.js";
import { yieldToEventLoop } from "../training/progress.js";
import { isRefitWanted } from "../training/refit.js";
import { scoreRows } from "../training/score-rows.js";
import { votesOf } from "../training/votes.js";
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

/** How a model did on the part of a fold that it did not see. */
export interface FoldScores {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly weightedF1: number;
}

/** The articles of a fold as matrices; those to learn from are made when they are asked for. */
interface FoldShares {
  training(): LabeledMatrix;
  validation(): LabeledMatrix | null;
  /** What the linear member learns from in the end. */
  ofLinear(): LabeledMatrix;
  /** `[nTerms]` see `termKindsOf`. */
  readonly termKinds: Uint8Array;
  readonly test: CsrMatrix;
}

/** Logs in memory at once; one of long articles takes 100 MB. */
export const MAX_LOGS = 4;
/** Scores of members in memory at once, `[nTest, nLabels]` each. */
const MAX_SCORES = 256;

/** What the terms of the articles depend on. */
export function analysisKey({ text, terms }: ResolvedTrainingSettings): string {
  return JSON.stringify({ text, terms });
}

/** What the matrices of a fold depend on. */
function matricesKey({ text, terms, vectorizer, validationFraction, seed }: ResolvedTrainingSettings): unknown {
  return { text, terms, vectorizer, validationFraction, seed };
}

/** What the networks of a model depend on. */
export function networksKey(settings: ResolvedTrainingSettings): string {
  const { network, optimizer, ensemble, bootstrap, pretrain, pretrainEpochs } = settings;
  return JSON.stringify([matricesKey(settings), { network, optimizer, ensemble, bootstrap, pretrain, pretrainEpochs }]);
}

/** What the linear member of a model depends on. */
export function linearKey(settings: ResolvedTrainingSettings): string {
  const { linear, refit, distill, network } = settings;
  // Where there is a student, its size says whether the linear member stands beside it, and so what that learns from.
  const hiddenUnits = distill ? network.hiddenUnits : null;
  return JSON.stringify([matricesKey(settings), { linear, refit, hiddenUnits }]);
}

/** Remembers what was made, up to a number; of what was used long ago nothing. */
class RecentlyUsed<T extends object> {
  readonly #made = new Map<string, T>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What stands under the key, or what `make` returns; null is not remembered. */
  async get(key: string, make: () => Promise<T | null>): Promise<T | null> {
    let value = this.#made.get(key);
    if (value === undefined) {
      // Before, so that there are never more in memory.
      const [oldest] = this.#made.keys();
      if (this.#made.size === this.#capacity) this.#made.delete(oldest as string);
      const made = await make();
      if (made === null) return null;
      value = made;
    }
    this.#made.delete(key);
    this.#made.set(key, value);
    return value;
  }
}

export class FoldScorer {
  readonly #input: FoldScorerInput;
  readonly #labels: readonly Label[];
  /** By the settings that they come from. */
  readonly #logs = new RecentlyUsed<TermLog>(MAX_LOGS);
  readonly #scores = new RecentlyUsed<Float32Array>(MAX_SCORES);

  /** @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles */
  constructor(input: FoldScorerInput) {
    this.#input = input;
    this.#labels = checkLabels(
      input.articles.map(({ label }) => label),
      input.source,
    );
  }

  /**
   * Trains the model of these settings on a fold and tries it on the rest; of a network that is distilled, the model that it
   * learns from. Vocabulary, document frequencies, weights and the choice
   * of the epoch come from the fold's training articles alone. What settings that were scored before have in common with these
   * is not made again: their networks where only the linear member is another, and the other way round. Null when the signal is
   * aborted.
   *
   * @throws {DatasetError} when the fold's training articles have one label only, or fewer than two of a label
   * @throws {NewsclfError} code VOCABULARY_EMPTY when no term is left
   */
  async score(settings: ResolvedTrainingSettings, fold: number): Promise<FoldScores | null> {
    const { articles, folds, source } = this.#input;
    const { train, test } = folds[fold] as Fold;
    const labels = checkLabels(
      Array.from(train, (row) => (articles[row] as LabeledArticle).label),
      `${source}, fold ${fold + 1} of ${folds.length}`,
    );
    const nLabels = labels.length;
    let made: FoldShares | null = null;
    const sharesOf = async (): Promise<FoldShares | null> => {
      made ??= await this.#makeShares(settings, fold, labels);
      return made;
    };
    const networks = await this.#scores.get(`${fold} ${networksKey(settings)}`, async () => {
      const shares = await sharesOf();
      return shares && this.#tryNetworks(settings, shares, nLabels);
    });
    if (networks === null) return null;
    const tryLinear = async (): Promise<Float32Array | null> => {
      const shares = await sharesOf();
      return shares && this.#tryLinear(settings, shares, nLabels);
    };
    const linear = settings.linear ? await this.#scores.get(`${fold} ${linearKey(settings)}`, tryLinear) : undefined;
    if (linear === null) return null;

    const votes = votesOf(settings.ensemble, linear !== undefined);
    const linearVotes = votes[settings.ensemble] ?? 0;
    // As in the model: the mean of logits, which are the logarithms of probabilities but for what all labels share.
    const logits = networks.map((probability, i) => {
      const ofLinear = linear === undefined ? 0 : linearVotes * logProbability(linear[i] as number);
      return settings.ensemble * logProbability(probability) + ofLinear;
    });
    // All labels count, also one that the fold could not learn.
    const confusion = new ConfusionMatrix(this.#labels);
    const places = labels.map((label) => this.#labels.indexOf(label));
    for (const [place, row] of test.entries()) {
      const best = argmax(logits.subarray(place * nLabels, (place + 1) * nLabels));
      confusion.add((articles[row] as LabeledArticle).label, places[best] as number);
    }
    const { accuracy, macroF1, weightedF1 } = computeScores(confusion);
    return { accuracy, macroF1, weightedF1 };
  }

  /** Null when the signal is aborted. */
  async #makeShares(
    settings: ResolvedTrainingSettings,
    fold: number,
    labels: readonly Label[],
  ): Promise<FoldShares | null> {
    const { articles, folds } = this.#input;
    const log = await this.#logOf(settings);
    if (log === null) return null;
    const { train, test } = folds[fold] as Fold;
    const numbers = new Map(labels.map((label, number) => [label, number]));
    const numberOf = (row: number): number => numbers.get((articles[row] as LabeledArticle).label) as number;
    const { validationFraction, seed } = settings;
    const split = stratifiedSplit(Int32Array.from(train, numberOf), labels.length, validationFraction, seed);
    const rowsOf = (places: Uint32Array): Uint32Array => places.map((place) => train[place] as number);
    const { matrixOf, fitted } = new TfidfVectorizer(settings.vectorizer).fitLog(log, rowsOf(split.train));
    const shareOf = (places: Uint32Array): LabeledMatrix => {
      const rows = rowsOf(places);
      return { matrix: matrixOf(rows), labels: Int32Array.from(rows, numberOf) };
    };
    const isRefitted = isRefitWanted(settings, labels.length, split.train.length, split.validation.length);
    return {
      training: () => shareOf(split.train),
      validation: () => (split.validation.length === 0 ? null : shareOf(split.validation)),
      ofLinear: () => shareOf(isRefitted ? concatRows(split.train, split.validation) : split.train),
      termKinds: termKindsOf(fitted.vocabulary),
      test: matrixOf(test),
    };
  }

  /** `[nTest, nLabels]` what the networks say; null when the signal is aborted. */
  async #tryNetworks(
    settings: ResolvedTrainingSettings,
    shares: FoldShares,
    nLabels: number,
  ): Promise<Float32Array | null> {
    const { kernels, threads, signal } = this.#input;
    const input: TrainMlpInput = {
      ...shares.training(),
      nLabels,
      validation: shares.validation(),
      network: settings.network,
      optimizer: settings.optimizer,
      pretraining: pretrainingOf(settings, null),
      isBootstrapped: settings.bootstrap,
      seed: settings.seed,
      kernels,
    };
    const network = { ...input, threads: isWorthThreads(input) ? threads : undefined };
    const { finished, isInterrupted } = await fitEnsemble(network, settings.ensemble, undefined, { signal });
    if (isInterrupted) return null;
    const { members, votes } = votersOf(finished, null);
    return scoreRows(joinNetworks(members, votes), shares.test, kernels);
  }

  /** `[nTest, nLabels]` what the linear member says; null when the signal is aborted. */
  async #tryLinear(
    settings: ResolvedTrainingSettings,
    shares: FoldShares,
    nLabels: number,
  ): Promise<Float32Array | null> {
    const { kernels, signal = new AbortController().signal } = this.#input;
    const documents = shares.ofLinear();
    const { termKinds } = shares;
    const { weights, isCutShort } = await fitLinear(documents, termKinds, nLabels, settings.seed, kernels, signal);
    return isCutShort ? null : scoreRows(oneNetwork(weights), shares.test, kernels);
  }

  /** The vocabulary of all articles; null when the signal is aborted. */
  async vocabularyOf(settings: ResolvedTrainingSettings): Promise<Vocabulary | null> {
    const log = await this.#logOf(settings);
    if (log === null) return null;
    const all = new Uint32Array(log.nDocuments).map((_, row) => row);
    return new TfidfVectorizer(settings.vectorizer).fitLog(log, all).fitted.vocabulary;
  }

  #logOf(settings: ResolvedTrainingSettings): Promise<TermLog | null> {
    return this.#logs.get(analysisKey(settings), () => this.#analyze(settings.text.clean, settings.terms));
  }

  async #analyze(
    clean: ResolvedTrainingSettings["text"]["clean"],
    terms: ResolvedTrainingSettings["terms"],
  ): Promise<TermLog | null> {
    const { articles, analyzer, numbering, source, signal } = this.#input;
    try {
      const onTurn = async (): Promise<void> => {
        await yieldToEventLoop();
        signal?.throwIfAborted();
      };
      const { log } = await analyzeCorpus(articles, { clean, analyzer: analyzer(terms), numbering, onTurn }, source);
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
