/**
 * The network in use: running statistics in place of the batch's, no dropout.
 *
 * Legend: V terms, H1 … H3 hidden units, C labels.
 */

import { copyRow, type RowSource } from "../features/csr-matrix.js";
import {
  BATCH_NORM_EPSILON,
  type BufferAllocator,
  type FloatArray,
  type MlpKernelFactory,
  type MlpKernels,
  measureBytes,
} from "../kernels/mlp.js";
import { type PackedRows, unpackRow } from "../kernels/packed-rows.js";
import type { NetworkView } from "./attribution.js";
import { adoptWeights, isPacked, type MlpParameters, type MlpShape, type StoredWeights, shapeOf } from "./weights.js";

/**
 * Four dense layers without batch norm. With x the document's row and ⊙ by unit:
 *
 *   h1 = max(0, scale1 ⊙ (x w1 + b1) + shift1);  h2 = max(0, h1 w2 + b2);  h3 = max(0, h2 w3 + b3);
 *   logits = h3 w4 + b4
 *
 * The scale of the first layer stays beside w1, because a scaled copy of w1 would double the largest array in memory.
 */
export interface FoldedMlp<A extends FloatArray = Float32Array> {
  /** `[V, H1]`, the array of the unfolded network itself. */
  readonly w1: A | PackedRows;
  /** `[H1]`, the array of the unfolded network itself. */
  readonly b1: A;
  /** `[H1]` */
  readonly scale1: A;
  /** `[H1]` */
  readonly shift1: A;
  /** `[H1, H2]` */
  readonly w2: A;
  /** `[H2]` */
  readonly b2: A;
  /** `[H2, H3]` */
  readonly w3: A;
  /** `[H3]` */
  readonly b3: A;
  /** `[H3, C]`, the array of the unfolded network itself. */
  readonly w4: A;
  /** `[C]`, the array of the unfolded network itself. */
  readonly b4: A;
}

/** What inference reads: the first layer may be packed. */
export type InferenceParameters<A extends FloatArray = Float32Array> = MlpParameters<A, A | PackedRows>;

/** Factor and summand that batch norm with running statistics comes to for unit h. */
function scaleOf(gamma: FloatArray, runningVar: FloatArray, h: number): number {
  return gamma[h] / Math.sqrt(runningVar[h] + BATCH_NORM_EPSILON);
}

function foldLayer(
  foldedWeight: FloatArray,
  foldedBias: FloatArray,
  weight: FloatArray,
  bias: FloatArray,
  gamma: FloatArray,
  beta: FloatArray,
  runningMean: FloatArray,
  runningVar: FloatArray,
): void {
  const nUnits = bias.length;
  for (let h = 0; h < nUnits; h++) {
    const scale = scaleOf(gamma, runningVar, h);
    foldedBias[h] = (bias[h] - runningMean[h]) * scale + beta[h];
    for (let i = h; i < weight.length; i += nUnits) foldedWeight[i] = weight[i] * scale;
  }
}

/** Makes room for the folded layers of a network; w1, b1, w4 and b4 are shared with it. */
export function allocateFolded<A extends FloatArray>(
  allocator: BufferAllocator<A>,
  weights: InferenceParameters<A>,
  shape: MlpShape,
): FoldedMlp<A> {
  const [h1, h2, h3] = shape.hiddenUnits;
  return {
    w1: weights.w1,
    b1: weights.b1,
    scale1: allocator.allocate(h1),
    shift1: allocator.allocate(h1),
    w2: allocator.allocate(h1 * h2),
    b2: allocator.allocate(h2),
    w3: allocator.allocate(h2 * h3),
    b3: allocator.allocate(h3),
    w4: weights.w4,
    b4: weights.b4,
  };
}

/** Fills the folded layers from the network's present numbers; O(H1 H2 + H2 H3). */
export function foldBatchNorm(folded: FoldedMlp<FloatArray>, weights: InferenceParameters<FloatArray>): void {
  for (let h = 0; h < folded.scale1.length; h++) {
    const scale = scaleOf(weights.gamma1, weights.runningVar1, h);
    folded.scale1[h] = scale;
    folded.shift1[h] = weights.beta1[h] - weights.runningMean1[h] * scale;
  }
  const { w2, b2, gamma2, beta2, runningMean2, runningVar2, w3, b3, gamma3, beta3, runningMean3, runningVar3 } =
    weights;
  foldLayer(folded.w2, folded.b2, w2, b2, gamma2, beta2, runningMean2, runningVar2);
  foldLayer(folded.w3, folded.b3, w3, b3, gamma3, beta3, runningMean3, runningVar3);
}

/** Buffers for one document at a time. */
interface InferenceBuffers<A extends FloatArray> {
  readonly folded: FoldedMlp<A>;
  readonly indptr: Uint32Array;
  /** `[V]`: a row has each column once at most, so no document is too long. */
  readonly columns: Uint32Array;
  readonly values: A;
  readonly hidden1: A;
  readonly hidden2: A;
  readonly hidden3: A;
  readonly logits: A;
  readonly probabilities: A;
}

