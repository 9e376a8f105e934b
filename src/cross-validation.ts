import type { Classifier, Predictions } from "./classifier.js";
import { DatasetError, OptionError, TrainingError } from "./errors.js";
import { createEvaluator, type EvaluationReport } from "./evaluation/index.js";
import { type Fold, forwardFolds, groupedFolds, stratifiedFolds } from "./folds.js";
import { checkLabeledArticles, checkOptionNames, checkOptions, type OptionNames } from "./options/check-argument.js";
import { FOLD_SPEC, type FoldOptions } from "./options/fold-options.js";
import { type Resolved, resolveOptions } from "./options/resolve-options.js";
import { RUN_SPEC, type RunOptions } from "./options/train-options.js";
import { checkUnlabeledUse } from "./options/unlabeled-use.js";
import type { Label, LabeledArticle } from "./text/article.js";
import { type TrainOptions, type TrainProgress, trainModel } from "./train.js";
import { SharedArticles } from "./training/shared-articles.js";

/** Where cross-validation stands. */
export interface CrossValidationProgress {
  /** 0-based. */
  readonly fold: number;
  readonly nFolds: number;
  readonly training: TrainProgress;
}

export interface CrossValidationOptions extends FoldOptions {
  /**
   * Settings of each training; its seed also draws the folds. All articles, those without labels (`unlabeled`) included, are
   * read and analysed once, in the first fold, and their terms held for all folds. The articles that are tried may be among them: the model is then measured on
   * texts that it has seen, without their labels.
   */
  readonly training?: Omit<TrainOptions, "onEpoch" | "onProgress" | "signal" | "source">;
  /** `[nArticles]` articles of one group, such as copies of one story, stay on one side. Not together with `dates`. */
  readonly groups?: readonly (string | number)[];
  /**
   * `[nArticles]` dates whose order by code unit is their order in time: each fold learns from the past and is tried on
   * what came next.
   */
  readonly dates?: readonly string[];
  /** Name of the articles' source for messages; "articles" when left out. */
  readonly source?: string;
  readonly onFold?: (fold: FoldResult, classifier: Classifier) => void;
  readonly onProgress?: (progress: CrossValidationProgress) => void;
  /** When aborted, the present training ends and the call throws: half of the folds would pass for all of them. */
  readonly signal?: AbortSignal;
}

/** One training and what it was worth on the articles that it did not see. */
export interface FoldResult {
  /** 0-based. */
  readonly fold: number;
  /** Articles that the fold learned from, its own validation share included. */
  readonly nTrain: number;
  readonly nTest: number;
  readonly accuracy: number;
  readonly macroF1: number;
}

/** What the fold that did not learn from an article says of it. */
export interface OutOfFoldPrediction {
  /** 0-based place among the articles given. */
  readonly index: number;
  /** 0-based. */
  readonly fold: number;
  readonly trueLabel: Label;
  /** All labels of the fold's model, best first. */
  readonly predictions: Predictions;
}

/** Mean over the folds, and their standard deviation with n - 1; null for a single fold. */
export interface FoldSpread {
  readonly mean: number;
  readonly standardDeviation: number | null;
}

export interface CrossValidationResult {
  readonly folds: readonly FoldResult[];
  readonly accuracy: FoldSpread;
  readonly macroF1: FoldSpread;
  /** In the order of the articles; forward in time those of the first part are missing. */
  readonly predictions: readonly OutOfFoldPrediction[];
  /** Scores of all these predictions together, by label. */
  readonly report: EvaluationReport;
}

const OPTIONS: OptionNames<CrossValidationOptions> = {
  folds: true,
  training: true,
  groups: true,
  dates: true,
  source: true,
  onFold: true,
  onProgress: true,
  signal: true,
};

function spreadOf(values: readonly number[]): FoldSpread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, standardDeviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * Draws folds: at random with each label's share, or by groups, or forward by date.
 * @throws {OptionError} when `nFolds` is out of range, or there is not one group or date for each article
 */
export function assignFolds(
  articles: readonly LabeledArticle[],
  labels: readonly Label[],
  nFolds: number,
  seed: number,
  { groups, dates }: Pick<CrossValidationOptions, "groups" | "dates">,
): readonly Fold[] {
  if (dates !== undefined) {
    if (groups !== undefined) throw new OptionError("groups", "left out where dates are given", "both");
    if (dates.length !== articles.length) {
      throw new OptionError("dates", `${articles.length} values, one for each article`, dates.length);
    }
    return forwardFolds(dates, nFolds);
  }
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const labelNumbers = Int32Array.from(articles, ({ label }) => numbers.get(label) as number);
  return groups === undefined
    ? stratifiedFolds(labelNumbers, nFolds, seed)
    : groupedFolds(labelNumbers, groups, nFolds, seed);
}

