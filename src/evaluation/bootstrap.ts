import { Philox, RANDOM_STREAM, WORD_TO_UNIT } from "../kernels/random.js";
import type { Label } from "../text/article.js";
import { ConfusionMatrix } from "./confusion-matrix.js";
import { type ScoreTable, UNKNOWN_LABEL } from "./score-table.js";
import { computeScores } from "./scores.js";

/** Share of the replicates that an interval holds. */
export const INTERVAL_LEVEL = 0.95;

/** The lower and the upper end of an interval. */
export type Interval = readonly [low: number, high: number];

/** Intervals of one label's scores; null where the score is 0/0 in the documents themselves. */
export interface LabelIntervals {
  readonly precision: Interval | null;
  readonly recall: Interval | null;
  readonly f1: Interval | null;
}

/** How far the scores would move with other documents of the same kind. */
export interface ScoreIntervals {
  /** 0.95 */
  readonly level: typeof INTERVAL_LEVEL;
  readonly nReplicates: number;
  readonly seed: number;
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly weightedF1: Interval;
  /** Null where the log loss is. */
  readonly logLoss: Interval | null;
  /** In model order. */
  readonly labels: readonly LabelIntervals[];
}

/** Quantile with linear interpolation between order statistics, definition 7 of Hyndman and Fan (1996), as in NumPy. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (place - below) * (high - low);
}

function intervalOf(replicates: Float64Array): Interval {
  const sorted = replicates.slice().sort();
  const tail = (1 - INTERVAL_LEVEL) / 2;
  return [quantile(sorted, tail), quantile(sorted, 1 - tail)];
}

/** What is drawn with a document: its cell in counts followed by unknownPredicted, and its loss. */
interface Draws {
  readonly cells: Uint32Array;
  /** 0 for unknown true labels; null when there is no log loss. */
  readonly losses: Float64Array | null;
}

function drawsOf(table: ScoreTable, hasLoss: boolean, smallestScore: number): Draws {
  const { nDocuments, nLabels, trueIndices, predictedIndices, scores } = table;
  const cells = new Uint32Array(nDocuments);
  const losses = hasLoss ? new Float64Array(nDocuments) : null;
  for (let document = 0; document < nDocuments; document++) {
    const trueIndex = trueIndices[document] as number;
    const row = trueIndex === UNKNOWN_LABEL ? nLabels : trueIndex;
    cells[document] = row * nLabels + (predictedIndices[document] as number);
    if (losses !== null && trueIndex !== UNKNOWN_LABEL) {
      losses[document] = -Math.log(Math.max(scores[document * nLabels + trueIndex] as number, smallestScore));
    }
  }
  return { cells, losses };
}

export interface BootstrapOptions {
  readonly nReplicates: number;
  readonly seed: number;
  /** Whether there is a log loss. */
  readonly hasLoss: boolean;
  /** Scores below it count as it in the log loss. */
  readonly smallestScore: number;
}

/**
 * Returns percentile intervals by the bootstrap: each replicate draws as many documents as there are, with replacement, and computes
 * the scores anew. A score that is 0/0 in a replicate counts as 0, as in the averages. Time is O(nReplicates · (N + C²)).
 *
 * @see Efron and Tibshirani (1993), "An Introduction to the Bootstrap", section 13.3
 * @param table with at least one document
 */
export function bootstrapScores(
  table: ScoreTable,
  labels: readonly Label[],
  { nReplicates, seed, hasLoss, smallestScore }: BootstrapOptions,
): ScoreIntervals {
  const { nDocuments, nLabels } = table;
  const { cells, losses } = drawsOf(table, hasLoss, smallestScore);
  const random = new Philox().withKey(seed, RANDOM_STREAM.bootstrap);
  const matrix = new ConfusionMatrix(labels);
  const counts = new Uint32Array(nLabels * (nLabels + 1));
  const empty = (): Float64Array => new Float64Array(nReplicates);
  const whole = { accuracy: empty(), macroF1: empty(), weightedF1: empty(), logLoss: empty() };
  const byLabel = labels.map(() => ({ precision: empty(), recall: empty(), f1: empty() }));
  for (let replicate = 0; replicate < nReplicates; replicate++) {
    counts.fill(0);
    let lossSum = 0;
    for (let draw = 0; draw < nDocuments; draw++) {
      if ((draw & 3) === 0) random.generate(draw >>> 2, replicate, 0, 0);
      // Scaling a 32-bit word favours some documents by N / 2^32 at most: less than the interval could show.
      const document = Math.floor((random.words[draw & 3] as number) * WORD_TO_UNIT * nDocuments);
      const cell = cells[document] as number;
      counts[cell] = (counts[cell] as number) + 1;
      if (losses !== null) lossSum += losses[document] as number;
    }
    matrix.counts.set(counts.subarray(0, nLabels ** 2));
    matrix.unknownPredicted.set(counts.subarray(nLabels ** 2));
    const scores = computeScores(matrix);
    const nKnown = nDocuments - matrix.unknownPredicted.reduce((total, count) => total + count, 0);
    whole.accuracy[replicate] = scores.accuracy;
    whole.macroF1[replicate] = scores.macroF1;
    whole.weightedF1[replicate] = scores.weightedF1;
    whole.logLoss[replicate] = nKnown === 0 ? 0 : lossSum / nKnown;
    for (const [index, label] of scores.labels.entries()) {
      const target = byLabel[index] as (typeof byLabel)[number];
      target.precision[replicate] = label.precision ?? 0;
      target.recall[replicate] = label.recall ?? 0;
      target.f1[replicate] = label.f1 ?? 0;
    }
  }
  return {
    level: INTERVAL_LEVEL,
    nReplicates,
    seed,
    accuracy: intervalOf(whole.accuracy),
    macroF1: intervalOf(whole.macroF1),
    weightedF1: intervalOf(whole.weightedF1),
    logLoss: losses === null ? null : intervalOf(whole.logLoss),
    labels: labelIntervals(table, labels, byLabel),
  };
}

type LabelReplicates = Readonly<Record<keyof LabelIntervals, Float64Array>>;

function labelIntervals(
  table: ScoreTable,
  labels: readonly Label[],
  byLabel: readonly LabelReplicates[],
): LabelIntervals[] {
  const support = new Uint32Array(labels.length);
  const nPredicted = new Uint32Array(labels.length);
  for (const index of table.trueIndices) if (index !== UNKNOWN_LABEL) support[index] = (support[index] as number) + 1;
  for (const index of table.predictedIndices) nPredicted[index] = (nPredicted[index] as number) + 1;
  return byLabel.map(({ precision, recall, f1 }, index) => {
    const isPresent = (support[index] as number) > 0;
    const isPredicted = (nPredicted[index] as number) > 0;
    return {
      precision: isPredicted ? intervalOf(precision) : null,
      recall: isPresent ? intervalOf(recall) : null,
      f1: isPresent || isPredicted ? intervalOf(f1) : null,
    };
  });
}
