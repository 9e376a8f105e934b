import { copyRow, longestRow, type RowSource } from "../features/csr-matrix.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { noCalibration } from "../nn/calibration.js";
import { Ensemble } from "../nn/ensemble.js";
import type { JoinedNetworks } from "../nn/weights.js";

/** Returns `[nRows, nLabels]` the networks' answer together, without calibration. */
export function scoreRows(
  networks: JoinedNetworks,
  matrix: RowSource,
  nLabels: number,
  kernels: MlpKernelFactory,
): Float32Array {
  const ensemble = new Ensemble(networks, noCalibration(nLabels), kernels);
  const probabilities = new Float32Array(matrix.nRows * nLabels);
  const columns = new Uint32Array(longestRow(matrix));
  const values = new Float32Array(columns.length);
  for (let row = 0; row < matrix.nRows; row++) {
    const nnz = copyRow(matrix, row, columns, values, 0);
    ensemble.scores(columns, values, nnz, probabilities.subarray(row * nLabels, (row + 1) * nLabels));
  }
  return probabilities;
}
