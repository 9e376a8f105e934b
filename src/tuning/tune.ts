/** Articles → the training options that do best on articles not trained on. */

import { assignFolds } from "../cross-validation.js";
import { isNewsclfError, OptionError } from "../errors.js";
import type { Fold } from "../folds.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import type { Tokenizer } from "../morph/tokenizer.js";
import type { TrainingThreads } from "../nn/step-crew.js";
import { checkLabeledArticles, checkOptionNames, checkOptions, type OptionNames } from "../options/check-argument.js";
import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import {
  type ResolvedTrainingSettings,
  resolveTrainingSettings,
  type TrainingSettings,
} from "../options/train-options.js";
import { TUNE_SPEC, type TuneOptions } from "../options/tune-options.js";
import { sha256, toHex } from "../sha-256.js";
import type { LabeledArticle } from "../text/article.js";
import { ArticleHash } from "../training/article-hash.js";
import { checkLabels } from "../training/corpus.js";
import { createLocalAnalyzer, type DocumentAnalyzerFactory } from "../training/document-analyzer.js";
import { checkFolds, FoldScorer, type FoldScores } from "./fold-scorer.js";
import { measureVocabulary, modelBytesAtMost, type VocabularySize } from "./model-size.js";
import { type Choice, SearchSpace } from "./search-space.js";
import { Surrogate } from "./surrogate.js";
import { TrainingCosts } from "./training-costs.js";
import { formatTuneState, parseTuneState, type TuneRun, type TuneTraining } from "./tune-state.js";

export type { FoldScores } from "./fold-scorer.js";
export type { TuneTraining } from "./tune-state.js";

export interface TuneInput extends TuneOptions {
  /** Options that are given stay as they are; the search varies the others. Their seed is that of the search. */
  readonly base?: TrainingSettings;
  /** `[nArticles]` articles of one group stay on one side of a fold. Not together with `dates`. */
  readonly groups?: readonly (string | number)[];
  /** `[nArticles]` dates whose order by code unit is their order in time: folds go forward. */
  readonly dates?: readonly string[];
  /** Largest model file that the options may lead to, in bytes. */
  readonly maxModelBytes?: number;
  /** The package's mecab-ko-dic when left out. */
  readonly tokenizer?: Tokenizer;
  readonly kernels?: MlpKernelFactory;
  readonly analyzer?: DocumentAnalyzerFactory;
  readonly threads?: TrainingThreads;
  /** Name of the articles' source for error messages; "articles" when left out. */
  readonly source?: string;
  /** Where to go on: what `onTraining` was given last by a search on the same articles with the same options. */
  readonly resume?: { readonly name: string; readonly text: string };
  /** Called after each training with the result so far and a text to resume from; awaited. */
  readonly onTraining?: (result: TuneResult, state: string) => void | Promise<void>;
  /** When aborted, the training at hand is dropped and the search ends with the best so far. */
  readonly signal?: AbortSignal;
}

const INPUT_NAMES: OptionNames<TuneInput> = {
  metric: true,
  folds: true,
  maxTrainings: true,
  base: true,
  groups: true,
  dates: true,
  maxModelBytes: true,
  tokenizer: true,
  kernels: true,
  analyzer: true,
  threads: true,
  source: true,
  resume: true,
  onTraining: true,
  signal: true,
};

/** Options that were tried. */
export interface TuneTrial {
  /** What was given, and what this trial adds. */
  readonly settings: TrainingSettings;
  /** In the order of the trainings. */
  readonly scores: readonly (FoldScores & { readonly fold: number })[];
  /** Why there are none; null where nothing failed. */
  readonly failure: string | null;
  /** Mean of the metric over the folds that were tried; null where none was. */
  readonly mean: number | null;
  /** What the trial is expected to be better by than the given options, from all trials together; null where it failed. */
  readonly gain: number | null;
  /** Standard deviation of what is known of `gain`. */
  readonly gainStandardDeviation: number | null;
}

