/**
 * Networks in use: running statistics in place of the batch's, no dropout. The networks of a model go side by side, layer
 * by layer.
 *
 * Legend: V terms, M networks, H1 … H3 hidden units of each, U units of all first layers, C labels.
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
import { countRows, type PackedRows, unpackRow } from "../kernels/packed-rows.js";
import type { NetworkView } from "./attribution.js";
import { isPacked, type JoinedNetworks, layersOf, type MemberParameters, type MlpShape } from "./weights.js";

/**
 * Four dense layers without batch norm for each network. With x the document's row and ⊙ by unit:
 *
 *   h1 = max(0, scale1 ⊙ (x w1 + b1) + shift1);  h2 = max(0, h1 w2 + b2);  h3 = max(0, h2 w3 + b3);
 *   logits = h3 w4 + b4
 *
 * The scale of the first layer stays beside w1, because a scaled copy of w1 would double the largest array in memory. The
 * arrays of the networks lie one behind the other.
 */
interface FoldedNetworks<A extends FloatArray> {
  /** `[U]` */
  readonly b1: A;
  /** `[U]` */
  readonly scale1: A;
  /** `[U]` */
  readonly shift1: A;
  /** `[Σ H1 H2]` */
  readonly w2: A;
  /** `[Σ H2]` */
  readonly b2: A;
  /** `[Σ H2 H3]` */
  readonly w3: A;
  /** `[Σ H3]` */
  readonly b3: A;
  /** `[Σ H3 C]` */
  readonly w4: A;
  /** `[M C]` */
  readonly b4: A;
}

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

/** Elements of each array of a network. */
function foldedSizes({ hiddenUnits: [h1, h2, h3], nLabels }: Omit<MlpShape, "nTerms">): FoldedSizes {
  return {
    b1: h1,
    scale1: h1,
    shift1: h1,
    w2: h1 * h2,
    b2: h2,
    w3: h2 * h3,
    b3: h3,
    w4: h3 * nLabels,
    b4: nLabels,
  };
}

type FoldedSizes = Readonly<Record<keyof FoldedNetworks<FloatArray>, number>>;

/** Makes an array for each of the folded ones by calling `make(name)`. */
function makeFolded<A extends FloatArray>(make: (name: keyof FoldedSizes) => A): FoldedNetworks<A> {
  return {
    b1: make("b1"),
    scale1: make("scale1"),
    shift1: make("shift1"),
    w2: make("w2"),
    b2: make("b2"),
    w3: make("w3"),
    b3: make("b3"),
    w4: make("w4"),
    b4: make("b4"),
  };
}

/** Makes room for the folded layers of networks of these sizes. */
function allocateFolded<A extends FloatArray>(
  allocator: BufferAllocator<A>,
  sizes: readonly FoldedSizes[],
): FoldedNetworks<A> {
  return makeFolded((name) => allocator.allocate(sizes.reduce((sum, size) => sum + size[name], 0)));
}

/** The arrays of each network within those of all. */
function viewMembers<A extends FloatArray>(
  folded: FoldedNetworks<A>,
  sizes: readonly FoldedSizes[],
): readonly FoldedNetworks<A>[] {
  const places: Record<keyof FoldedSizes, number> = { ...sizes[0]! };
  for (const name of Object.keys(places) as (keyof FoldedSizes)[]) places[name] = 0;
  return sizes.map((size) =>
    makeFolded((name) => {
      const start = places[name];
      places[name] += size[name];
      return folded[name].subarray(start, places[name]) as A;
    }),
  );
}

/** Fills the folded layers from the network's present numbers; O(H1 H2 + H2 H3 + H3 C). */
function foldBatchNorm(folded: FoldedNetworks<FloatArray>, weights: MemberParameters<FloatArray>): void {
  folded.b1.set(weights.b1);
  for (let h = 0; h < folded.scale1.length; h++) {
    const scale = scaleOf(weights.gamma1, weights.runningVar1, h);
    folded.scale1[h] = scale;
    folded.shift1[h] = weights.beta1[h] - weights.runningMean1[h] * scale;
  }
  const { w2, b2, gamma2, beta2, runningMean2, runningVar2, w3, b3, gamma3, beta3, runningMean3, runningVar3 } =
    weights;
  foldLayer(folded.w2, folded.b2, w2, b2, gamma2, beta2, runningMean2, runningVar2);
  foldLayer(folded.w3, folded.b3, w3, b3, gamma3, beta3, runningMean3, runningVar3);
  folded.w4.set(weights.w4);
  folded.b4.set(weights.b4);
}

