import { exponential, logProbability, naturalLogarithm } from "../kernels/math.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { type Calibration, noCalibration } from "../nn/calibration.js";
import { argmax, type LabeledMatrix } from "../nn/validation.js";
import type { JoinedNetworks } from "../nn/weights.js";
import { LEAST_TO_CALIBRATE } from "../options/unlabeled-use.js";
import type { UnlabeledRows } from "./pseudo-labels.js";
import { scoreRows } from "./score-rows.js";

/** The greatest temperature that is looked for; beyond, the scores are all but even. */
const MAX_TEMPERATURE = 20;
/** Halvings of an interval: ln 20 / 2^20 in ln T, or 2^-20 in the share, moves no score by more than a millionth. */
const N_HALVINGS = 20;
/** Articles without labels that a mean score is taken of, spread evenly over all; its standard error is below 0.003. */
const N_SAMPLED = 10_000;

/** The ensemble before its linear member learned labels of its own, and the articles that these are of. */
export interface BeforeSelfTraining {
  readonly networks: JoinedNetworks;
  readonly unlabeled: UnlabeledRows;
}

/** What is fitted of a calibration. */
type Flattening = Pick<Calibration, "temperature" | "flattenedShare">;

/** Returns where in [low, high] `isBelow` ends to be true, from below; exactly `low` where it never is. */
function halve(low: number, high: number, isBelow: (number: number) => boolean): number {
  let [least, most] = [low, high];
  for (let i = 0; i < N_HALVINGS; i++) {
    const middle = (least + most) / 2;
    if (isBelow(middle)) least = middle;
    else most = middle;
  }
  return least;
}

/** {@link halve} for a temperature in [least, 20], by its logarithm. */
function halveTemperature(least: number, isBelow: (temperature: number) => boolean): number {
  const low = naturalLogarithm(least);
  const found = halve(low, naturalLogarithm(MAX_TEMPERATURE), (logarithm) => isBelow(exponential(logarithm)));
  return found === low ? least : exponential(found);
}

/**
 * What the best labels' scores lack to 1 at a temperature T, which keeps its digits where a score is next to 1:
 *
 *   rest = Σ_c e^(−g_c / T),  lack = rest / (1 + rest)
 *
 * over the other labels, with g_c = ln p_best − ln p_c, and the same of √e^(−g_c / T) for the flattened scores.
 */
class Lacks {
  readonly nRows: number;
  /** `[nRows]` of the softmax at the temperature that was set last. */
  readonly plain: Float64Array;
  /** `[nRows]` of the softmax at twice that. */
  readonly flattened: Float64Array;
  /** `[nRows]` d plain / d ln T */
  readonly plainSlopes: Float64Array;
  /** `[nRows]` d flattened / d ln T */
  readonly flattenedSlopes: Float64Array;
  /** `[nRows, nLabels − 1]` */
  readonly #gaps: Float64Array;

  /** @param probabilities `[nRows, nLabels]` */
  constructor(probabilities: Float32Array, nLabels: number) {
    this.nRows = probabilities.length / nLabels;
    this.plain = new Float64Array(this.nRows);
    this.flattened = new Float64Array(this.nRows);
    this.plainSlopes = new Float64Array(this.nRows);
    this.flattenedSlopes = new Float64Array(this.nRows);
    this.#gaps = new Float64Array(this.nRows * (nLabels - 1));
    let place = 0;
    for (let start = 0; start < probabilities.length; start += nLabels) {
      const row = probabilities.subarray(start, start + nLabels);
      const best = argmax(row);
      const greatest = logProbability(row[best] as number);
      for (let c = 0; c < nLabels; c++) {
        if (c !== best) this.#gaps[place++] = greatest - logProbability(row[c] as number);
      }
    }
  }