export interface TuneResult {
  /**
   * Of those tried on two folds the one with the highest `gain - 2 gainStandardDeviation`; the start where none is above 0; null
   * where no model fits yet.
   */
  readonly best: TuneTrial | null;
  /** The given options as they are. */
  readonly start: TuneTrial;
  /** Best first; failed ones last. */
  readonly trials: readonly TuneTrial[];
  readonly nTrainings: number;
}

type MetricName = keyof FoldScores;

const METRIC_FIELDS: Readonly<Record<Resolved<TuneOptions>["metric"], MetricName>> = {
  "macro-f1": "macroF1",
  "weighted-f1": "weightedF1",
  accuracy: "accuracy",
};

/** Errors that are a trial's own: the search goes on without it. */
const TRIAL_FAILURES: ReadonlySet<string> = new Set(["VOCABULARY_EMPTY", "TRAINING_NOT_FINITE"]);

/** Choices that are looked at before each training. */
const N_PROPOSALS = 200;
/** Choices that new ones are made from. */
const N_LEADERS = 3;
/** Folds on which a choice must have been tried to be called the best: on one it may have been lucky. */
const LEAST_FOLDS = 2;
/**
 * Standard deviations by which a choice must be expected to gain. With one, of two searches on articles both took what lost
 * on others (docs/benchmarks.md).
 */
const N_DEVIATIONS = 2;

/** What a search goes by. */
interface SearchRules {
  readonly nFolds: number;
  /** Articles that a fold is tried on, and that it learns from. */
  readonly nPerFold: number;
  readonly nPerTraining: number;
  readonly nLabels: number;
  readonly metric: MetricName;
  readonly seed: number;
  readonly maxModelBytes: number;
}

/** Folds that the start is tried on at first. It comes back to the others for as long as nothing is better. */
const START_FOLDS = 3;

/** A choice with its trainings. */
interface Tried {
  readonly choice: Choice;
  readonly trainings: readonly TuneTraining[];
  readonly failure: string | null;
}

interface NextTraining {
  readonly choice: Choice;
  readonly fold: number;
}

/** The trainings of a search and what is made of them. What comes next depends on them and the seed alone. */
class Search {
  readonly space: SearchSpace;
  readonly trainings: TuneTraining[];
  readonly #rules: SearchRules;
  readonly #startKey: string;

  constructor(space: SearchSpace, trainings: readonly TuneTraining[], rules: SearchRules) {
    this.space = space;
    this.trainings = [...trainings];
    this.#rules = rules;
    this.#startKey = space.keyOf(space.start);
  }

