import type { CsrMatrix } from "../features/csr-matrix.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { noCalibration } from "../nn/calibration.js";
import { Ensemble } from "../nn/ensemble.js";
import type { StoredWeights } from "../nn/weights.js";

/** Returns `[nRows, nLabels]` the mean of the networks' probabilities, without calibration. */
export function scoreRows(
  members: readonly StoredWeights[],
  { nRows, indptr, indices, data }: CsrMatrix,
  nLabels: number,
  kernels: MlpKernelFactory,
): Float32Array {
  const ensemble = Ensemble.over(members, noCalibration(nLabels), kernels);
  const probabilities = new Float32Array(nRows * nLabels);
  for (let row = 0; row < nRows; row++) {
    const start = indptr[row] as number;
    const end = indptr[row + 1] as number;
    ensemble.scores(
      indices.subarray(start, end),
      data.subarray(start, end),
      end - start,
      probabilities.subarray(row * nLabels, (row + 1) * nLabels),
    );
  }
  return probabilities;
}
