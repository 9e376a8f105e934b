import type { Prediction } from "../classifier.js";
import { DatasetError, OptionError } from "../errors.js";
import type { WeightedRange } from "../html/index.js";
import { checkTexts } from "../options/check-argument.js";
import type { OptionSpec } from "../options/constraint.js";
import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import type { Article, Label } from "../text/article.js";
import { bootstrapScores } from "./bootstrap.js";
import { CellSample } from "./cell-sample.js";
import { ConfusionMatrix } from "./confusion-matrix.js";
import { excerptOf } from "./excerpt.js";
import { tracePrecisionRecall } from "./precision-recall.js";
import { countScores, measureReliability } from "./reliability.js";
import { buildReport, type EvaluationReport, type ReportArticle, type ReportContext } from "./report.js";
import { measureRiskCoverage } from "./risk-coverage.js";
import { ScoreTable, UNKNOWN_LABEL } from "./score-table.js";
import { TopList } from "./top-list.js";

export interface EvaluatorOptions {
  /** How many of the most confident errors, and of the most uncertain articles, the report lists. */
  readonly maxErrors?: number;
  /** How many articles of all cells of the confusion matrix the report shows. */
  readonly maxExamples?: number;
  /** How many times the documents are drawn anew for the intervals. */
  readonly nReplicates?: number;
  /** Seed of the draws. */
  readonly seed?: number;
}

export const EVALUATOR_SPEC: OptionSpec<EvaluatorOptions> = {
  maxErrors: {
    kind: "integer",
    min: 0,
    max: 100_000,
    unit: "documents",
    default: 20,
    help: "List at most this many of the most confident errors, and of the most uncertain articles",
  },
  maxExamples: {
    kind: "integer",
    min: 0,
    max: 100_000,
    unit: "documents",
    default: 1000,
    help: "Show at most this many articles of all cells of the confusion matrix, at most 25 of one cell",
  },
  nReplicates: {
    kind: "integer",
    min: 0,
    max: 100_000,
    unit: "replicates",
    default: 1000,
    help: "Draw the documents anew this many times for the intervals; 0 for no intervals",
  },
  seed: { kind: "integer", min: 0, max: 0xffff_ffff, default: 42, help: "Seed of the draws" },
};

/** Which parts of an article speak for (weight above 0) or against the predicted label; ranges in rising order of start. */
export interface Reasons {
  readonly title: readonly WeightedRange[];
  readonly body: readonly WeightedRange[];
}

/** The article behind a document, for the lists of the report. */
export interface DocumentSource extends Article {
  /** Name of the article's file. */
  readonly source?: string;
  /** 1-based line in the file. */
  readonly line?: number;
  /**
   * Says why the article got its label. Called for articles that the report shows, when it is made; for a long one at once, where
   * the report may show it.
   */
  readonly explain?: () => Reasons;
}

/**
 * Gathers the predictions for one document after another. It keeps 4 bytes for each document and label, 8 more for each
 * document, and a limited number of excerpts.
 */
export interface Evaluator {
  /** Documents added so far. */
  readonly nDocuments: number;

  /**
   * Counts one document by its predictions, best first. Where they leave out the true label, the report has no log loss; where they leave
   * out any label, it has no precision-recall curves.
   * @throws {OptionError} when the list is empty, names a label that the evaluator does not know, or is not best first, or a score is outside [0, 1]
   */
  add(trueLabel: Label, predictions: readonly Prediction[], source?: DocumentSource): void;

  /**
   * Counts one document by the scores of all labels in model order; the first of equal scores is the prediction.
   * @throws {OptionError} when there are not as many scores as labels, or a score is outside [0, 1]
   */
  addScores(trueLabel: Label, scores: ArrayLike<number>, source?: DocumentSource): void;

  /**
   * Returns the report of the documents so far; more can be added afterwards.
   * @throws {DatasetError} with code DATASET_NO_USABLE_ROW when no document was added
   * @throws {OptionError} when `trainSupport` has another length than the labels
   */
  finish(context?: ReportContext): EvaluationReport;
}

/** Articles of one cell of the confusion matrix that a report shows at most. */
const MAX_PER_CELL = 25;

/** UTF-16 units of articles that are kept whole until it is known whether the report shows them: 20 MB in all at most, by default. */
const MAX_KEPT_UNITS = 10_000;

/** A score of 0 counts as this one, 2^-52, as in scikit-learn's log_loss on float64: ln 0 would hide all other documents. */
const SMALLEST_SCORE = Number.EPSILON;

