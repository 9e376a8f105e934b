import type { RowSource } from "../features/csr-matrix.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { MlpInference } from "../nn/inference.js";
import type { JoinedNetworks } from "../nn/weights.js";

/** Returns `[nRows, nLabels]` the networks' answer together, without calibration. */
export function scoreRows(
  networks: JoinedNetworks,
  matrix: RowSource,
  nLabels: number,
  kernels: MlpKernelFactory,
): Float32Array {
  const inference = MlpInference.over(networks, kernels);
  const probabilities = new Float32Array(matrix.nRows * nLabels);
  for (let row = 0; row < matrix.nRows; row++) {
    inference.scoreRow(matrix, row, probabilities.subarray(row * nLabels, (row + 1) * nLabels));
  }
  return probabilities;
}
