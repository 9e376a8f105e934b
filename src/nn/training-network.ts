/**
 * The network in training: buffers, forward and backward pass, and the optimizer's step.
 *
 *   three times: linear → batch norm → ReLU → dropout;  then linear → softmax
 *
 * Legend: B rows of the batch, V terms, H1 … H3 hidden units, C labels. Only w1 and its two moments grow with V (and
 * two numbers per term); everything else is sized by the batch.
 */

import type { CsrMatrix } from "../features/csr-matrix.js";
import type { BufferAllocator, FloatArray, MlpKernels } from "../kernels/mlp.js";
import { ADAM_BETA1, ADAM_BETA2 } from "../kernels/mlp.js";
import { type BatchCapacity, SparseBatch } from "./sparse-batch.js";
import { copyParameters, type MlpParameters, type MlpShape, makeParameters } from "./weights.js";

/**
 * Below this all of w1 is multiplied by its factor, which starts anew from 1. Floating-point numbers are as precise at any
 * scale, but float32 ends at 3e38.
 */
const SMALLEST_WEIGHT_SCALE = 1e-6;

/** Slots whose gradients are made and used at a time: 16 KB at 128 units, half of a core's first-level cache. */
export const GRADIENT_BLOCK_SLOTS = 32;

/** A parameter that every step changes, with what Adam needs. */
interface DenseParameter<A extends FloatArray> {
  readonly value: A;
  readonly gradient: A;
  readonly moment1: A;
  readonly moment2: A;
  /** Weight decay applies to matrices only: biases, gamma and beta do not make the function steeper. */
  readonly isDecayed: boolean;
}

/** One hidden layer: parameters and gradients by reference, activations of the batch. */
interface HiddenLayer<A extends FloatArray> {
  readonly nInputs: number;
  readonly nUnits: number;
  readonly weight: A;
  readonly bias: A;
  readonly gamma: A;
  readonly beta: A;
  readonly runningMean: A;
  readonly runningVar: A;
  readonly dWeight: A;
  readonly dBias: A;
  readonly dGamma: A;
  readonly dBeta: A;
  /** `[B, H]` before batch norm. */
  readonly sums: A;
  /** `[H]` of the batch. */
  readonly mean: A;
  /** `[H]` 1 / √(variance + ε) of the batch. */
  readonly scale: A;
  /** `[B, H]` after batch norm. */
  readonly normalized: A;
  /** `[B, H]` 0 or 1 / (1 - dropout). */
  readonly mask: A;
  /** `[B, H]` after ReLU and dropout. */
  readonly hidden: A;
  /** `[B, H]` gradient of `hidden`, then of each step before it down to `sums`. */
  readonly dHidden: A;
}

/** What the constructor allocates; `measureBytes` runs the same plan. */
interface TrainingBuffers<A extends FloatArray> {
  readonly parameters: MlpParameters<A>;
  /** Gradients by the parameter's name; that of w1 has a row per slot of a block. */
  readonly gradients: TrainableArrays<A>;
  readonly moment1: TrainableArrays<A>;
  readonly moment2: TrainableArrays<A>;
  readonly batch: SparseBatch<A>;
  readonly hidden: readonly [ActivationBuffers<A>, ActivationBuffers<A>, ActivationBuffers<A>];
  /** `[B, C]` */
  readonly logits: A;
  readonly probabilities: A;
  readonly dLogits: A;
  /** `[C]` */
  readonly labelWeights: A;
}

/** The parameters that have a gradient. */
export type TrainableArrays<A extends FloatArray> = Pick<MlpParameters<A>, TrainableName>;
export type TrainableName = (typeof TRAINABLE_NAMES)[number];
type ActivationBuffers<A extends FloatArray> = Pick<
  HiddenLayer<A>,
  "sums" | "mean" | "scale" | "normalized" | "mask" | "hidden" | "dHidden"
>;

export const TRAINABLE_NAMES = [
  "w1",
  "b1",
  "gamma1",
  "beta1",
  "w2",
  "b2",
  "gamma2",
  "beta2",
  "w3",
  "b3",
  "gamma3",
  "beta3",
  "w4",
  "b4",
] as const;

function pickTrainable<A extends FloatArray>(make: (name: TrainableName) => A): TrainableArrays<A> {
  return Object.fromEntries(TRAINABLE_NAMES.map((name) => [name, make(name)])) as unknown as TrainableArrays<A>;
}

