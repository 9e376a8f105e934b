/**
 * Scores that mean what they say: a correction of the network's probabilities that was fitted on articles it was not
 * trained on.
 */

/**
 * Scores are the softmax of logits / temperature + labelBias: p_c^(1 / temperature) e^labelBias[c] / Σ_k the same, for the
 * probabilities p without it. Kernels do it.
 * @see Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", section 4.2
 */
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
