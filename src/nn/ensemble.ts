/** The networks of a model in use. */
import { type FloatArray, type MlpKernelFactory, measureBytes } from "../kernels/mlp.js";
import type { ScoringView } from "./attribution.js";
import { type Calibration, calibrate, isNoCalibration } from "./calibration.js";
import { allocateInferenceBuffers, MlpInference } from "./inference.js";
import { adoptWeights, type StoredWeights, shapeOf } from "./weights.js";

/**
 * Turns sparse rows into scores: the mean of the member networks' probabilities, then the calibration. Not re-entrant.
 * @see Lakshminarayanan, Pritzel and Blundell 2017, "Simple and Scalable Predictive Uncertainty Estimation Using Deep
 * Ensembles", section 2.4
 */
export class Ensemble {
  readonly #members: readonly MlpInference[];
  readonly #calibration: Calibration;
  readonly #isCalibrated: boolean;
  readonly #probabilities: Float32Array;

  private constructor(members: readonly MlpInference[], calibration: Calibration) {
    this.#members = members;
    this.#calibration = calibration;
    this.#isCalibrated = !isNoCalibration(calibration);
    this.#probabilities = new Float32Array(calibration.labelBias.length);
  }

  /** Makes kernels of the right size and hands them the weights of all members, which have one shape. */
  static over(members: readonly StoredWeights[], calibration: Calibration, kernels: MlpKernelFactory): Ensemble {
    const sized = kernels(
      measureBytes((allocator) => {
        for (const weights of members)
          allocateInferenceBuffers(allocator, adoptWeights(allocator, weights), shapeOf(weights));
      }),
    );
    return new Ensemble(
      members.map((weights) => new MlpInference(sized, adoptWeights(sized, weights))),
      calibration,
    );
  }

  /** The networks and their calibration as attribution reads them. */
  view(): ScoringView {
    return { networks: this.#members.map((member) => member.view()), calibration: this.#calibration };
  }

  /**
   * Writes the scores of all labels, `[C]`, sum 1, for one sparse row: the first `nnz` of `indices` and `values`. Columns
   * must be distinct and below V; an empty row gets the networks' answer to no terms at all.
   */
  scores(indices: Uint32Array, values: FloatArray, nnz: number, out: Float32Array): void {
    const [first, ...others] = this.#members;
    first!.scores(indices, values, nnz, out);
    if (others.length > 0) {
      for (const member of others) {
        member.scores(indices, values, nnz, this.#probabilities);
        for (let c = 0; c < out.length; c++) out[c] += this.#probabilities[c];
      }
      for (let c = 0; c < out.length; c++) out[c] /= this.#members.length;
    }
    if (this.#isCalibrated) calibrate(out, this.#calibration);
  }
}