function throwIfAborted(signal: AbortSignal | undefined, fold: number, nFolds: number): void {
  if (!signal?.aborted) return;
  const problem = `stopped in fold ${fold + 1} of ${nFolds}; scores of some folds would not be those of all`;
  throw new TrainingError("TRAINING_ABORTED", 0, 0, problem);
}

/** Options of the run itself; those of groups, such as `vectorizer`, are left to the trainings. */
function resolveRun(training: TrainOptions): Resolved<RunOptions> {
  const given = Object.entries(training).filter(([name]) => Object.hasOwn(RUN_SPEC, name));
  return resolveOptions<RunOptions>(RUN_SPEC, Object.fromEntries(given), "training");
}

/**
 * Measures training options on articles that no part of the training has seen: vocabulary, document frequencies, weights
 * and the choice of the epoch are made anew in each fold, from its own training articles and those without labels alone.
 *
 * Folds are drawn at random with each label's share, or keep groups together, or go forward by date; see
 * `stratifiedFolds`, `groupedFolds` and `forwardFolds`. The same articles and options give the same result.
 *
 * @throws {OptionError} when an option is out of range, or there is not one group or date for each article, or nothing would
 * learn from articles without labels, or an article's parts are not strings
 * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
 * @throws {DatasetError} when there is no article, or a fold has too few articles of a label to learn from
 * @throws {TrainingError} when `signal` is aborted
 * @example
 * ```ts
 * const { macroF1 } = await crossValidate(articles, { folds: 5, training: { vectorizer: { minDf: 3 } } });
 * ```
 */
export async function crossValidate(
  articles: readonly LabeledArticle[],
  options: CrossValidationOptions = {},
): Promise<CrossValidationResult> {
  checkLabeledArticles("articles", articles);
  checkOptionNames(options, OPTIONS);
  const { training = {}, source = "articles", onFold, onProgress, signal } = options;
  const given = options.folds === undefined ? {} : { folds: options.folds };
  const { folds: nFolds }: Resolved<FoldOptions> = resolveOptions(FOLD_SPEC, given, "");
  checkOptions("training", training);
  const run = resolveRun(training);
  if (training.unlabeled !== undefined) checkUnlabeledUse(run);
  if (articles.length === 0) throw new DatasetError("DATASET_EMPTY", { source }, "there is no article");
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const assigned = assignFolds(articles, labels, nFolds, run.seed, options);
  const { unlabeled, ...settings } = training;
  const shared = new SharedArticles(articles, unlabeled);

  const whole = createEvaluator(labels);
  const folds: FoldResult[] = [];
  const predictions: OutOfFoldPrediction[] = [];
  try {
    for (const [fold, { train: trainRows, test: testRows }] of assigned.entries()) {
      const { classifier } = await trainModel(shared.shareOf(trainRows), {
        ...settings,
        source: `${source}, fold ${fold + 1} of ${assigned.length}`,
        ...(onProgress === undefined
          ? {}
          : { onProgress: (state) => onProgress({ fold, nFolds: assigned.length, training: state }) }),
        ...(signal === undefined ? {} : { signal }),
      });
      throwIfAborted(signal, fold, assigned.length);
      const evaluator = createEvaluator(labels);
      for (const index of testRows) {
        const article = articles[index] as LabeledArticle;
        const predicted = classifier.classifyArticle(article, { topK: classifier.labels.length });
        evaluator.add(article.label, predicted, article);
        whole.add(article.label, predicted, article);
        predictions.push({ index, fold, trueLabel: article.label, predictions: predicted });
      }
      const { accuracy, macroF1, nDocuments } = evaluator.finish();
      const result: FoldResult = { fold, nTrain: trainRows.length, nTest: nDocuments, accuracy, macroF1 };
      folds.push(result);
      onFold?.(result, classifier);
    }
  } finally {
    await shared.close();
  }
  predictions.sort((left, right) => left.index - right.index);
  return {
    folds,
    accuracy: spreadOf(folds.map(({ accuracy }) => accuracy)),
    macroF1: spreadOf(folds.map(({ macroF1 }) => macroF1)),
    predictions,
    report: whole.finish({ split: { kind: "test", source } }),
  };
}