/** Asks for all memory that inference needs beside the weights; O(V + H1 H2 + H2 H3). */
export function allocateInferenceBuffers<A extends FloatArray>(
  allocator: BufferAllocator<A>,
  weights: InferenceParameters<A>,
  shape: MlpShape,
): InferenceBuffers<A> {
  const [h1, h2, h3] = shape.hiddenUnits;
  return {
    folded: allocateFolded(allocator, weights, shape),
    indptr: allocator.allocateIndices(2),
    columns: allocator.allocateIndices(shape.nTerms),
    values: allocator.allocate(shape.nTerms),
    hidden1: allocator.allocate(h1),
    hidden2: allocator.allocate(h2),
    hidden3: allocator.allocate(h3),
    logits: allocator.allocate(shape.nLabels),
    probabilities: allocator.allocate(shape.nLabels),
  };
}

/** Turns sparse rows into label probabilities, one at a time, without allocating. Not re-entrant. */
export class MlpInference<A extends FloatArray = Float32Array> {
  readonly shape: MlpShape;
  readonly #kernels: MlpKernels<A>;
  readonly #weights: InferenceParameters<A>;
  readonly #buffers: InferenceBuffers<A>;

  /** `weights` must be buffers of `kernels`; they are read, never written. */
  constructor(kernels: MlpKernels<A>, weights: InferenceParameters<A>) {
    this.shape = shapeOf(weights);
    this.#kernels = kernels;
    this.#weights = weights;
    this.#buffers = allocateInferenceBuffers(kernels, weights, this.shape);
    this.refresh();
  }

  /** Makes kernels of the right size, hands them the weights, and returns the network over them. */
  static over(weights: StoredWeights, kernels: MlpKernelFactory): MlpInference {
    const sized = kernels(
      measureBytes((allocator) =>
        allocateInferenceBuffers(allocator, adoptWeights(allocator, weights), shapeOf(weights)),
      ),
    );
    return new MlpInference(sized, adoptWeights(sized, weights));
  }

  /** Call after the weights have changed. */
  refresh(): void {
    foldBatchNorm(this.#buffers.folded, this.#weights);
  }

  /** The network in use as attribution reads it: arrays of this object, which are overwritten with it. */
  view(): NetworkView {
    const { folded } = this.#buffers;
    const { w1 } = folded;
    const [h1] = this.shape.hiddenUnits;
    if (!isPacked(w1)) return { ...folded, termWeights: (column) => w1.subarray(column * h1, (column + 1) * h1) };
    const weights = new Float32Array(h1);
    return {
      ...folded,
      termWeights: (column) => {
        unpackRow(w1, column, weights);
        return weights;
      },
    };
  }

  /**
   * Writes the probabilities of all labels, `[C]`, sum 1, for one sparse row: the first `nnz` of `indices` and `values`.
   * Columns must be distinct and below V; an empty row gets the network's answer to no terms at all.
   */
  scores(indices: Uint32Array, values: FloatArray, nnz: number, out: FloatArray): void {
    const { columns, values: ownValues } = this.#buffers;
    for (let k = 0; k < nnz; k++) {
      columns[k] = indices[k];
      ownValues[k] = values[k];
    }
    this.#run(nnz, out);
  }

  /** {@link scores} for a row of a matrix with V columns. */
  scoreRow(matrix: RowSource, row: number, out: FloatArray): void {
    const { columns, values } = this.#buffers;
    this.#run(copyRow(matrix, row, columns, values, 0), out);
  }

  /** Scores the row that the buffers hold. */
  #run(nnz: number, out: FloatArray): void {
    const { folded, indptr, columns, values, hidden1, hidden2, hidden3, logits, probabilities } = this.#buffers;
    const kernels = this.#kernels;
    const [h1, h2, h3] = this.shape.hiddenUnits;
    const { nTerms, nLabels } = this.shape;
    indptr[1] = nnz;
    const { w1, b1 } = folded;
    if (isPacked(w1)) kernels.packedLinearForward(hidden1, indptr, columns, values, w1, b1, 1, nTerms, h1);
    else kernels.sparseLinearForward(hidden1, indptr, columns, values, w1, b1, 1, 1, nTerms, h1);
    kernels.scaleShiftReluForward(hidden1, hidden1, folded.scale1, folded.shift1, h1);
    kernels.linearForward(hidden2, hidden1, folded.w2, folded.b2, 1, h1, h2);
    kernels.reluForward(hidden2, hidden2, h2);
    kernels.linearForward(hidden3, hidden2, folded.w3, folded.b3, 1, h2, h3);
    kernels.reluForward(hidden3, hidden3, h3);
    kernels.linearForward(logits, hidden3, folded.w4, folded.b4, 1, h3, nLabels);
    kernels.softmaxForward(probabilities, logits, 1, nLabels);
    for (let c = 0; c < nLabels; c++) out[c] = probabilities[c];
  }
}

/** Returns the label probabilities of every row of a matrix, `[nRows, C]`. */
export function predictProbabilities(
  weights: StoredWeights,
  matrix: RowSource,
  kernels: MlpKernelFactory,
): Float32Array {
  const inference = MlpInference.over(weights, kernels);
  const nLabels = inference.shape.nLabels;
  const probabilities = new Float32Array(matrix.nRows * nLabels);
  const row = new Float32Array(nLabels);
  for (let i = 0; i < matrix.nRows; i++) {
    inference.scoreRow(matrix, i, row);
    probabilities.set(row, i * nLabels);
  }
  return probabilities;
}
