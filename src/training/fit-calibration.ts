import { exponential, logProbability, naturalLogarithm } from "../kernels/math.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { type Calibration, noCalibration } from "../nn/calibration.js";
import type { LabeledMatrix } from "../nn/validation.js";
import type { JoinedNetworks } from "../nn/weights.js";
import type { UnlabeledRows } from "./pseudo-labels.js";
import { scoreRows } from "./score-rows.js";

/** Where the temperature is looked for; beyond, the scores are all but even or all but 0 and 1. */
const MOST_EXTREME = 20;
/** Halvings of the interval: 2 ln 20 / 2^40 is below what a double tells apart near 1. */
const N_HALVINGS = 40;
/** Articles without labels that a mean score is taken of, spread evenly over all; its standard error is below 0.003. */
const N_SAMPLED = 10_000;

/** The ensemble before its linear member learned labels of its own, and the articles that these are of. */
export interface BeforeSelfTraining {
  readonly networks: JoinedNetworks;
  readonly unlabeled: UnlabeledRows;
}

/** Returns the logarithm, in [low, high], of the number below which `isBelow` is true and from which on it is not. */
function halveLogarithm(low: number, high: number, isBelow: (number: number) => boolean): number {
  let [least, most] = [low, high];
  for (let i = 0; i < N_HALVINGS; i++) {
    const middle = (least + most) / 2;
    if (isBelow(exponential(middle))) least = middle;
    else most = middle;
  }
  return (least + most) / 2;
}

/** `[nRows, nLabels]` ln p, which softmax does not tell from logits. */
function logitsOf(probabilities: Float32Array): Float64Array {
  return Float64Array.from(probabilities, (p) => logProbability(p));
}

function greatestOf(logits: Float64Array, start: number, nLabels: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < nLabels; c++) greatest = Math.max(greatest, logits[start + c] as number);
  return greatest;
}

/**
 * Returns the temperature T at which softmax(ln p / T) gives the true labels the highest likelihood, the labels smoothed by
 * ε = 1 / (nRows + 2), so that a handful of right answers is not taken for certainty.
 *
 * With β = 1 / T, z = ln p and targets t_ic = (1 - ε) [c = y] + ε / C the loss is L(β) = Σ_i [ ln Σ_c exp(β z_ic) - β Σ_c t_ic z_ic ],
 * which is convex, and L'(β) = Σ_i Σ_c (q_ic - t_ic) z_ic with q the softmax at β; its root is found by halving ln β in
 * [-ln 20, ln 20], so T is in [1/20, 20] even where none of the labels is right.
 *
 * @param probabilities `[nRows, nLabels]`
 * @param labels `[nRows]` label numbers, at least one
 * @see Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", section 4.2; Platt 1999,
 * "Probabilistic Outputs for Support Vector Machines", section 2.2, for the smoothing
 */
export function fitTemperature(probabilities: Float32Array, labels: ArrayLike<number>, nLabels: number): number {
  const logits = logitsOf(probabilities);
  const smoothing = 1 / (labels.length + 2);
  const slopeAt = (beta: number): number => {
    let slope = 0;
    for (let row = 0; row < labels.length; row++) {
      const start = row * nLabels;
      const greatest = greatestOf(logits, start, nLabels);
      let sum = 0;
      let weighted = 0;
      let total = 0;
      for (let c = 0; c < nLabels; c++) {
        const logit = logits[start + c] as number;
        const power = exponential(beta * (logit - greatest));
        sum += power;
        weighted += power * logit;
        total += logit;
      }
      const ofTrue = logits[start + (labels[row] as number)] as number;
      slope += weighted / sum - (1 - smoothing) * ofTrue - (smoothing * total) / nLabels;
    }
    return slope;
  };
  const bound = naturalLogarithm(MOST_EXTREME);
  return exponential(-halveLogarithm(-bound, bound, (beta) => slopeAt(beta) < 0));
}

/**
 * Returns the mean over the rows of the best label's score with temperature T, Σ_i max_c softmax(z_i / T)_c / nRows. It falls as
 * T rises.
 * @param logits `[nRows, nLabels]`
 */
function meanBestScore(logits: Float64Array, nLabels: number, temperature: number): number {
  let total = 0;
  for (let start = 0; start < logits.length; start += nLabels) {
    const greatest = greatestOf(logits, start, nLabels);
    let sum = 0;
    for (let c = 0; c < nLabels; c++) sum += exponential(((logits[start + c] as number) - greatest) / temperature);
    total += 1 / sum;
  }
  return (total * nLabels) / logits.length;
}

/**
 * Returns the temperature, at least `least`, at which the mean of the best labels' scores is `mean`: `least` where it is no more
 * there, 20 where it is more at that.
 * @param probabilities `[nRows, nLabels]`, at least one row
 */
export function temperatureOfMean(probabilities: Float32Array, nLabels: number, mean: number, least: number): number {
  const logits = logitsOf(probabilities);
  const meanAt = (temperature: number): number => meanBestScore(logits, nLabels, temperature);
  if (meanAt(least) <= mean) return least;
  const isBelow = (temperature: number): boolean => meanAt(temperature) > mean;
  return exponential(halveLogarithm(naturalLogarithm(least), naturalLogarithm(MOST_EXTREME), isBelow));
}

/** At most {@link N_SAMPLED} of n rows. */
function sampleRows(n: number): Uint32Array {
  const nSampled = Math.min(n, N_SAMPLED);
  return Uint32Array.from({ length: nSampled }, (_, i) => Math.floor((i * n) / nSampled));
}

/**
 * Returns the calibration of an ensemble, fitted on articles that it was not trained on.
 *
 * Only a temperature: a bias for each label would tie the scores to the label shares of these articles, and articles of
 * other dates have others; `adaptScores` of prior-shift.ts does that where the shares are known. It leaves the best label
 * as it is. And never one below 1, which would raise the scores: articles of other dates and sources are answered worse than
 * these, so scores that are too low here may be right there (docs/accuracy.md).
 *
 * @param probabilities `[nRows, nLabels]` the ensemble's own
 */
export function fitCalibration(probabilities: Float32Array, labels: ArrayLike<number>, nLabels: number): Calibration {
  return { ...noCalibration(nLabels), temperature: Math.max(1, fitTemperature(probabilities, labels, nLabels)) };
}

/**
 * Returns the calibration of an ensemble whose linear member learned labels of its own.
 *
 * These labels confirm themselves: on articles like those without labels its scores rise by more than its right answers do, and
 * articles with labels, of other dates perhaps, do not show it. The ensemble before does not know these labels by heart; its
 * scores there are honest, but its answers not as good. So the temperature is raised until the mean of the best labels' scores
 * there lies half way between the two, each with the temperature that the articles kept back ask for (docs/accuracy.md).
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
  const rows = sampleRows(unlabeled.nUnlabeled);
  const { temperature: temperatureBefore } = fitCalibration(scoreRows(before, matrix, kernels), labels, nLabels);
  const sampleBefore = scoreRows(before, unlabeled.matrix, kernels, rows);
  const meanBefore = meanBestScore(logitsOf(sampleBefore), nLabels, temperatureBefore);
  const sample = scoreRows(networks, unlabeled.matrix, kernels, rows);
  const { temperature: least } = fitCalibration(probabilities, labels, nLabels);
  const mean = (meanBefore + meanBestScore(logitsOf(sample), nLabels, least)) / 2;
  return { ...noCalibration(nLabels), temperature: temperatureOfMean(sample, nLabels, mean, least) };
}
