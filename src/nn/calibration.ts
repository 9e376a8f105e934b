/**
 * Scores that mean what they say: a correction of the network's probabilities that was fitted on articles it was not
 * trained on.
 */

/**
 * Scores are a mean of two softmaxes of the logits z, of which the second has twice the temperature. Kernels do it:
 *
 *   l_c = z_c / temperature + labelBias[c]
 *   p_c = e^l_c / Σ_k e^l_k,  q_c = √p_c / Σ_k √p_k,  the softmax of l / 2
 *   score_c = (1 - flattenedShare) p_c + flattenedShare q_c
 *
 * Where some of the labels are wrong, a temperature that is right on the whole leaves the highest scores too high and the middle
 * ones too low; the share lowers the highest more. Both leave the order of the labels as it is.
 * @see Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", section 4.2, for the temperature; Zhang,
 * Kailkhura and Han 2020, "Mix-n-Match: Ensemble and Compositional Methods for Uncertainty Calibration in Deep Learning", for
 * means over temperatures, there T, 1 and an infinite one
 */
export interface Calibration {
  /** Above 0; above 1 it evens the scores out. */
  readonly temperature: number;
  /** What the softmax at twice the temperature counts, in [0, 1]. */
  readonly flattenedShare: number;
  /** `[C]` finite numbers, in nats. */
  readonly labelBias: readonly number[];
}

/** The calibration that changes nothing. */
export function noCalibration(nLabels: number): Calibration {
  return { temperature: 1, flattenedShare: 0, labelBias: new Array<number>(nLabels).fill(0) };
}

/** Whether the calibration changes nothing. */
export function isNoCalibration({ temperature, flattenedShare, labelBias }: Calibration): boolean {
  return temperature === 1 && flattenedShare === 0 && labelBias.every((bias) => bias === 0);
}