  /**
   * The next training: first the start on some folds; then in turn what is best so far, on a fold that it has not been tried
   * on, and the choice that may gain the most for its cost: mean + standard deviation of what is expected of it, less what is best,
   * by what has to be made for it. What it is tried on is a fold that the start has been tried on, or the start is first. Null
   * when nothing is left.
   *
   * @see Auer 2002, "Using Confidence Bounds for Exploitation-Exploration Trade-offs"; Snoek, Larochelle and Adams 2012, "Practical
   * Bayesian Optimization of Machine Learning Algorithms", section 3.2, for gains by cost
   */
  next(): NextTraining | null {
    const tried = this.#tried();
    const { start } = this.space;
    const startFolds = new Set(tried.get(this.#startKey)?.trainings.map(({ fold }) => fold));
    if (startFolds.size < Math.min(START_FOLDS, this.#rules.nFolds)) return { choice: start, fold: startFolds.size };
    const surrogate = this.#surrogate();
    if (surrogate === null || this.space.axes.length === 0) return null;

    const round = this.trainings.length;
    const ranked = [...tried.values()]
      .filter(({ failure }) => failure === null)
      .map((candidate) => ({ ...candidate, gain: surrogate.expect(candidate.choice).mean }))
      .sort((left, right) => right.gain - left.gain);
    const startFirst = (next: NextTraining): NextTraining =>
      startFolds.has(next.fold) ? next : { choice: start, fold: next.fold };
    const leader = ranked.find(({ choice }) => this.#mayFit(choice));
    if (round % 2 === 1 && leader !== undefined) {
      const [fold] = this.#missingFolds(leader, round);
      if (fold !== undefined) return startFirst({ choice: leader.choice, fold });
    }
    const leaders = ranked.slice(0, N_LEADERS).map(({ choice }) => choice);
    const candidates = new Map<string, Choice>(ranked.map(({ choice }) => [this.space.keyOf(choice), choice]));
    for (const choice of this.space.propose(leaders, N_PROPOSALS, this.#rules.seed, round)) {
      const key = this.space.keyOf(choice);
      if (!candidates.has(key)) candidates.set(key, choice);
    }
    const costs = new TrainingCosts(this.space, this.trainings, this.#rules.nPerTraining);
    const level = leader?.gain ?? 0;
    let best: NextTraining | null = null;
    let highest = Number.NEGATIVE_INFINITY;
    for (const [key, choice] of candidates) {
      const folds = this.#missingFolds(tried.get(key), round);
      const { mean, standardDeviation } = surrogate.expect(choice);
      const hope = mean + standardDeviation - level;
      // Where there is no hope left, the least hopeless.
      if (folds.length === 0 || (hope <= highest && hope <= 0) || !this.#mayFit(choice)) continue;
      const priced = folds.map((fold) => {
        const ofStart = startFolds.has(fold) ? 0 : costs.of(start, fold);
        return { fold, cost: ofStart + costs.of(choice, fold) };
      });
      const { fold, cost } = priced.reduce((least, other) => (other.cost < least.cost ? other : least));
      const value = hope > 0 ? hope / cost : hope;
      if (value <= highest) continue;
      best = { choice, fold };
      highest = value;
    }
    return best && startFirst(best);
  }

  /** Bytes of a choice's model beyond the limit, or 0; the vocabulary is that of the choice. */
  bytesBeyondLimit(choice: Choice, vocabulary: VocabularySize): number {
    const { nLabels, maxModelBytes } = this.#rules;
    const settings = resolveTrainingSettings(this.space.settingsOf(choice));
    return Math.max(0, modelBytesAtMost(settings, vocabulary, nLabels) - maxModelBytes);
  }

  /** All choices that were tried, by what they come to. */
  #tried(): ReadonlyMap<string, Tried> {
    const tried = new Map<string, Tried>();
    for (const training of this.trainings) {
      const key = this.space.keyOf(training.choice);
      const before = tried.get(key);
      tried.set(key, {
        choice: before?.choice ?? training.choice,
        trainings: [...(before?.trainings ?? []), training],
        failure: before?.failure ?? training.failure,
      });
    }
    return tried;
  }

  #surrogate(): Surrogate | null {
    const { metric, nPerFold } = this.#rules;
    const observations = this.trainings.flatMap(({ choice, fold, scores }) =>
      scores === null ? [] : [{ choice, fold, score: scores[metric] }],
    );
    return observations.length === 0 ? null : new Surrogate(observations, nPerFold);
  }

  /**
   * Whether the model of a choice may be small enough, as far as the trainings so far tell: where no vocabulary was made in the
   * same way, it is as large as it may be if another was.
   */
  #mayFit(choice: Choice): boolean {
    if (this.#rules.maxModelBytes === Number.POSITIVE_INFINITY) return true;
    const settings = resolveTrainingSettings(this.space.settingsOf(choice));
    const { maxFeatures } = settings.vectorizer;
    let size: VocabularySize = { nTerms: 1, nBytes: 0 };
    for (const { choice: other, vocabulary } of this.trainings) {
      if (vocabulary === null) continue;
      const made = resolveTrainingSettings(this.space.settingsOf(other));
      if (vocabularyKey(made) === vocabularyKey(settings)) {
        size = vocabulary;
        break;
      }
      if (vocabulary.nTerms === made.vectorizer.maxFeatures) size = { nTerms: maxFeatures, nBytes: 0 };
    }
    return this.bytesBeyondLimit(choice, size) === 0;
  }

  /** The folds that a choice has not been tried on, from `from` on; none when it has failed. */
  #missingFolds(tried: Tried | undefined, from: number): readonly number[] {
    const { nFolds } = this.#rules;
    if (tried !== undefined && tried.failure !== null) return [];
    const done = new Set(tried?.trainings.map(({ fold }) => fold));
    return Array.from({ length: nFolds }, (_, step) => (from + step) % nFolds).filter((fold) => !done.has(fold));
  }

  result(): TuneResult {
    const surrogate = this.#surrogate();
    const all = Array.from(this.#tried(), ([key, tried]) => ({
      key,
      trial: this.#trialOf(tried, surrogate),
      fits: this.#mayFit(tried.choice),
    }));
    all.sort((left, right) => (right.trial.gain ?? -1) - (left.trial.gain ?? -1));
    const untried = { choice: this.space.start, trainings: [], failure: null };
    const start = all.find(({ key }) => key === this.#startKey)?.trial ?? this.#trialOf(untried, surrogate);
    const nLeast = Math.min(LEAST_FOLDS, this.#rules.nFolds);
    // What may be luck is not taken: a gain counts less its uncertainty, and has to beat the start, whose gain is 0 for certain.
    const eligible = all
      .filter(({ fits, trial: { scores, failure } }) => fits && failure === null && scores.length >= nLeast)
      .map(({ trial }) => ({ trial, sure: (trial.gain ?? 0) - N_DEVIATIONS * (trial.gainStandardDeviation ?? 0) }))
      .sort((left, right) => right.sure - left.sure);
    const startFits = this.#mayFit(this.space.start);
    const winner = eligible.find(({ sure }) => !startFits || sure > 0)?.trial;
    return {
      best: winner ?? (startFits ? start : null),
      start,
      trials: all.map(({ trial }) => trial),
      nTrainings: this.trainings.length,
    };
  }

  #trialOf({ choice, trainings, failure }: Tried, surrogate: Surrogate | null): TuneTrial {
    const scores = trainings.flatMap(({ fold, scores: ofFold }) => (ofFold === null ? [] : [{ fold, ...ofFold }]));
    const values = scores.map((score) => score[this.#rules.metric]);
    const expected = failure === null ? surrogate?.expect(choice) : undefined;
    return {
      settings: this.space.settingsOf(choice),
      scores,
      failure,
      mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
      gain: expected?.mean ?? null,
      gainStandardDeviation: expected?.standardDeviation ?? null,
    };
  }
}

/** What a vocabulary depends on. */
function vocabularyKey({ text, terms, vectorizer }: ResolvedTrainingSettings): string {
  return JSON.stringify({ text, terms, vectorizer });
}

async function hashArticles(articles: readonly LabeledArticle[]): Promise<string> {
  const hash = new ArticleHash();
  for (const article of articles) hash.add(article);
  return hash.finish();
}

async function hashFolds(folds: readonly Fold[]): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(folds.map(({ train, test }) => `${train};${test}`).join("\n"))));
}

/**
 * Looks for training options that do better on articles not trained on than those that are given.
 *
 * Articles are cut into folds. A training is of the model that some options lead to, networks and linear member, on one fold; it is
 * tried on the rest. Which comes next is decided by what all trainings so far say of each option (see `Surrogate`), so that a few
 * dozen are enough to tell about some dozen options, and by what it costs. Articles are analysed once for each way to make
 * terms, and networks and linear members trained once where the others alone change.
 *
 * The same articles, options and seed give the same trainings in the same order; when `signal` is aborted, the order ends where it
 * is. A search that is resumed goes on as if it had not been ended.
 *
 * What a search finds is the best of many on the same articles, so its own scores are too good: measure the result on
 * articles that the search has not seen.
 *
 * @throws {OptionError} when an option is out of range, an article's parts are not strings, or no choice leads to a model of
 * `maxModelBytes`
 * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known, or VOCABULARY_EMPTY when no term is left with what is given
 * @throws {DatasetError} when there is no article, or a fold has too few articles of a label to learn from
 * @throws {ConfigError} when what is to be resumed is damaged
 * @throws {NewsclfError} code CHECKPOINT_MISMATCH when what is to be resumed is of another search
 * @example
 * ```ts
 * const { best } = await tune(articles, { signal: AbortSignal.timeout(300_000) });
 * const { classifier } = await train(articles, best.settings);
 * ```
 */
export async function tune(articles: readonly LabeledArticle[], input: TuneInput = {}): Promise<TuneResult> {
  checkLabeledArticles("articles", articles);
  checkOptionNames(input, INPUT_NAMES);
  const {
    base = {},
    source = "articles",
    maxModelBytes = Number.POSITIVE_INFINITY,
    resume,
    onTraining,
    signal,
  } = input;
  const { metric, folds, maxTrainings } = pickOptions(input);
  checkOptions("base", base);
  const start = resolveTrainingSettings(base);
  const labels = checkLabels(
    articles.map(({ label }) => label),
    source,
  );
  const assigned = assignFolds(articles, labels, folds, start.seed, input);
  checkFolds(articles, assigned, source);
  const tokenizer = input.tokenizer ?? (await (await import("#assets")).loadDefaultTokenizer());
  const numbering = await (await import("#assets")).loadDefaultNumbering();
  const scorer = new FoldScorer({
    articles,
    folds: assigned,
    analyzer: input.analyzer ?? ((options) => createLocalAnalyzer(tokenizer, options, numbering)),
    numbering,
    kernels: input.kernels ?? (await (await import("#assets")).loadDefaultMlp()),
    threads: input.threads,
    source,
    signal,
  });
  const space = new SearchSpace(base);
  const run: TuneRun = {
    articles: await hashArticles(articles),
    tokenizer: tokenizer.id,
    folds: await hashFolds(assigned),
    nFolds: assigned.length,
    base,
    seed: start.seed,
    axes: space.axes.map(({ name, levels }) => [name, levels.length + 1]),
  };
  const before = resume === undefined ? [] : parseTuneState(resume.text, run, resume.name);
  const search = new Search(space, before, {
    nFolds: assigned.length,
    nPerFold: assigned.reduce((sum, { test }) => sum + test.length, 0) / assigned.length,
    nPerTraining: assigned.reduce((sum, { train }) => sum + train.length, 0) / assigned.length,
    nLabels: labels.length,
    metric: METRIC_FIELDS[metric],
    seed: start.seed,
    maxModelBytes,
  });
  while (search.trainings.length < maxTrainings && !signal?.aborted) {
    const next = search.next();
    if (next === null) break;
    const training = await runTraining(next, search, scorer, maxModelBytes !== Number.POSITIVE_INFINITY);
    if (training === null) break;
    search.trainings.push(training);
    await onTraining?.(search.result(), formatTuneState(run, search.trainings));
  }
  const result = search.result();
  if (result.best !== null) return result;
  const wanted =
    "large enough for the model of some options that were tried; allow a larger one, or give --ensemble 1 or fewer terms";
  throw new OptionError("maxModelBytes", wanted, maxModelBytes);
}

function pickOptions({ metric, folds, maxTrainings }: TuneInput): Resolved<TuneOptions> {
  const given = Object.entries({ metric, folds, maxTrainings }).filter(([, value]) => value !== undefined);
  return resolveOptions<TuneOptions>(TUNE_SPEC, Object.fromEntries(given) as TuneOptions, "");
}

/** Null when the signal is aborted. */
async function runTraining(
  { choice, fold }: NextTraining,
  search: Search,
  scorer: FoldScorer,
  isLimited: boolean,
): Promise<TuneTraining | null> {
  const settings = resolveTrainingSettings(search.space.settingsOf(choice));
  const isStart = choice.every((level) => level === 0);
  let vocabulary: VocabularySize | null = null;
  try {
    if (isLimited) {
      const whole = await scorer.vocabularyOf(settings);
      if (whole === null) return null;
      vocabulary = measureVocabulary(whole);
      // The start is what all else is compared with, whatever its size.
      const nBeyond = isStart ? 0 : search.bytesBeyondLimit(choice, vocabulary);
      if (nBeyond > 0)
        return { choice, fold, scores: null, failure: `the model is ${nBeyond} bytes too large`, vocabulary };
    }
    const scores = await scorer.score(settings, fold);
    return scores === null ? null : { choice, fold, scores, failure: null, vocabulary };
  } catch (error) {
    if (isStart || !isNewsclfError(error) || !TRIAL_FAILURES.has(error.code)) throw error;
    return { choice, fold, scores: null, failure: error.message, vocabulary };
  }
}
