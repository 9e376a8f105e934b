/**
 * Scores that mean what they say: a correction of the network's probabilities that was fitted on articles it was not
 * trained on.
 */
import { exponential, naturalLogarithm } from "../kernels/math.js";

/** score_c = p_c^(1 / temperature) e^labelBias[c] / Σ_k the same, for probabilities p. */
export interface Calibration {
  /** Above 0; above 1 it evens the scores out. */
  readonly temperature: number;
  /** `[C]` finite numbers, in nats. */
  readonly labelBias: readonly number[];
}

/** The calibration that changes nothing. */
export function noCalibration(nLabels: number): Calibration {
  return { temperature: 1, labelBias: new Array<number>(nLabels).fill(0) };
}

/** Whether the calibration changes nothing. */
export function isNoCalibration({ temperature, labelBias }: Calibration): boolean {
  return temperature === 1 && labelBias.every((bias) => bias === 0);
}

/**
 * Overwrites probabilities `[C]` by calibrated ones, sum 1. A probability of 0 stays 0. For one network this is the
 * softmax of logits / temperature + labelBias.
 * @see Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", section 4.2
 */
export function calibrate(probabilities: Float32Array, { temperature, labelBias }: Calibration): void {
  let greatest = Number.NEGATIVE_INFINITY;
  const logits = labelBias.map((bias, c) => {
    const logit = naturalLogarithm(probabilities[c]) / temperature + bias;
    greatest = Math.max(greatest, logit);
    return logit;
  });
  const powers = logits.map((logit) => exponential(logit - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  for (const [c, power] of powers.entries()) probabilities[c] = power / sum;
}
