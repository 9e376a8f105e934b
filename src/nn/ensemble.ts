/** The networks of a model in use. */
import type { FloatArray, MlpKernelFactory } from "../kernels/mlp.js";
import type { ScoringView } from "./attribution.js";
import type { Calibration } from "./calibration.js";
import { MlpInference } from "./inference.js";
import type { JoinedNetworks } from "./weights.js";

/**
 * Turns sparse rows into scores: the mean of the member networks' logits by their votes, the calibration, softmax. Of several
 * networks that is the normalized geometric mean of their probabilities; their mean itself would be surer of later articles than
 * it may be (docs/accuracy.md). Not re-entrant.
 * @see Hinton 2002, "Training Products of Experts by Minimizing Contrastive Divergence", section 1
 */
export class Ensemble {
  readonly #inference: MlpInference;
  readonly #calibration: Calibration;

  /** Makes kernels of the right size and hands them the networks. */
  constructor(networks: JoinedNetworks, calibration: Calibration, kernels: MlpKernelFactory) {
    this.#inference = MlpInference.over(networks, kernels, calibration);
    this.#calibration = calibration;
  }

  /** The networks and their calibration as attribution reads them. */
  view(): ScoringView {
    return { networks: this.#inference.view(), calibration: this.#calibration };
  }

  /**
   * Writes the scores of all labels, `[C]`, sum 1, for one sparse row: the first `nnz` of `indices` and `values`. Columns
   * must be distinct and below V; an empty row gets the networks' answer to no terms at all.
   */
  scores(indices: Uint32Array, values: FloatArray, nnz: number, out: Float32Array): void {
    this.#inference.scores(indices, values, nnz, out);
  }
}
