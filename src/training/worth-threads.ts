import { countValues } from "../features/csr-matrix.js";
import { rowsPerBatch } from "../nn/batch-order.js";
import { planRun, type TrainMlpInput } from "../nn/train-mlp.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";

/**
 * Products of a step's first layer from which a second thread saves more than the threads' waiting for each other costs:
 * below, a step takes less than 0.1 ms (2026-11-23, AMD EPYC, Node 20.20).
 */
const LEAST_PRODUCTS_PER_STEP = 65_536;

/** Whether the steps of a run are long enough to be divided among threads. */
export function isWorthThreads({ matrix, network, optimizer }: TrainMlpInput): boolean {
  const nnz = countValues(matrix);
  const nnzPerStep = (nnz / matrix.nRows) * Math.min(rowsPerBatch(matrix.nRows, optimizer.batchSize), matrix.nRows);
  return nnzPerStep * network.hiddenUnits[0] >= LEAST_PRODUCTS_PER_STEP;
}

/** Products of the first layer, in all epochs of all networks, from which starting threads pays: about a second of work. */
const LEAST_PRODUCTS_OF_RUN = 3e8;

/**
 * Units of the first layer up to which one network by itself takes about as long as the linear member (1.2 and 0.85 s on YNAT);
 * a wider one is better divided among all threads.
 */
const NARROW_UNITS = 64;

/**
 * Whether networks are worth threads of their own, in which they are trained side by side, while the calling thread fits the
 * linear member. A single network is, when it is narrow and there is that member.
 *
 * @param nnz stored values of the training share; where they are not known yet, occurrences of terms, which are more
 */
export function isWorthThreadsOfTheirOwn(
  nnz: number,
  nRows: number,
  { network, optimizer, linear }: Pick<ResolvedTrainingSettings, "network" | "optimizer" | "linear">,
  nNetworks: number,
): boolean {
  const [units] = network.hiddenUnits;
  const { nEpochs } = planRun(nRows, optimizer);
  const isOneOfMany = nNetworks > 1 || (nNetworks === 1 && linear && units <= NARROW_UNITS);
  return isOneOfMany && nnz * units * nEpochs * nNetworks >= LEAST_PRODUCTS_OF_RUN;
}