function checkScore(name: string, score: number): void {
  if (!(score >= 0 && score <= 1)) throw new OptionError(name, "a number in [0, 1]", score);
}

interface RankedScores {
  readonly best: Prediction;
  /** Null when only one label was given. */
  readonly second: Prediction | null;
  /** Null when the true label is not known or was not given. */
  readonly trueScore: number | null;
}

function describeArticle(
  trueLabel: Label,
  { best, second, trueScore }: RankedScores,
  index: number,
  source: DocumentSource | undefined,
): ReportArticle {
  const reasons = source?.explain?.();
  const title = excerptOf(source?.title ?? "", reasons?.title);
  const body = excerptOf(source?.body ?? "", reasons?.body);
  return {
    trueLabel,
    predictedLabel: best.label,
    score: best.score,
    trueScore,
    secondLabel: second?.label ?? null,
    secondScore: second?.score ?? null,
    index,
    source: source?.source ?? null,
    line: source?.line ?? null,
    title: title.text,
    excerpt: body.text,
    reasons: reasons === undefined ? null : { title: title.ranges, excerpt: body.ranges },
  };
}

/** An article of a list. Most are driven out by others, so one is described when it is wanted. */
class ListedArticle {
  #make: (() => ReportArticle) | null;
  #article: ReportArticle | null = null;

  /** @param make called once */
  constructor(make: () => ReportArticle) {
    this.#make = make;
  }

  describe(): ReportArticle {
    this.#article ??= (this.#make as () => ReportArticle)();
    // What it holds on to can go.
    this.#make = null;
    return this.#article;
  }
}

function describeAll(listed: readonly ListedArticle[]): ReportArticle[] {
  return listed.map((article) => article.describe());
}

class StreamingEvaluator implements Evaluator {
  readonly #options: Resolved<EvaluatorOptions>;
  readonly #matrix: ConfusionMatrix;
  readonly #table: ScoreTable;
  readonly #errors: TopList<ListedArticle>;
  readonly #uncertain: TopList<ListedArticle>;
  readonly #examples: CellSample<ListedArticle>;
  #lossSum = 0;
  #nLosses = 0;
  #isLossKnown = true;

  constructor(labels: readonly Label[], options: EvaluatorOptions | undefined) {
    this.#matrix = new ConfusionMatrix(labels);
    this.#table = new ScoreTable(labels.length);
    this.#options = resolveOptions(EVALUATOR_SPEC, options, "");
    this.#errors = new TopList(this.#options.maxErrors);
    this.#uncertain = new TopList(this.#options.maxErrors);
    this.#examples = new CellSample(MAX_PER_CELL, this.#options.maxExamples);
  }

  get nDocuments(): number {
    return this.#table.nDocuments;
  }

  add(trueLabel: Label, predictions: readonly Prediction[], source?: DocumentSource): void {
    const [best, second = null] = predictions;
    if (best === undefined) throw new OptionError("predictions", "one or more labels with scores", predictions);
    let previous = 1;
    let trueScore: number | null = null;
    const columns: number[] = [];
    for (const [place, { label, score }] of predictions.entries()) {
      checkScore(`predictions[${place}].score`, score);
      if (score > previous) throw new OptionError("predictions", "in falling order of their scores", predictions);
      const column = this.#matrix.indexOf(label);
      if (column === null) throw new OptionError(`predictions[${place}].label`, "a label of the evaluator", label);
      columns.push(column);
      previous = score;
      if (label === trueLabel) trueScore = score;
    }
    const row = this.#count(trueLabel, { best, second, trueScore }, source);
    for (const [place, column] of columns.entries()) row[column] = (predictions[place] as Prediction).score;
  }

  addScores(trueLabel: Label, scores: ArrayLike<number>, source?: DocumentSource): void {
    const { labels } = this.#matrix;
    if (scores.length !== labels.length) {
      throw new OptionError("scores", `${labels.length} numbers, one for each label`, Array.from(scores));
    }
    let best = 0;
    let second: number | null = null;
    for (let index = 0; index < scores.length; index += 1) {
      const score = scores[index] as number;
      checkScore(`scores[${index}]`, score);
      if (index === 0) continue;
      if (score > (scores[best] as number)) {
        second = best;
        best = index;
      } else if (second === null || score > (scores[second] as number)) {
        second = index;
      }
    }
    const predictionOf = (index: number): Prediction => ({
      label: labels[index] as Label,
      score: scores[index] as number,
    });
    const trueIndex = this.#matrix.indexOf(trueLabel);
    const ranked = {
      best: predictionOf(best),
      second: second === null ? null : predictionOf(second),
      trueScore: trueIndex === null ? null : (scores[trueIndex] as number),
    };
    this.#count(trueLabel, ranked, source).set(scores);
  }

