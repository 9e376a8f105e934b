import type { RowSource } from "../features/csr-matrix.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { MlpInference } from "../nn/inference.js";
import type { JoinedNetworks } from "../nn/weights.js";

/**
 * Returns `[nRows, nLabels]` the networks' answer together, without calibration.
 * @param rows numbers of those that are wanted; all when left out
 */
export function scoreRows(
  networks: JoinedNetworks,
  matrix: RowSource,
  kernels: MlpKernelFactory,
  rows: Uint32Array = Uint32Array.from({ length: matrix.nRows }, (_, row) => row),
): Float32Array {
  const inference = MlpInference.over(networks, kernels);
  const { nLabels } = inference;
  const probabilities = new Float32Array(rows.length * nLabels);
  let start = 0;
  for (const row of rows) {
    inference.scoreRow(matrix, row, probabilities.subarray(start, start + nLabels));
    start += nLabels;
  }
  return probabilities;
}