/** Buffers for one document at a time. */
interface InferenceBuffers<A extends FloatArray> {
  readonly folded: FoldedNetworks<A>;
  /** `[M]` units of each layer and network. */
  readonly widths1: Uint32Array;
  readonly widths2: Uint32Array;
  readonly widths3: Uint32Array;
  /** `[M]` labels. */
  readonly widths4: Uint32Array;
  readonly indptr: Uint32Array;
  /** `[V]`: a row has each column once at most, so no document is too long. */
  readonly columns: Uint32Array;
  readonly values: A;
  /** `[U]` */
  readonly hidden1: A;
  /** `[Σ H2]` */
  readonly hidden2: A;
  /** `[Σ H3]` */
  readonly hidden3: A;
  /** `[M, C]` */
  readonly logits: A;
  /** `[M, C]` */
  readonly probabilities: A;
}

/** Asks for all memory that inference needs beside the first layers; O(V + H1 H2 + H2 H3). */
export function allocateInferenceBuffers<A extends FloatArray>(
  allocator: BufferAllocator<A>,
  shapes: readonly MlpShape[],
): InferenceBuffers<A> {
  const { nTerms } = shapes[0]!;
  const folded = allocateFolded(allocator, shapes.map(foldedSizes));
  const allocateUnits = (layer: 0 | 1 | 2): A =>
    allocator.allocate(shapes.reduce((sum, { hiddenUnits }) => sum + hiddenUnits[layer], 0));
  const allocateLogits = (): A => allocator.allocate(shapes.reduce((sum, { nLabels }) => sum + nLabels, 0));
  return {
    folded,
    widths1: allocator.allocateIndices(shapes.length),
    widths2: allocator.allocateIndices(shapes.length),
    widths3: allocator.allocateIndices(shapes.length),
    widths4: allocator.allocateIndices(shapes.length),
    indptr: allocator.allocateIndices(2),
    columns: allocator.allocateIndices(nTerms),
    values: allocator.allocate(nTerms),
    hidden1: allocateUnits(0),
    hidden2: allocateUnits(1),
    hidden3: allocateUnits(2),
    logits: allocateLogits(),
    probabilities: allocateLogits(),
  };
}

/** The sizes that the arrays tell, of each network. */
function shapesOf<A extends FloatArray>({ w1, members }: JoinedNetworks<A>): readonly MlpShape[] {
  const layers = members.map(layersOf);
  const nUnits = layers.reduce((sum, { hiddenUnits: [h1] }) => sum + h1, 0);
  const nTerms = isPacked(w1) ? countRows(w1) : w1.length / nUnits;
  return layers.map((sizes) => ({ nTerms, ...sizes }));
}

/**
 * Turns sparse rows into label probabilities, the mean of all networks' by their votes, one row at a time, without allocating.
 * Not re-entrant.
 */
export class MlpInference<A extends FloatArray = Float32Array> {
  readonly nTerms: number;
  readonly nLabels: number;
  readonly #kernels: MlpKernels<A>;
  readonly #networks: JoinedNetworks<A>;
  readonly #shapes: readonly MlpShape[];
  readonly #nVotes: number;
  readonly #buffers: InferenceBuffers<A>;
  /** By network: its arrays in the buffers. */
  readonly #folded: readonly FoldedNetworks<A>[];

  /** The first layers must be buffers of `kernels`; the networks are read, never written. */
  constructor(kernels: MlpKernels<A>, networks: JoinedNetworks<A>) {
    const shapes = shapesOf(networks);
    const buffers = allocateInferenceBuffers(kernels, shapes);
    this.nTerms = shapes[0]!.nTerms;
    this.nLabels = shapes[0]!.nLabels;
    this.#kernels = kernels;
    this.#networks = networks;
    this.#shapes = shapes;
    this.#nVotes = networks.votes.reduce((sum, votes) => sum + votes, 0);
    this.#buffers = buffers;
    this.#folded = viewMembers(buffers.folded, shapes.map(foldedSizes));
    for (const [m, { hiddenUnits, nLabels }] of shapes.entries()) {
      [buffers.widths1[m], buffers.widths2[m], buffers.widths3[m]] = hiddenUnits;
      buffers.widths4[m] = nLabels;
    }
    this.refresh();
  }

