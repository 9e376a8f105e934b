import { exponential, logProbability, naturalLogarithm } from "../kernels/math.js";
import { type Calibration, noCalibration } from "../nn/calibration.js";

/** Where the temperature is looked for; beyond, the scores are all but even or all but 0 and 1. */
const MOST_EXTREME = 20;
/** Halvings of the interval: 2 ln 20 / 2^40 is below what a double tells apart near 1. */
const N_HALVINGS = 40;

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
  const logits = Float64Array.from(probabilities, (p) => logProbability(p));
  const smoothing = 1 / (labels.length + 2);
  const slopeAt = (beta: number): number => {
    let slope = 0;
    for (let row = 0; row < labels.length; row++) {
      const start = row * nLabels;
      let greatest = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < nLabels; c++) greatest = Math.max(greatest, logits[start + c] as number);
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
  let low = -naturalLogarithm(MOST_EXTREME);
  let high = -low;
  for (let i = 0; i < N_HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slopeAt(exponential(middle)) < 0) low = middle;
    else high = middle;
  }
  return exponential(-(low + high) / 2);
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