/** Asks for all memory of a training run at once; O(V · H1 + B · (H1 + H2 + H3 + C) + nnz of a batch). */
export function allocateTrainingBuffers<A extends FloatArray>(
  allocator: BufferAllocator<A>,
  shape: MlpShape,
  capacity: BatchCapacity,
): TrainingBuffers<A> {
  const sizes = new Map<string, number>();
  const parameters = makeParameters(shape, (n, name) => {
    sizes.set(name, n);
    return allocator.allocate(n);
  });
  const sizeOf = (name: TrainableName) => sizes.get(name) as number;
  const activations = (nUnits: number): ActivationBuffers<A> => ({
    sums: allocator.allocate(capacity.nRows * nUnits),
    mean: allocator.allocate(nUnits),
    scale: allocator.allocate(nUnits),
    normalized: allocator.allocate(capacity.nRows * nUnits),
    mask: allocator.allocate(capacity.nRows * nUnits),
    hidden: allocator.allocate(capacity.nRows * nUnits),
    dHidden: allocator.allocate(capacity.nRows * nUnits),
  });
  const [h1, h2, h3] = shape.hiddenUnits;
  return {
    parameters,
    gradients: pickTrainable((name) =>
      allocator.allocate(name === "w1" ? Math.min(capacity.nSlots, GRADIENT_BLOCK_SLOTS) * h1 : sizeOf(name)),
    ),
    moment1: pickTrainable((name) => allocator.allocate(sizeOf(name))),
    moment2: pickTrainable((name) => allocator.allocate(sizeOf(name))),
    batch: new SparseBatch(allocator, capacity, shape.nTerms),
    hidden: [activations(h1), activations(h2), activations(h3)],
    logits: allocator.allocate(capacity.nRows * shape.nLabels),
    probabilities: allocator.allocate(capacity.nRows * shape.nLabels),
    dLogits: allocator.allocate(capacity.nRows * shape.nLabels),
    labelWeights: allocator.allocate(shape.nLabels),
  };
}

/** What stays the same through a run. */
export interface TrainingNetworkOptions {
  /** `[C]` */
  readonly labelWeights: ArrayLike<number>;
  readonly labelSmoothing: number;
  /** Without dropout the masks are not read. */
  readonly dropout: number;
}

/**
 * Runs steps on one batch at a time: `gather`, `drawMasks`, `forward`, `backward`, `update`.
 *
 * Rows of w1 that a batch does not touch still decay: w1 is stored divided by one factor, Π (1 - rate · weightDecay) over
 * the steps, which {@link settle} multiplies in. So each row is up to date at any time, and a step reads and writes only
 * the rows of its batch. Moments of other rows do not move (lazy Adam, as in PyTorch SparseAdam).
 * @see Bottou 2012, "Stochastic gradient descent tricks", section 5.1, for the factor
 */
export class TrainingNetwork<A extends FloatArray = Float32Array> {
  readonly batch: SparseBatch<A>;
  /** The live parameters; w1 is without its factor until {@link settle}. */
  readonly parameters: MlpParameters<A>;
  /** Gradients of the last {@link backward}, that of w1 of the last {@link sparseGradient}. */
  readonly gradients: TrainableArrays<A>;
  /** `[B, H]` each: dropout masks of the three hidden layers. */
  readonly masks: readonly [A, A, A];
  /** `[B, C]` of the last {@link forward}. */
  readonly logits: A;

  readonly #kernels: MlpKernels<A>;
  readonly #shape: MlpShape;
  readonly #options: TrainingNetworkOptions;
  readonly #buffers: TrainingBuffers<A>;
  readonly #hidden: readonly [HiddenLayer<A>, HiddenLayer<A>, HiddenLayer<A>];
  readonly #dense: readonly DenseParameter<A>[];

  /** Steps taken. */
  #nSteps = 0;
  #beta1Power = 1;
  #beta2Power = 1;
  /** The factor that w1 is stored without. */
  #weightScale = 1;

