import { rowsPerBatch } from "../nn/batch-order.js";
import { planRun, type TrainMlpInput } from "../nn/train-mlp.js";

/**
 * Products of a step's first layer from which a second thread saves more than the threads' waiting for each other costs:
 * below, a step takes less than 0.1 ms (2026-11-23, AMD EPYC, Node 20.20).
 */
const LEAST_PRODUCTS_PER_STEP = 65_536;

/** Whether the steps of a run are long enough to be divided among threads. */
export function isWorthThreads({ matrix, network, optimizer }: TrainMlpInput): boolean {
  const nnz = matrix.indptr[matrix.nRows] as number;
  const nnzPerStep = (nnz / matrix.nRows) * Math.min(rowsPerBatch(matrix.nRows, optimizer.batchSize), matrix.nRows);
  return nnzPerStep * network.hiddenUnits[0] >= LEAST_PRODUCTS_PER_STEP;
}

/** Products of the first layer, in all epochs of all networks, from which starting threads pays: about a second of work. */
const LEAST_PRODUCTS_OF_RUN = 3e8;

/** Whether networks are worth threads of their own, in which they are trained side by side. */
export function isWorthNetworkThreads({ matrix, network, optimizer }: TrainMlpInput, nNetworks: number): boolean {
  const nnz = matrix.indptr[matrix.nRows] as number;
  const { nEpochs } = planRun(matrix.nRows, optimizer);
  return nNetworks > 1 && nnz * network.hiddenUnits[0] * nEpochs * nNetworks >= LEAST_PRODUCTS_OF_RUN;
}
