import type { ScoreTable } from "./score-table.js";

/** Points of the curve: every twentieth of the documents. */
const N_POINTS = 20;

/** Accuracies for which the report says how many documents can be left to the model. */
const TARGET_ACCURACIES = [0.99, 0.98, 0.95, 0.9] as const;

/** What happens when only documents whose highest score reaches a threshold are answered. */
export interface RiskPoint {
  /** Share of documents that are answered, in (0, 1]. */
  readonly coverage: number;
  /** The lowest score that is answered. */
  readonly threshold: number;
  /** Share of the answered documents that have a wrong label, in [0, 1]. */
  readonly errorRate: number;
}

/** The most documents that can be answered with an accuracy. */
export interface CoverageTarget {
  /** Of the answered documents, in [0, 1]. */
  readonly accuracy: number;
  /** Share of documents that are answered, in [0, 1]; 0 when no threshold reaches the accuracy. */
  readonly coverage: number;
  /** Answer when the highest score is this or more; null when no threshold reaches the accuracy. */
  readonly threshold: number | null;
}

export interface RiskCoverage {
  /** Mean error rate over all documents as thresholds, in [0, 1]; lower is better. */
  readonly area: number;
  /** By rising coverage; the last one answers all documents. */
  readonly points: readonly RiskPoint[];
  /** By falling accuracy. The thresholds are fitted to these documents, so others come out a little worse. */
  readonly targets: readonly CoverageTarget[];
}

/**
 * Returns error rates by the share of documents answered, the most certain ones first. Documents of equal scores are answered together,
 * so the result does not depend on the order of documents. Time is O(N log N).
 *
 * @see Geifman and El-Yaniv (2017), "Selective Classification for Deep Neural Networks", section 2;
 * area: Geifman, Uziel and El-Yaniv (2019), "Bias-Reduced Uncertainty Estimation", section 3
 * @param table with at least one document
 */
export function measureRiskCoverage(table: ScoreTable): RiskCoverage {
  const { nDocuments } = table;
  const order = Uint32Array.from({ length: nDocuments }, (_, document) => document);
  order.sort((a, b) => table.topScore(b) - table.topScore(a));
  const points: RiskPoint[] = [];
  const best: (RiskPoint | null)[] = TARGET_ACCURACIES.map(() => null);
  let nErrors = 0;
  let area = 0;
  let start = 0;
  while (start < nDocuments) {
    const threshold = table.topScore(order[start] as number);
    let end = start;
    while (end < nDocuments && table.topScore(order[end] as number) === threshold) {
      if (!table.isCorrect(order[end] as number)) nErrors++;
      end++;
    }
    const point = { coverage: end / nDocuments, threshold, errorRate: nErrors / end };
    area += ((end - start) * point.errorRate) / nDocuments;
    if (Math.floor((end * N_POINTS) / nDocuments) > Math.floor((start * N_POINTS) / nDocuments)) points.push(point);
    for (const [index, accuracy] of TARGET_ACCURACIES.entries()) {
      // Counts, not 1 - errorRate: 1 - 0.1 is not 0.9 in binary.
      if (end - nErrors >= accuracy * end) best[index] = point;
    }
    start = end;
  }
  return {
    area,
    points,
    targets: TARGET_ACCURACIES.map((accuracy, index) => ({
      accuracy,
      coverage: best[index]?.coverage ?? 0,
      threshold: best[index]?.threshold ?? null,
    })),
  };
}