  /** Starts from a copy of `weights`. */
  constructor(
    kernels: MlpKernels<A>,
    shape: MlpShape,
    capacity: BatchCapacity,
    weights: MlpParameters<FloatArray>,
    options: TrainingNetworkOptions,
  ) {
    const buffers = allocateTrainingBuffers(kernels, shape, capacity);
    const { parameters: p, gradients: g, hidden } = buffers;
    copyParameters(p, weights);
    buffers.labelWeights.set(options.labelWeights);
    const [h1, h2, h3] = shape.hiddenUnits;
    this.#kernels = kernels;
    this.#shape = shape;
    this.#options = options;
    this.#buffers = buffers;
    this.batch = buffers.batch;
    this.parameters = p;
    this.gradients = g;
    this.masks = [hidden[0].mask, hidden[1].mask, hidden[2].mask];
    this.logits = buffers.logits;
    this.#hidden = [
      {
        ...hidden[0],
        nInputs: shape.nTerms,
        nUnits: h1,
        weight: p.w1,
        bias: p.b1,
        gamma: p.gamma1,
        beta: p.beta1,
        runningMean: p.runningMean1,
        runningVar: p.runningVar1,
        dWeight: g.w1,
        dBias: g.b1,
        dGamma: g.gamma1,
        dBeta: g.beta1,
      },
      {
        ...hidden[1],
        nInputs: h1,
        nUnits: h2,
        weight: p.w2,
        bias: p.b2,
        gamma: p.gamma2,
        beta: p.beta2,
        runningMean: p.runningMean2,
        runningVar: p.runningVar2,
        dWeight: g.w2,
        dBias: g.b2,
        dGamma: g.gamma2,
        dBeta: g.beta2,
      },
      {
        ...hidden[2],
        nInputs: h2,
        nUnits: h3,
        weight: p.w3,
        bias: p.b3,
        gamma: p.gamma3,
        beta: p.beta3,
        runningMean: p.runningMean3,
        runningVar: p.runningVar3,
        dWeight: g.w3,
        dBias: g.b3,
        dGamma: g.gamma3,
        dBeta: g.beta3,
      },
    ];
    this.#dense = TRAINABLE_NAMES.filter((name) => name !== "w1").map((name) => ({
      value: p[name],
      gradient: g[name],
      moment1: buffers.moment1[name],
      moment2: buffers.moment2[name],
      isDecayed: name.startsWith("w"),
    }));
  }

  /** Fills the batch with the rows order[begin … end - 1] of a matrix; see {@link SparseBatch.gather}. */
  gather(
    matrix: CsrMatrix,
    labels: ArrayLike<number>,
    order: Uint32Array,
    begin: number,
    end: number,
    dropout: number,
    seed: number,
    step: number,
  ): void {
    this.batch.gather(this.#kernels, matrix, labels, order, begin, end, dropout, seed, step);
  }

  /** Draws the dropout masks of a step (1-based, over the whole run) for the rows of the batch. */
  drawMasks(seed: number, step: number): void {
    const { dropout } = this.#options;
    if (dropout === 0) return;
    for (let l = 0; l < 3; l++) {
      this.#kernels.dropoutMask(this.masks[l], dropout, seed, step, l + 1, this.batch.nRows, this.#hidden[l].nUnits);
    }
  }

  /** Returns the loss of the batch; also moves the running statistics. */
  forward(): number {
    const { batch, logits, probabilities, labelWeights } = this.#buffers;
    const kernels = this.#kernels;
    const [layer1, layer2, layer3] = this.#hidden;
    const nRows = batch.nRows;

    kernels.sparseLinearForward(
      layer1.sums,
      batch.indptr,
      batch.columns,
      batch.values,
      layer1.weight,
      layer1.bias,
      this.#weightScale,
      nRows,
      this.#shape.nTerms,
      layer1.nUnits,
    );
    this.#activate(layer1);
    this.#linear(layer2, layer1.hidden);
    this.#activate(layer2);
    this.#linear(layer3, layer2.hidden);
    this.#activate(layer3);
    const { w4, b4 } = this.parameters;
    kernels.linearForward(logits, layer3.hidden, w4, b4, nRows, layer3.nUnits, this.#shape.nLabels);
    return kernels.softmaxCrossEntropyForward(
      probabilities,
      logits,
      batch.labels,
      labelWeights,
      this.#options.labelSmoothing,
      nRows,
      this.#shape.nLabels,
    );
  }

  #linear(layer: HiddenLayer<A>, input: A): void {
    const { sums, weight, bias, nInputs, nUnits } = layer;
    this.#kernels.linearForward(sums, input, weight, bias, this.batch.nRows, nInputs, nUnits);
  }

  #activate(layer: HiddenLayer<A>): void {
    const { normalized, mean, scale, runningMean, runningVar, sums, gamma, beta, hidden, mask, nUnits } = layer;
    const nRows = this.batch.nRows;
    const kernels = this.#kernels;
    kernels.batchNormForward(normalized, mean, scale, runningMean, runningVar, sums, gamma, beta, nRows, nUnits);
    kernels.reluForward(hidden, normalized, nRows * nUnits);
    if (this.#options.dropout > 0) kernels.dropoutForward(hidden, hidden, mask, nRows * nUnits);
  }

  /** Fills the gradients of the loss that the last {@link forward} returned, but for w1: see {@link sparseGradient}. */
  backward(): void {
    const { batch, probabilities, dLogits, labelWeights } = this.#buffers;
    const kernels = this.#kernels;
    const [layer1, layer2, layer3] = this.#hidden;
    const nRows = batch.nRows;
    const nLabels = this.#shape.nLabels;
    const smoothing = this.#options.labelSmoothing;

    kernels.softmaxCrossEntropyBackward(dLogits, probabilities, batch.labels, labelWeights, smoothing, nRows, nLabels);
    const { w4 } = this.parameters;
    const { w4: dW4, b4: dB4 } = this.gradients;
    kernels.linearBackward(layer3.dHidden, dW4, dB4, dLogits, layer3.hidden, w4, nRows, layer3.nUnits, nLabels);
    this.#activateBackward(layer3);
    this.#linearBackward(layer3, layer2);
    this.#activateBackward(layer2);
    this.#linearBackward(layer2, layer1);
    this.#activateBackward(layer1);
    kernels.sumRows(layer1.dBias, layer1.dHidden, nRows, layer1.nUnits);
  }

  /** Fills the gradients of w1 for the slots beginSlot … endSlot - 1 of the batch, a row each; at most a block. */
  sparseGradient(beginSlot: number, endSlot: number): void {
    const { batch } = this;
    const { dWeight, dHidden, nUnits } = this.#hidden[0];
    this.#kernels.sparseLinearBackward(
      dWeight,
      dHidden,
      batch.slotIndptr,
      batch.slotRows,
      batch.slotValues,
      beginSlot,
      endSlot,
      batch.nRows,
      nUnits,
    );
  }

  #linearBackward(layer: HiddenLayer<A>, previous: HiddenLayer<A>): void {
    const { dWeight, dBias, dHidden, weight, nInputs, nUnits } = layer;
    const nRows = this.batch.nRows;
    this.#kernels.linearBackward(
      previous.dHidden,
      dWeight,
      dBias,
      dHidden,
      previous.hidden,
      weight,
      nRows,
      nInputs,
      nUnits,
    );
  }

  #activateBackward(layer: HiddenLayer<A>): void {
    const { dHidden, dGamma, dBeta, mask, normalized, sums, mean, scale, gamma, nUnits } = layer;
    const nRows = this.batch.nRows;
    const kernels = this.#kernels;
    if (this.#options.dropout > 0) kernels.dropoutBackward(dHidden, dHidden, mask, nRows * nUnits);
    kernels.reluBackward(dHidden, dHidden, normalized, nRows * nUnits);
    kernels.batchNormBackward(dHidden, dGamma, dBeta, dHidden, sums, mean, scale, gamma, nRows, nUnits);
  }

  /** Takes one step of Adam along the gradients; learningRate · weightDecay must be below 1, epsilon above 0. */
  update(learningRate: number, weightDecay: number, epsilon: number): void {
    const { batch, parameters, gradients, moment1, moment2 } = this.#buffers;
    this.#nSteps++;
    this.#beta1Power *= ADAM_BETA1;
    this.#beta2Power *= ADAM_BETA2;
    const correction1 = 1 - this.#beta1Power;
    const correction2 = 1 - this.#beta2Power;
    const decay = learningRate * weightDecay;
    for (const { value, gradient, moment1: m, moment2: v, isDecayed } of this.#dense) {
      const ownDecay = isDecayed ? decay : 0;
      this.#kernels.adamUpdate(
        value,
        m,
        v,
        gradient,
        learningRate,
        ownDecay,
        correction1,
        correction2,
        epsilon,
        value.length,
      );
    }
    this.#weightScale *= 1 - decay;
    // A step on w1 is one of rate / scale on what is stored.
    const rate = learningRate / this.#weightScale;
    for (let slot = 0; slot < batch.nSlots; slot += GRADIENT_BLOCK_SLOTS) {
      const end = Math.min(slot + GRADIENT_BLOCK_SLOTS, batch.nSlots);
      this.sparseGradient(slot, end);
      this.#kernels.adamUpdateRows(
        parameters.w1,
        moment1.w1,
        moment2.w1,
        gradients.w1,
        batch.terms,
        rate,
        correction1,
        correction2,
        epsilon,
        slot,
        end,
        this.#shape.nTerms,
        this.#shape.hiddenUnits[0],
      );
    }
    if (this.#weightScale < SMALLEST_WEIGHT_SCALE) this.settle();
  }

  get nSteps(): number {
    return this.#nSteps;
  }

  /** Multiplies w1 by its factor; O(V · H1). */
  settle(): void {
    if (this.#weightScale === 1) return;
    const { w1 } = this.parameters;
    this.#kernels.scale(w1, this.#weightScale, w1.length);
    this.#weightScale = 1;
  }
}
