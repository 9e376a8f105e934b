import type { ScoreTable } from "./score-table.js";

/** Bins of the reliability diagram, as in Guo et al. 2017. */
const N_RELIABILITY_BINS = 15;

/** Bins of the histogram of scores. */
export const N_SCORE_BINS = 20;

/** Documents whose highest score lies in (from, to]. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly nDocuments: number;
  /** Mean of the highest scores, in [0, 1]; null when the bin is empty. */
  readonly meanScore: number | null;
  /** Share of the documents that were answered rightly, in [0, 1]; null when the bin is empty. */
  readonly accuracy: number | null;
}

/** How far scores can be read as probabilities. */
export interface Reliability {
  /** Σ over bins of nDocuments / N · |accuracy - meanScore|, in [0, 1]. */
  readonly expectedCalibrationError: number;
  /** Mean of the highest scores, in [0, 1]; above the accuracy, the model is too sure of itself. */
  readonly meanScore: number;
  /** `[15]`, of equal width, from 0 to 1. */
  readonly bins: readonly ReliabilityBin[];
}

/** Documents by their highest score, in bins of equal width from 0 to 1. */
export interface ScoreHistogram {
  /** `[20]` documents with the right label. */
  readonly correct: readonly number[];
  /** `[20]` documents with a wrong label. */
  readonly wrong: readonly number[];
}

/** The bin (from, to] of a score in [0, 1]; 0 falls into the first. */
function binOf(score: number, nBins: number): number {
  return Math.max(0, Math.ceil(score * nBins) - 1);
}

/**
 * Returns the reliability diagram of the highest scores and its expected calibration error.
 * @see Guo, Pleiss, Sun and Weinberger (2017), "On Calibration of Modern Neural Networks", equations 2, 3 and 5
 * @param table with at least one document
 */
export function measureReliability(table: ScoreTable): Reliability {
  const counts = new Uint32Array(N_RELIABILITY_BINS);
  const correct = new Uint32Array(N_RELIABILITY_BINS);
  const sums = new Float64Array(N_RELIABILITY_BINS);
  for (let document = 0; document < table.nDocuments; document++) {
    const score = table.topScore(document);
    const bin = binOf(score, N_RELIABILITY_BINS);
    counts[bin] = (counts[bin] as number) + 1;
    if (table.isCorrect(document)) correct[bin] = (correct[bin] as number) + 1;
    sums[bin] = (sums[bin] as number) + score;
  }
  let gap = 0;
  const bins = Array.from(counts, (nDocuments, bin): ReliabilityBin => {
    const sum = sums[bin] as number;
    const nCorrect = correct[bin] as number;
    gap += Math.abs(nCorrect - sum);
    return {
      from: bin / N_RELIABILITY_BINS,
      to: (bin + 1) / N_RELIABILITY_BINS,
      nDocuments,
      meanScore: nDocuments === 0 ? null : sum / nDocuments,
      accuracy: nDocuments === 0 ? null : nCorrect / nDocuments,
    };
  });
  return {
    expectedCalibrationError: gap / table.nDocuments,
    meanScore: sums.reduce((total, sum) => total + sum, 0) / table.nDocuments,
    bins,
  };
}

/** Counts the documents by their highest score, right and wrong ones apart. */
export function countScores(table: ScoreTable): ScoreHistogram {
  const correct = new Array<number>(N_SCORE_BINS).fill(0);
  const wrong = new Array<number>(N_SCORE_BINS).fill(0);
  for (let document = 0; document < table.nDocuments; document++) {
    const bin = binOf(table.topScore(document), N_SCORE_BINS);
    const counts = table.isCorrect(document) ? correct : wrong;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { correct, wrong };
}
