import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { TensorFlow } from "./tensorflow.js";

/** The stored values of a batch, in any order; they must outlive the gradient. */
export interface SparseEntries {
  /** `[nnz]` row of the batch. */
  readonly rows: Tensor1D;
  /** `[nnz]` row of the weight. */
  readonly slots: Tensor1D;
  /** `[nnz, 1]` */
  readonly values: Tensor2D;
}

/**
 * out[b] = Σ_k values[k] weightScale weight[slots[k]] over the k with rows[k] = b: gather, scale, sum by segment. The gradient
 * is that of weightScale · weight, as the kernels' `sparseLinearBackward` gives it. The batch is never made dense. scatterND sums what goes to one place, and unlike unsortedSegmentSum every
 * backend has it.
 *
 * @param weight `[nSlots, H]`
 * @returns `[nRows, H]`
 */
export function sparseSums(
  tf: TensorFlow,
  { rows, slots, values }: SparseEntries,
  weight: Tensor,
  weightScale: number,
  nRows: number,
): Tensor2D {
  const [nSlots, nUnits] = weight.shape as [number, number];
  const sum = (from: Tensor, source: Tensor1D, target: Tensor1D, nTargets: number): Tensor =>
    tf.scatterND(tf.expandDims(target, 1), tf.mul(tf.gather(from, source), values), [nTargets, nUnits]);
  const layer = tf.customGrad((given) => ({
    value: tf.mul(sum(given as Tensor, slots, rows, nRows), weightScale),
    gradFunc: (dOut: Tensor) => sum(dOut, rows, slots, nSlots),
  }));
  return layer(weight) as Tensor2D;
}
