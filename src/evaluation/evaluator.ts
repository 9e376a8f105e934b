import type { Prediction } from "../classifier.js";
import { DatasetError, OptionError } from "../errors.js";
import type { OptionSpec } from "../options/constraint.js";
import { resolveOptions } from "../options/resolve-options.js";
import type { Article, Label } from "../text/article.js";
import { ConfidentErrors } from "./confident-errors.js";
import { ConfusionMatrix } from "./confusion-matrix.js";
import { splitGraphemes } from "./display-width.js";
import { buildReport, type EvaluationReport, type ReportContext } from "./report.js";

export interface EvaluatorOptions {
  /** How many of the most confident errors the report lists. */
  readonly maxErrors?: number;
}

export const EVALUATOR_SPEC: OptionSpec<EvaluatorOptions> = {
  maxErrors: {
    kind: "integer",
    min: 0,
    max: 100_000,
    unit: "documents",
    default: 20,
    help: "List at most this many of the most confident errors",
  },
};

/** The article behind a document, shown where it is among the most confident errors. */
export interface DocumentSource extends Article {
  /** 1-based line in the file. */
  readonly line?: number;
}

/** Gathers the predictions for one document after another; memory does not grow with the number of documents. */
export interface Evaluator {
  /** Documents added so far. */
  readonly nDocuments: number;

  /**
   * Counts one document by its predictions, best first. Where they leave out the true label, the report has no log loss.
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

/** Graphemes of a title or body that the report keeps of an error. */
export const EXCERPT_LENGTH = 200;

/** UTF-16 units looked at for an excerpt: a body may have megabytes, and a grapheme seldom has more than a few units. */
const EXCERPT_WINDOW = 8 * EXCERPT_LENGTH;

/** A score of 0 counts as this one, 2^-52, as in scikit-learn's log_loss on float64: ln 0 would hide all other documents. */
const SMALLEST_SCORE = Number.EPSILON;

function excerptOf(text: string): string {
  // The window may end inside a surrogate pair.
  const window = text.slice(0, EXCERPT_WINDOW).replace(/[\uD800-\uDBFF]$/, "");
  const line = window.replace(/\s+/gu, " ").trim();
  const graphemes = splitGraphemes(line);
  const isCut = graphemes.length > EXCERPT_LENGTH || text.length > EXCERPT_WINDOW;
  return isCut ? `${graphemes.slice(0, EXCERPT_LENGTH).join("")}…` : line;
}

function checkScore(name: string, score: number): void {
  if (!(score >= 0 && score <= 1)) throw new OptionError(name, "a number in [0, 1]", score);
}

class StreamingEvaluator implements Evaluator {
  readonly #matrix: ConfusionMatrix;
  readonly #errors: ConfidentErrors;
  #nDocuments = 0;
  #lossSum = 0;
  #nLosses = 0;
  #isLossKnown = true;

  constructor(labels: readonly Label[], options: EvaluatorOptions | undefined) {
    this.#matrix = new ConfusionMatrix(labels);
    this.#errors = new ConfidentErrors(resolveOptions(EVALUATOR_SPEC, options, "").maxErrors);
  }

  get nDocuments(): number {
    return this.#nDocuments;
  }

  add(trueLabel: Label, predictions: readonly Prediction[], source?: DocumentSource): void {
    const [best] = predictions;
    if (best === undefined) throw new OptionError("predictions", "one or more labels with scores", predictions);
    let previous = 1;
    let trueScore: number | null = null;
    for (const [place, { label, score }] of predictions.entries()) {
      checkScore(`predictions[${place}].score`, score);
      if (score > previous) throw new OptionError("predictions", "in falling order of their scores", predictions);
      if (this.#matrix.indexOf(label) === null) {
        throw new OptionError(`predictions[${place}].label`, "a label of the evaluator", label);
      }
      previous = score;
      if (label === trueLabel) trueScore = score;
    }
    this.#count(trueLabel, this.#matrix.indexOf(best.label) as number, best.score, trueScore, source);
  }

  addScores(trueLabel: Label, scores: ArrayLike<number>, source?: DocumentSource): void {
    const { labels } = this.#matrix;
    if (scores.length !== labels.length) {
      throw new OptionError("scores", `${labels.length} numbers, one for each label`, Array.from(scores));
    }
    let best = 0;
    for (let index = 0; index < scores.length; index += 1) {
      const score = scores[index] as number;
      checkScore(`scores[${index}]`, score);
      if (score > (scores[best] as number)) best = index;
    }
    const trueIndex = this.#matrix.indexOf(trueLabel);
    const trueScore = trueIndex === null ? null : (scores[trueIndex] as number);
    this.#count(trueLabel, best, scores[best] as number, trueScore, source);
  }

  finish(context?: ReportContext): EvaluationReport {
    if (this.#nDocuments === 0) {
      throw new DatasetError(
        "DATASET_NO_USABLE_ROW",
        { source: context?.split?.source ?? "articles" },
        "an evaluation needs one or more labeled articles; got none",
      );
    }
    return buildReport(
      {
        matrix: this.#matrix,
        logLoss: this.#isLossKnown && this.#nLosses > 0 ? this.#lossSum / this.#nLosses : null,
        errors: this.#errors.list(),
      },
      context,
    );
  }

  #count(
    trueLabel: Label,
    predictedIndex: number,
    score: number,
    trueScore: number | null,
    source: DocumentSource | undefined,
  ): void {
    const index = this.#nDocuments;
    const trueIndex = this.#matrix.indexOf(trueLabel);
    this.#nDocuments += 1;
    this.#matrix.add(trueLabel, predictedIndex);
    if (trueIndex !== null) {
      if (trueScore === null) this.#isLossKnown = false;
      else this.#lossSum -= Math.log(Math.max(trueScore, SMALLEST_SCORE));
      this.#nLosses += 1;
    }
    if (trueIndex === predictedIndex || !this.#errors.accepts(score)) return;
    this.#errors.add({
      trueLabel,
      predictedLabel: this.#matrix.labels[predictedIndex] as Label,
      score,
      trueScore,
      index,
      line: source?.line ?? null,
      title: excerptOf(source?.title ?? ""),
      excerpt: excerptOf(source?.body ?? ""),
    });
  }
}

/**
 * Makes an evaluator for a model's labels.
 *
 * @param labels all labels of the model, in its order
 * @throws {OptionError} when the labels are fewer than one or not all different, or `maxErrors` is out of range
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
  return new StreamingEvaluator(labels, options);
}
