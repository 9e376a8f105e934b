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
  type PackedBuffer,
  type ScoringBuffers,
} from "../kernels/mlp.js";
import { countRows } from "../kernels/packed-rows.js";
import type { NetworkView } from "./attribution.js";
import { type Calibration, noCalibration } from "./calibration.js";
import { isPacked, type JoinedNetworks, layersOf, type MemberParameters, type MlpShape } from "./weights.js";

/**
 * What becomes of each network's parameters: four dense layers without batch norm, see `MlpKernels.bindScoring`.
 *
 * The scale of the first layer stays beside w1, because a scaled copy of w1 would double the largest array in memory.
 */
type FoldedNetworks<A extends FloatArray> = Pick<
  ScoringBuffers<A>,
  "b1" | "scale1" | "shift1" | "w2" | "b2" | "w3" | "b3" | "w4" | "b4"
>;

/** Buffers for one document at a time. */
type InferenceBuffers<A extends FloatArray> = Omit<ScoringBuffers<A>, "w1">;

/** {@link JoinedNetworks} whose first layers are a buffer of kernels. */
type NetworksInUse<A extends FloatArray> = Omit<JoinedNetworks<A>, "w1"> & { readonly w1: A | PackedBuffer };

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

/** Asks for all memory that inference needs beside the first layers; O(V + H1 H2 + H2 H3). */
export function allocateInferenceBuffers<A extends FloatArray>(
  allocator: BufferAllocator<A>,
  shapes: readonly MlpShape[],
): InferenceBuffers<A> {
  const { nTerms, nLabels } = shapes[0]!;
  const folded = allocateFolded(allocator, shapes.map(foldedSizes));
  const allocateUnits = (layer: 0 | 1 | 2): A =>
    allocator.allocate(shapes.reduce((sum, { hiddenUnits }) => sum + hiddenUnits[layer], 0));
  return {
    ...folded,
    widths: allocator.allocateIndices(3 * shapes.length),
    votes: allocator.allocateIndices(shapes.length),
    calibration: allocator.allocateDoubles(2 + nLabels),
    powers: allocator.allocateDoubles(nLabels + (nLabels % 2)),
    columns: allocator.allocateIndices(nTerms),
    values: allocator.allocate(nTerms),
    hidden1: allocateUnits(0),
    hidden2: allocateUnits(1),
    hidden3: allocateUnits(2),
    logits: allocator.allocate(shapes.length * nLabels),
    scores: allocator.allocate(nLabels),
  };
}

/** The sizes that the arrays tell, of each network. */
function shapesOf<A extends FloatArray>({ w1, members }: NetworksInUse<A>): readonly MlpShape[] {
  const layers = members.map(layersOf);
  const nUnits = layers.reduce((sum, { hiddenUnits: [h1] }) => sum + h1, 0);
  const nTerms = "unpackRow" in w1 ? w1.nRows : w1.length / nUnits;
  return layers.map((sizes) => ({ nTerms, ...sizes }));
}

/**
 * Turns sparse rows into label probabilities, the softmax of the mean of all networks' logits by their votes, calibrated, one row at
 * a time, without allocating. Of several networks that is the normalized geometric mean of their probabilities; their mean itself
 * would be surer of later articles than it may be (docs/accuracy.md). Not re-entrant.
 * @see Hinton 2002, "Training Products of Experts by Minimizing Contrastive Divergence", section 1
 */
export class MlpInference<A extends FloatArray = Float32Array> {
  readonly nTerms: number;
  readonly nLabels: number;
  readonly #networks: NetworksInUse<A>;
  readonly #buffers: InferenceBuffers<A>;
  /** By network: its arrays in the buffers. */
  readonly #folded: readonly FoldedNetworks<A>[];
  /** Scores the row that the buffers hold. */
  readonly #score: (nnz: number) => void;

  /** The first layers must be buffers of `kernels`; the networks are read, never written. */
  constructor(kernels: MlpKernels<A>, networks: NetworksInUse<A>, calibration?: Calibration) {
    const shapes = shapesOf(networks);
    const buffers = allocateInferenceBuffers(kernels, shapes);
    const { nTerms, nLabels } = shapes[0]!;
    this.nTerms = nTerms;
    this.nLabels = nLabels;
    this.#networks = networks;
    this.#buffers = buffers;
    this.#folded = viewMembers(buffers, shapes.map(foldedSizes));
    buffers.widths.set([0, 1, 2].flatMap((layer) => shapes.map(({ hiddenUnits }) => hiddenUnits[layer]!)));
    buffers.votes.set(networks.votes);
    const { temperature, flattenedShare, labelBias } = calibration ?? noCalibration(nLabels);
    buffers.calibration.set([temperature, flattenedShare, ...labelBias]);
    this.refresh();
    this.#score = kernels.bindScoring({ ...buffers, w1: networks.w1 });
  }

  /** Makes kernels of the right size, hands them the first layers, and returns the networks over them. */
  static over({ w1, ...rest }: JoinedNetworks, kernels: MlpKernelFactory, calibration?: Calibration): MlpInference {
    const adopt = (allocator: BufferAllocator): Float32Array | PackedBuffer =>
      isPacked(w1) ? allocator.adoptPacked(w1) : allocator.adopt(w1);
    const nTerms = isPacked(w1) ? countRows(w1) : w1.length / rest.members.reduce((sum, { b1 }) => sum + b1.length, 0);
    const sized = kernels(
      measureBytes((allocator) => {
        adopt(allocator);
        allocateInferenceBuffers(
          allocator,
          rest.members.map((member) => ({ nTerms, ...layersOf(member) })),
        );
      }),
    );
    return new MlpInference(sized, { w1: adopt(sized), ...rest }, calibration);
  }

  /** Call after the weights have changed. */
  refresh(): void {
    for (const [m, folded] of this.#folded.entries()) foldBatchNorm(folded, this.#networks.members[m]!);
  }

  /** The networks in use as attribution reads them: arrays of this object, which are overwritten with it. */
  view(): readonly NetworkView[] {
    const { w1 } = this.#networks;
    const nUnits = this.#buffers.b1.length;
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
          if (!("unpackRow" in w1)) return w1.subarray(column * nUnits + start, column * nUnits + end);
          w1.unpackRow(column, row);
          return row.subarray(start, end);
        },
      };
    });
  }

  /**
   * Writes the scores of all labels, `[C]`, sum 1, for one sparse row: the first `nnz` of `indices` and `values`.
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

  #run(nnz: number, out: FloatArray): void {
    this.#score(nnz);
    const { scores } = this.#buffers;
    for (let c = 0; c < scores.length; c++) out[c] = scores[c];
  }
}