  /** Makes kernels of the right size, hands them the first layers, and returns the networks over them. */
  static over(networks: JoinedNetworks, kernels: MlpKernelFactory): MlpInference {
    const { w1, ...rest } = networks;
    const adopt = (allocator: BufferAllocator): Float32Array | PackedRows =>
      isPacked(w1) ? allocator.adoptPacked(w1) : allocator.adopt(w1);
    const sized = kernels(
      measureBytes((allocator) => {
        adopt(allocator);
        allocateInferenceBuffers(allocator, shapesOf(networks));
      }),
    );
    return new MlpInference(sized, { w1: adopt(sized), ...rest });
  }

  /** Call after the weights have changed. */
  refresh(): void {
    for (const [m, folded] of this.#folded.entries()) foldBatchNorm(folded, this.#networks.members[m]!);
  }

  /** The networks in use as attribution reads them: arrays of this object, which are overwritten with it. */
  view(): readonly NetworkView[] {
    const { w1 } = this.#networks;
    const { hidden1 } = this.#buffers;
    const nUnits = hidden1.length;
    const row = new Float32Array(nUnits);
    let place = 0;
    return this.#folded.map((folded, m) => {
      const start = place;
      place += folded.b1.length;
      const end = place;
      return {
        ...folded,
        votes: this.#networks.votes[m]!,
        termWeights: (column) => {
          if (!isPacked(w1)) return w1.subarray(column * nUnits + start, column * nUnits + end);
          unpackRow(w1, column, row);
          return row.subarray(start, end);
        },
      };
    });
  }

  /**
   * Writes the probabilities of all labels, `[C]`, sum 1, for one sparse row: the first `nnz` of `indices` and `values`.
   * Columns must be distinct and below V; an empty row gets the networks' answer to no terms at all.
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
    const { folded, widths1, widths2, widths3, widths4, indptr, columns, values } = this.#buffers;
    const { hidden1, hidden2, hidden3, logits, probabilities } = this.#buffers;
    const { nTerms, nLabels } = this;
    const kernels = this.#kernels;
    const { w1, votes } = this.#networks;
    const { b1 } = folded;
    const nUnits = hidden1.length;
    indptr[1] = nnz;
    if (isPacked(w1)) kernels.packedLinearForward(hidden1, indptr, columns, values, w1, b1, 1, nTerms, nUnits);
    else kernels.sparseLinearForward(hidden1, indptr, columns, values, w1, b1, 1, 1, nTerms, nUnits);
    kernels.scaleShiftReluForward(hidden1, hidden1, folded.scale1, folded.shift1, nUnits);
    kernels.linearForwardEach(hidden2, hidden1, folded.w2, folded.b2, widths1, widths2);
    kernels.reluForward(hidden2, hidden2, hidden2.length);
    kernels.linearForwardEach(hidden3, hidden2, folded.w3, folded.b3, widths2, widths3);
    kernels.reluForward(hidden3, hidden3, hidden3.length);
    kernels.linearForwardEach(logits, hidden3, folded.w4, folded.b4, widths3, widths4);
    const nNetworks = this.#shapes.length;
    kernels.softmaxForward(probabilities, logits, nNetworks, nLabels);
    if (nNetworks === 1) {
      for (let c = 0; c < nLabels; c++) out[c] = probabilities[c];
      return;
    }
    for (let c = 0; c < nLabels; c++) out[c] = votes[0]! * probabilities[c];
    for (let m = 1; m < nNetworks; m++) {
      for (let c = 0; c < nLabels; c++) out[c] += votes[m]! * probabilities[m * nLabels + c];
    }
    for (let c = 0; c < nLabels; c++) out[c] /= this.#nVotes;
  }
}