  setTemperature(temperature: number): void {
    const nGaps = this.#gaps.length / this.nRows;
    let place = 0;
    for (let row = 0; row < this.nRows; row++) {
      let [rest, restOfRoots, slope, slopeOfRoots] = [0, 0, 0, 0];
      for (const end = place + nGaps; place < end; place++) {
        const gap = (this.#gaps[place] as number) / temperature;
        const power = exponential(-gap);
        const root = Math.sqrt(power);
        rest += power;
        restOfRoots += root;
        slope += power * gap;
        slopeOfRoots += (root * gap) / 2;
      }
      this.plain[row] = rest / (1 + rest);
      this.flattened[row] = restOfRoots / (1 + restOfRoots);
      this.plainSlopes[row] = slope / ((1 + rest) * (1 + rest));
      this.flattenedSlopes[row] = slopeOfRoots / ((1 + restOfRoots) * (1 + restOfRoots));
    }
  }

  /** Returns the mean over the rows of the best label's score. It falls as the temperature rises. */
  meanScore({ temperature, flattenedShare }: Flattening): number {
    this.setTemperature(temperature);
    let total = 0;
    for (let row = 0; row < this.nRows; row++) {
      const [plain, flattened] = [this.plain[row] as number, this.flattened[row] as number];
      total += plain + flattenedShare * (flattened - plain);
    }
    return 1 - total / this.nRows;
  }
}

/**
 * Returns the temperature T in [1, 20] and the flattened share w in [0, 1] at which the best labels' scores s say best whether
 * these labels are right:
 *
 *   L(T, w) = Σ_i t_i ln s_i + (1 − t_i) ln(1 − s_i),  s_i = (1 − w) p_i(T) + w q_i(T)
 *
 * with t = (n1 + 1) / (n1 + 2) for n1 right answers and 1 / (n0 + 2) for n0 wrong ones, so that a handful of right answers is not
 * taken for certainty. The likelihood of the true labels, in its place, fits the scores of labels that are not answered,
 * too.
 *
 * For each T, L is concave in w, whose best is found by halving on ∂L/∂w; with that w, ∂L/∂ln T is the slope of the best of L
 * by T, and is halved in turn. That has one maximum where there are thousands of articles. Of 30 to 1,000 it may have two, of
 * which either is found: in 1,430 samples of what eleven trainings kept back it was never less than the greatest by more than
 * 0.2 in all, as between models that the articles cannot tell apart (2026-11-29). Time: 20 times nRows nLabels exponentials and
 * 20 nRows divisions.
 *
 * @param probabilities `[nRows, nLabels]`
 * @param labels `[nRows]` label numbers, at least one
 * @see Zhang, Kailkhura and Han 2020, "Mix-n-Match", for the kind of fit; Platt 1999, "Probabilistic Outputs for Support
 * Vector Machines", section 2.2, for the targets
 */
function fitFlattening(probabilities: Float32Array, labels: ArrayLike<number>, nLabels: number): Flattening {
  const lacks = new Lacks(probabilities, nLabels);
  const { nRows, plain, flattened, plainSlopes, flattenedSlopes } = lacks;
  const isRight = Array.from({ length: nRows }, (_, row) => {
    const scores = probabilities.subarray(row * nLabels, (row + 1) * nLabels);
    return argmax(scores) === labels[row];
  });
  const nRight = isRight.filter(Boolean).length;
  /** What the targets lack to 1. */
  const targets = Float64Array.from(isRight, (right) => (right ? 1 / (nRight + 2) : 1 - 1 / (nRows - nRight + 2)));
  /** ∂L/∂s at a row whose score lacks so much: t/s − (1 − t)/(1 − s) is (lack − target) / (lack (1 − lack)). */
  const pullAt = (row: number, lack: number): number => (lack - (targets[row] as number)) / (lack * (1 - lack));
  const slopeByShare = (share: number): number => {
    let slope = 0;
    for (let row = 0; row < nRows; row++) {
      const more = (flattened[row] as number) - (plain[row] as number);
      slope -= more * pullAt(row, (plain[row] as number) + share * more);
    }
    return slope;
  };
  const slopeByTemperature = (share: number): number => {
    let slope = 0;
    for (let row = 0; row < nRows; row++) {
      const lack = (plain[row] as number) + share * ((flattened[row] as number) - (plain[row] as number));
      const move =
        (plainSlopes[row] as number) + share * ((flattenedSlopes[row] as number) - (plainSlopes[row] as number));
      slope -= move * pullAt(row, lack);
    }
    return slope;
  };
  const shareAt = (temperature: number): number => {
    lacks.setTemperature(temperature);
    return halve(0, 1, (share) => slopeByShare(share) > 0);
  };
  const temperature = halveTemperature(1, (each) => slopeByTemperature(shareAt(each)) > 0);
  return { temperature, flattenedShare: shareAt(temperature) };
}

/**
 * Returns the flattening with its temperature raised until the mean of the best labels' scores is `mean`: as it is where the mean
 * is no more with that, with a temperature of 20 where it is more even then.
 * @param probabilities `[nRows, nLabels]`, at least one row
 */
export function raiseTemperature(
  probabilities: Float32Array,
  nLabels: number,
  mean: number,
  { temperature: least, flattenedShare }: Flattening,
): Flattening {
  const lacks = new Lacks(probabilities, nLabels);
  const isBelow = (temperature: number): boolean => lacks.meanScore({ temperature, flattenedShare }) > mean;
  return { temperature: isBelow(least) ? halveTemperature(least, isBelow) : least, flattenedShare };
}

/** At most {@link N_SAMPLED} of n rows. */
function sampleRows(n: number): Uint32Array {
  const nSampled = Math.min(n, N_SAMPLED);
  return Uint32Array.from({ length: nSampled }, (_, i) => Math.floor((i * n) / nSampled));
}

/**
 * Returns the calibration of an ensemble, fitted on articles that it was not trained on.
 *
 * Without a bias for each label: it would tie the scores to the label shares of these articles, and articles of
 * other dates have others; `adaptScores` of prior-shift.ts does that where the shares are known. So it leaves the best label
 * as it is. And never a temperature below 1, which would raise the scores: articles of other dates and sources are answered worse
 * than these, so scores that are too low here may be right there (docs/accuracy.md).
 *
 * @param probabilities `[nRows, nLabels]` the ensemble's own
 */
export function fitCalibration(probabilities: Float32Array, labels: ArrayLike<number>, nLabels: number): Calibration {
  return { ...noCalibration(nLabels), ...fitFlattening(probabilities, labels, nLabels) };
}

/**
 * Returns the calibration of an ensemble whose linear member learned labels of its own.
 *
 * These labels confirm themselves: on articles like those without labels its scores rise by more than its right answers do, and
 * articles with labels, of other dates perhaps, do not show it. The ensemble before does not know these labels by heart; its
 * scores there are honest, but its answers not as good. So the temperature is raised until the mean of the best labels' scores
 * there lies half way between the two, each with the calibration that the articles kept back ask for (docs/accuracy.md). Where
 * there are fewer than {@link LEAST_TO_CALIBRATE} of these articles, that calibration is kept.
 *
 * @param networks those that learned the labels
 * @param probabilities `[nRows, nLabels]` their answer to the articles kept back
 */
export function fitSelfTrainedCalibration(
  networks: JoinedNetworks,
  probabilities: Float32Array,
  { matrix, labels }: LabeledMatrix,
  nLabels: number,
  { networks: before, unlabeled }: BeforeSelfTraining,
  kernels: MlpKernelFactory,
): Calibration {
  const kept = fitCalibration(probabilities, labels, nLabels);
  if (unlabeled.nUnlabeled < LEAST_TO_CALIBRATE) return kept;
  const rows = sampleRows(unlabeled.nUnlabeled);
  const keptBefore = fitCalibration(scoreRows(before, matrix, kernels), labels, nLabels);
  const meanBefore = new Lacks(scoreRows(before, unlabeled.matrix, kernels, rows), nLabels).meanScore(keptBefore);
  const sample = scoreRows(networks, unlabeled.matrix, kernels, rows);
  const mean = (meanBefore + new Lacks(sample, nLabels).meanScore(kept)) / 2;
  return { ...kept, ...raiseTemperature(sample, nLabels, mean, kept) };
}
