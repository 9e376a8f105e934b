import type { Label } from "../text/article.js";
import type { ScoreTable } from "./score-table.js";

/** Points of a curve that the report keeps. */
const MAX_POINTS = 100;

/** Precision and recall when every document whose score for the label reaches the threshold is given the label. */
export type PrecisionRecallPoint = readonly [recall: number, precision: number, threshold: number];

export interface PrecisionRecallCurve {
  readonly label: Label;
  /** Σ (recall_n - recall_(n-1)) · precision_n over all thresholds, in [0, 1]; null when no document has the label. */
  readonly averagePrecision: number | null;
  /** By falling threshold, the first of each hundredth of recall; empty when no document has the label. */
  readonly points: readonly PrecisionRecallPoint[];
}

function traceCurve(table: ScoreTable, labels: readonly Label[], labelIndex: number): PrecisionRecallCurve {
  const { nDocuments, nLabels, scores, trueIndices } = table;
  const label = labels[labelIndex] as Label;
  const scoreOf = (document: number): number => scores[document * nLabels + labelIndex] as number;
  const nPositive = trueIndices.reduce((count, trueIndex) => (trueIndex === labelIndex ? count + 1 : count), 0);
  if (nPositive === 0) return { label, averagePrecision: null, points: [] };
  const order = Uint32Array.from({ length: nDocuments }, (_, document) => document);
  order.sort((a, b) => scoreOf(b) - scoreOf(a));
  const points: PrecisionRecallPoint[] = [];
  let averagePrecision = 0;
  let nCorrect = 0;
  let start = 0;
  while (start < nDocuments) {
    const threshold = scoreOf(order[start] as number);
    const before = nCorrect;
    let end = start;
    while (end < nDocuments && scoreOf(order[end] as number) === threshold) {
      if (trueIndices[order[end] as number] === labelIndex) nCorrect++;
      end++;
    }
    const precision = nCorrect / end;
    averagePrecision += ((nCorrect - before) / nPositive) * precision;
    const step = (count: number): number => Math.floor((count * MAX_POINTS) / nPositive);
    if (step(nCorrect) > step(before)) points.push([nCorrect / nPositive, precision, threshold]);
    start = end;
  }
  return { label, averagePrecision, points };
}

/**
 * Returns the curve of each label against all others, equal to precision_recall_curve and average_precision_score of scikit-learn 1.9.1;
 * null when a score of some document was not given. Documents with an unknown true label have none of the labels.
 * Time is O(C N log N).
 */
export function tracePrecisionRecall(
  table: ScoreTable,
  labels: readonly Label[],
): readonly PrecisionRecallCurve[] | null {
  if (table.scores.some(Number.isNaN)) return null;
  return labels.map((_, labelIndex) => traceCurve(table, labels, labelIndex));
}
