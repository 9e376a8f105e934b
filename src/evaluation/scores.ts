import type { Label } from "../text/article.js";
import type { ConfusionMatrix } from "./confusion-matrix.js";

/** How well one label is found. A score is null where it is 0/0. */
export interface LabelScores {
  readonly label: Label;
  /** nCorrect / nPredicted in [0, 1]; null when the label was never predicted. */
  readonly precision: number | null;
  /** nCorrect / support in [0, 1]; null when no document has the label. */
  readonly recall: number | null;
  /** 2 nCorrect / (support + nPredicted) in [0, 1]; null when the label was neither present nor predicted. */
  readonly f1: number | null;
  /** Documents that have the label. */
  readonly support: number;
  /** Documents that were given the label, those with an unknown true label included. */
  readonly nPredicted: number;
  /** Documents that have the label and were given it. */
  readonly nCorrect: number;
}

/** Labels, in model order, whose score is 0/0; each counts as 0 in the averages. */
export interface UndefinedScores {
  readonly precision: readonly Label[];
  readonly recall: readonly Label[];
  readonly f1: readonly Label[];
}

/** Scores of one evaluation; averages are over the labels of the model, whether present or not. */
export interface Scores {
  /** Share of all documents whose predicted label is the true label, in [0, 1]. */
  readonly accuracy: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  /** Mean of the labels' F1, in [0, 1]. */
  readonly macroF1: number;
  readonly weightedPrecision: number;
  readonly weightedRecall: number;
  /** Mean of the labels' F1 weighted by support, in [0, 1]; 0 when no document has a label of the model. */
  readonly weightedF1: number;
  /** Documents evaluated, those with an unknown true label included. */
  readonly nDocuments: number;
  readonly undefinedScores: UndefinedScores;
  /** In model order. */
  readonly labels: readonly LabelScores[];
}

type ScoreName = "precision" | "recall" | "f1";

function divide(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * Returns accuracy and precision, recall and F1 by label and on average.
 *
 * Equal to precision_recall_fscore_support and accuracy_score of scikit-learn 1.9.1 with `labels=` the labels of the model and `zero_division=0`.
 * Time is O(nLabels²).
 *
 * @param matrix with at least one document
 */
export function computeScores(matrix: ConfusionMatrix): Scores {
  const indices = matrix.labels.map((_, index) => index);
  const labels = matrix.labels.map((label, index): LabelScores => {
    const nCorrect = matrix.count(index, index);
    const support = sum(indices.map((predicted) => matrix.count(index, predicted)));
    const nPredicted =
      sum(indices.map((trueIndex) => matrix.count(trueIndex, index))) + (matrix.unknownPredicted[index] ?? 0);
    return {
      label,
      precision: divide(nCorrect, nPredicted),
      recall: divide(nCorrect, support),
      f1: divide(2 * nCorrect, support + nPredicted),
      support,
      nPredicted,
      nCorrect,
    };
  });
  const nKnown = sum(labels.map((scores) => scores.support));
  const nDocuments = nKnown + sum(matrix.unknownPredicted);
  if (nDocuments === 0) throw new Error("Bug: scores of no document");
  const macro = (name: ScoreName): number => sum(labels.map((scores) => scores[name] ?? 0)) / labels.length;
  const weighted = (name: ScoreName): number =>
    divide(sum(labels.map((scores) => (scores[name] ?? 0) * scores.support)), nKnown) ?? 0;
  const undefinedIn = (name: ScoreName): Label[] =>
    labels.filter((scores) => scores[name] === null).map((scores) => scores.label);
  return {
    accuracy: sum(labels.map((scores) => scores.nCorrect)) / nDocuments,
    macroPrecision: macro("precision"),
    macroRecall: macro("recall"),
    macroF1: macro("f1"),
    weightedPrecision: weighted("precision"),
    weightedRecall: weighted("recall"),
    weightedF1: weighted("f1"),
    nDocuments,
    undefinedScores: { precision: undefinedIn("precision"), recall: undefinedIn("recall"), f1: undefinedIn("f1") },
    labels,
  };
}