  finish(context?: ReportContext): EvaluationReport {
    const table = this.#table;
    if (table.nDocuments === 0) {
      throw new DatasetError(
        "DATASET_NO_USABLE_ROW",
        { source: context?.split?.source ?? "articles" },
        "an evaluation needs one or more labeled articles; got none",
      );
    }
    const { labels } = this.#matrix;
    const { nReplicates, seed } = this.#options;
    const hasLoss = this.#isLossKnown && this.#nLosses > 0;
    return buildReport(
      {
        matrix: this.#matrix,
        logLoss: hasLoss ? this.#lossSum / this.#nLosses : null,
        intervals:
          nReplicates === 0
            ? null
            : bootstrapScores(table, labels, { nReplicates, seed, hasLoss, smallestScore: SMALLEST_SCORE }),
        reliability: measureReliability(table),
        riskCoverage: measureRiskCoverage(table),
        scoreHistogram: countScores(table),
        precisionRecall: tracePrecisionRecall(table, labels),
        errors: describeAll(this.#errors.list()),
        uncertain: describeAll(this.#uncertain.list()),
        examples: describeAll(this.#examples.list()),
      },
      context,
    );
  }

  /** Counts a document and returns its row of the score table, to be filled in at once. */
  #count(trueLabel: Label, ranked: RankedScores, source: DocumentSource | undefined): Float32Array {
    const { best, trueScore } = ranked;
    const trueIndex = this.#matrix.indexOf(trueLabel);
    const predictedIndex = this.#matrix.indexOf(best.label) as number;
    this.#matrix.add(trueLabel, predictedIndex);
    if (trueIndex !== null) {
      if (trueScore === null) this.#isLossKnown = false;
      else this.#lossSum -= Math.log(Math.max(trueScore, SMALLEST_SCORE));
      this.#nLosses += 1;
    }
    this.#keepArticle(trueLabel, trueIndex, predictedIndex, ranked, source);
    return this.#table.append(trueIndex ?? UNKNOWN_LABEL, predictedIndex);
  }

  /** Puts the article into the lists of the report that it belongs to. */
  #keepArticle(
    trueLabel: Label,
    trueIndex: number | null,
    predictedIndex: number,
    ranked: RankedScores,
    source: DocumentSource | undefined,
  ): void {
    const { best, second } = ranked;
    const { length } = this.#matrix.labels;
    const isError = trueIndex !== predictedIndex;
    const cell = (trueIndex ?? length) * length + predictedIndex;
    // Of the errors the surest tell most, of the right answers the least sure.
    const rank = isError ? best.score : -best.score;
    const certainty = second === null ? null : best.score - second.score;
    const isConfidentError = isError && this.#errors.accepts(best.score);
    const isUncertain = certainty !== null && this.#uncertain.accepts(-certainty);
    const isExample = source !== undefined && this.#examples.accepts(cell, rank);
    if (!isConfidentError && !isUncertain && !isExample) return;
    const index = this.nDocuments;
    const kept = source && { ...source };
    const article = new ListedArticle(() => describeArticle(trueLabel, ranked, index, kept));
    if (kept !== undefined && kept.title.length + kept.body.length > MAX_KEPT_UNITS) article.describe();
    if (isConfidentError) this.#errors.add(best.score, article);
    if (isUncertain) this.#uncertain.add(-certainty, article);
    if (isExample) this.#examples.add(cell, rank, article);
  }
}

/**
 * Makes an evaluator for a model's labels.
 *
 * @param labels all labels of the model, in its order
 * @throws {OptionError} when the labels are fewer than one or not all different, or an option is out of range
 * @example
 * ```ts
 * const evaluator = createEvaluator(classifier.labels);
 * for (const { label, ...article } of articles) {
 *   evaluator.add(label, classifier.classify(toDocument(article), { topK: classifier.labels.length }), article);
 * }
 * const table = formatReport(evaluator.finish());
 * ```
 */
export function createEvaluator(labels: readonly Label[], options?: EvaluatorOptions): Evaluator {
  checkTexts("labels", labels);
  return new StreamingEvaluator(labels, options);
}
