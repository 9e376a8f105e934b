/**
 * The network in training: buffers, forward and backward pass, and the optimizer's step.
 *
 *   three times: linear → batch norm → ReLU → dropout;  then linear → softmax
 *
 * Legend: B rows of the batch, V terms, H1 … H3 hidden units, C labels. Only w1 and its two moments grow with V (and
 * two numbers per term); everything else is sized by the batch.
 */

import type { RowSource } from "../features/csr-matrix.js";
import type { BufferAllocator, FloatArray, MlpKernels } from "../kernels/mlp.js";
import { ADAM_BETA1, ADAM_BETA2 } from "../kernels/mlp.js";
import {
  createOptimizer,
  type DenseParameter,
  isDecoupled,
  type Optimizer,
  type OptimizerRule,
  type OptimizerStep,
  type RowParameter,
} from "./optimizer.js";
import { type BatchCapacity, SparseBatch } from "./sparse-batch.js";
import { StepBoard } from "./step-board.js";
import type { TaughtRows, Teacher } from "./teacher.js";
import {
  copyParameters,
  hiddenLayersOf,
  initializeWeights,
  type LayerParameters,
  type MlpParameters,
  type MlpShape,
  makeParameters,
} from "./weights.js";

/**
 * Below this all of w1 is multiplied by its factor, which starts anew from 1. Floating-point numbers are as precise at any
 * scale, but float32 ends at 3e38.
 */
const SMALLEST_WEIGHT_SCALE = 1e-6;

/** Gradients that are made and used at a time: 16 KB, a third of a core's first-level cache. */
const GRADIENT_BLOCK_NUMBERS = 4096;

/** Slots whose gradients are made and used at a time. */
function slotsPerBlock({ hiddenUnits }: MlpShape): number {
  return Math.max(1, Math.floor(GRADIENT_BLOCK_NUMBERS / hiddenUnits[0]));
}

/** Rows of a piece of the first layer's forward pass that several threads share. */
const ROWS_PER_PIECE = 16;

/** One hidden layer: parameters and gradients by reference, activations of the batch. */
interface HiddenLayer<A extends FloatArray> extends LayerParameters<A> {
  readonly nInputs: number;
  readonly nUnits: number;
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
  /** `[B, H]` after ReLU and dropout. */
  readonly hidden: A;
  /** `[B, H]` gradient of `hidden`, then of each step before it down to `sums`. */
  readonly dHidden: A;
}

/** What the constructor allocates; `measureBytes` runs the same plan. */
interface TrainingBuffers<A extends FloatArray> {
  readonly parameters: MlpParameters<A>;
  /** Gradients by the parameter's name; that of w1 has a row per slot of a block and is the calling thread's. */
  readonly gradients: TrainableArrays<A>;
  /** By thread: what `gradients.w1` is to it. */
  readonly blocks: readonly A[];
  readonly moment1: TrainableArrays<A>;
  readonly moment2: TrainableArrays<A>;
  /** One that is worked on and one that is got ready. */
  readonly drafts: readonly [Draft<A>, Draft<A>];
  readonly hidden: readonly [ActivationBuffers<A>, ActivationBuffers<A>, ActivationBuffers<A>];
  /** `[B, C]` */
  readonly logits: A;
  readonly probabilities: A;
  readonly dLogits: A;
  /** `[C]` */
  readonly labelWeights: A;
  readonly boardWords: Uint32Array;
  readonly boardNumbers: Uint32Array;
}

/** A batch with the random numbers of its step. */
interface Draft<A extends FloatArray> {
  readonly batch: SparseBatch<A>;
  /** `[B, H]` each: dropout masks of the hidden layers, 0 or 1 / (1 - dropout). */
  readonly masks: readonly [A, A, A];
  /** `[B, C]` what a teacher says; without one it is not read. */
  readonly targets: A;
}

/** The parameters that have a gradient. */
export type TrainableArrays<A extends FloatArray> = Pick<MlpParameters<A>, TrainableName>;
export type TrainableName = (typeof TRAINABLE_NAMES)[number];
type ActivationBuffers<A extends FloatArray> = Pick<
  HiddenLayer<A>,
  "sums" | "mean" | "scale" | "normalized" | "hidden" | "dHidden"
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
  nThreads: number,
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
    hidden: allocator.allocate(capacity.nRows * nUnits),
    dHidden: allocator.allocate(capacity.nRows * nUnits),
  });
  const [h1, h2, h3] = shape.hiddenUnits;
  const slotOfTerm = allocator.allocateIndices(shape.nTerms);
  const mask = (nUnits: number): A => allocator.allocate(capacity.nRows * nUnits);
  const draft = (): Draft<A> => ({
    batch: new SparseBatch(allocator, capacity, slotOfTerm, shape.nTerms),
    masks: [mask(h1), mask(h2), mask(h3)],
    targets: mask(shape.nLabels),
  });
  const nBlockSlots = Math.min(capacity.nSlots, slotsPerBlock(shape));
  const blocks = Array.from({ length: nThreads }, () => allocator.allocate(nBlockSlots * h1));
  return {
    parameters,
    blocks,
    gradients: pickTrainable((name) => (name === "w1" ? (blocks[0] as A) : allocator.allocate(sizeOf(name)))),
    moment1: pickTrainable((name) => allocator.allocate(sizeOf(name))),
    moment2: pickTrainable((name) => allocator.allocate(sizeOf(name))),
    drafts: [draft(), draft()],
    hidden: [activations(h1), activations(h2), activations(h3)],
    logits: allocator.allocate(capacity.nRows * shape.nLabels),
    probabilities: allocator.allocate(capacity.nRows * shape.nLabels),
    dLogits: allocator.allocate(capacity.nRows * shape.nLabels),
    labelWeights: allocator.allocate(shape.nLabels),
    boardWords: allocator.allocateIndices(StepBoard.N_WORDS),
    boardNumbers: allocator.allocateIndices(2 * StepBoard.N_NUMBERS),
  };
}

/** What stays the same through a run. */
export interface TrainingNetworkOptions {
  /** `[C]` */
  readonly labelWeights: ArrayLike<number>;
  readonly labelSmoothing: number;
  /** Whether targets of a teacher take the place of the labels, their weights and their smoothing; not so when left out. */
  readonly isTaught?: boolean;
  /** Without dropout the masks are not read. */
  readonly dropout: number;
  readonly optimizer: OptimizerRule;
}

/** The optimizer's place in its run, and the factor that w1 is stored without. */
export interface OptimizerState {
  /** Steps taken since the moments were zero. */
  readonly nSteps: number;
  readonly beta1Power: number;
  readonly beta2Power: number;
  readonly weightScale: number;
}

const FIRST_STATE: OptimizerState = { nSteps: 0, beta1Power: 1, beta2Power: 1, weightScale: 1 };

/**
 * Runs steps on one batch at a time: `gather`, `drawMasks`, `forward`, `backward`, `update`. A step is made of pieces, which
 * several threads can do, each with a network of its own over the same memory: {@link forwardRows}, {@link updateSlots} and
 * the making of the next draft. No piece shares a sum with another, so the result does not depend on who does them.
 *
 * Rows of w1 that a batch does not touch still decay: w1 is stored divided by one factor, Π (1 - rate · weightDecay) over
 * the steps, which {@link settle} multiplies in. So each row is up to date at any time, and a step reads and writes only
 * the rows of its batch. Moments of other rows do not move (lazy Adam, as in PyTorch SparseAdam), nor does momentum move
 * those rows, nor decay that is part of the gradient (optimizer "adam"). Without momentum, sgd on rows is exact.
 * @see Bottou 2012, "Stochastic gradient descent tricks", section 5.1, for the factor
 */
export class TrainingNetwork<A extends FloatArray = Float32Array> {
  /** The live parameters; w1 is without its factor until {@link settle}. */
  readonly parameters: MlpParameters<A>;
  readonly moment1: TrainableArrays<A>;
  readonly moment2: TrainableArrays<A>;
  /** Gradients of the last {@link backward}, that of w1 of the last {@link sparseGradient}. */
  readonly gradients: TrainableArrays<A>;
  /** `[B, C]` of the last {@link forward}. */
  readonly logits: A;
  readonly shape: MlpShape;
  readonly options: TrainingNetworkOptions;
  /** What threads tell each other. */
  readonly board: StepBoard;

  readonly #kernels: MlpKernels<A>;
  readonly #buffers: TrainingBuffers<A>;
  readonly #hidden: readonly [HiddenLayer<A>, HiddenLayer<A>, HiddenLayer<A>];
  readonly #dense: readonly DenseParameter<A>[];
  readonly #optimizer: Optimizer<A>;
  /** w1 with this thread's block of gradients. */
  readonly #rows: RowParameter<A>;
  readonly #nThreads: number;
  /** Rows of a piece of {@link forwardRows}. */
  readonly #rowsPerPiece: number;
  /** Slots of a block of gradients. */
  readonly #blockSlots: number;
  /** This thread's block of gradients. */
  readonly #block: A;
  /** By piece of rows: the first layer's sums from there on, so that no step has to make views. */
  readonly #sumsOfPiece: readonly A[];
  /** By draft and piece of rows. */
  readonly #indptrOfPiece: readonly (readonly Uint32Array[])[];

  #draft = 0;
  #state = FIRST_STATE;

  /**
   * Plans the memory of a run on `kernels`; the parameters are zeros until they are loaded.
   * @param thread place of the thread that works with this object among `nThreads`
   */
  constructor(
    kernels: MlpKernels<A>,
    shape: MlpShape,
    capacity: BatchCapacity,
    options: TrainingNetworkOptions,
    thread = 0,
    nThreads = 1,
  ) {
    const buffers = allocateTrainingBuffers(kernels, shape, capacity, nThreads);
    const { parameters: p, gradients: g, hidden } = buffers;
    if (thread === 0) buffers.labelWeights.set(options.labelWeights);
    const [h1, h2, h3] = shape.hiddenUnits;
    this.#kernels = kernels;
    this.shape = shape;
    this.options = options;
    this.#buffers = buffers;
    this.#optimizer = createOptimizer(kernels, options.optimizer);
    this.#block = buffers.blocks[thread] as A;
    this.#rows = {
      value: p.w1,
      gradient: this.#block,
      moment1: buffers.moment1.w1,
      moment2: buffers.moment2.w1,
      nTerms: shape.nTerms,
      nUnits: h1,
    };
    this.board = new StepBoard(buffers.boardWords, buffers.boardNumbers);
    this.parameters = p;
    this.moment1 = buffers.moment1;
    this.moment2 = buffers.moment2;
    this.gradients = { ...g, w1: this.#block };
    this.logits = buffers.logits;
    this.#nThreads = nThreads;
    this.#blockSlots = slotsPerBlock(shape);
    const rowsPerPiece = this.#perPiece(capacity.nRows, ROWS_PER_PIECE);
    this.#rowsPerPiece = rowsPerPiece;
    const pieces = Array.from({ length: Math.ceil(capacity.nRows / rowsPerPiece) }, (_, i) => i * rowsPerPiece);
    this.#sumsOfPiece = pieces.map((row) => hidden[0].sums.subarray(row * h1) as A);
    this.#indptrOfPiece = buffers.drafts.map(({ batch }) => pieces.map((row) => batch.indptr.subarray(row)));
    const layers = hiddenLayersOf(p);
    this.#hidden = [
      {
        ...hidden[0],
        ...layers[0],
        nInputs: shape.nTerms,
        nUnits: h1,
        dWeight: g.w1,
        dBias: g.b1,
        dGamma: g.gamma1,
        dBeta: g.beta1,
      },
      {
        ...hidden[1],
        ...layers[1],
        nInputs: h1,
        nUnits: h2,
        dWeight: g.w2,
        dBias: g.b2,
        dGamma: g.gamma2,
        dBeta: g.beta2,
      },
      {
        ...hidden[2],
        ...layers[2],
        nInputs: h2,
        nUnits: h3,
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

  /** The draft that is worked on. */
  get batch(): SparseBatch<A> {
    return (this.#buffers.drafts[this.#draft] as Draft<A>).batch;
  }

  /** `[B, H]` each: dropout masks of the three hidden layers. */
  get masks(): readonly [A, A, A] {
    return (this.#buffers.drafts[this.#draft] as Draft<A>).masks;
  }

  /** Number of the draft that is worked on, 0 or 1; each thread has to be told. */
  useDraft(draft: number): void {
    this.#draft = draft;
  }

  /** `[B, C]` what a teacher says of the rows of the batch. */
  get targets(): A {
    return (this.#buffers.drafts[this.#draft] as Draft<A>).targets;
  }

  /**
   * Fills the batch with the rows order[begin … end - 1] of a matrix; see {@link SparseBatch.gather}. A teacher sees them last, and
   * fills the targets.
   */
  gather(
    matrix: RowSource,
    labels: ArrayLike<number>,
    order: Uint32Array,
    begin: number,
    end: number,
    dropout: number,
    seed: number,
    step: number,
    teacher?: Teacher,
  ): void {
    const { batch, targets } = this;
    const teach = teacher && ((rows: TaughtRows) => teacher.answer(rows, targets));
    batch.gather(this.#kernels, matrix, labels, order, begin, end, dropout, seed, step, teach);
  }

  /** Draws the dropout masks of a step (1-based, over the whole run) for the rows of the batch. */
  drawMasks(seed: number, step: number): void {
    const { dropout } = this.options;
    if (dropout === 0) return;
    const { masks, batch } = this;
    for (let l = 0; l < 3; l++) {
      this.#kernels.dropoutMask(masks[l], dropout, seed, step, l + 1, batch.nRows, this.#hidden[l].nUnits);
    }
  }

  /** Pieces of the batch's rows for {@link forwardRows}. */
  get nRowPieces(): number {
    return Math.ceil(this.batch.nRows / this.#rowsPerPiece);
  }

  /** Pieces of the batch's slots for {@link updateSlots}. */
  get nSlotPieces(): number {
    return Math.ceil(this.batch.nSlots / this.#slotsPerPiece);
  }

  get #slotsPerPiece(): number {
    return this.#perPiece(this.batch.nSlots, this.#blockSlots);
  }

  /**
   * Rows or slots of a piece, of `nAll` of them: `nLeast`, or a multiple where there would be more pieces than a board can count.
   * One thread has nobody to share with.
   */
  #perPiece(nAll: number, nLeast: number): number {
    return nLeast * Math.ceil(nAll / (nLeast * (this.#nThreads === 1 ? 1 : StepBoard.MAX_PIECES)));
  }

  /** The first layer's sums for the rows of a piece. */
  forwardRows(piece: number, weightScale: number): void {
    const { batch } = this;
    const layer = this.#hidden[0];
    this.#kernels.sparseLinearForward(
      this.#sumsOfPiece[piece] as A,
      (this.#indptrOfPiece[this.#draft] as readonly Uint32Array[])[piece] as Uint32Array,
      batch.columns,
      batch.values,
      layer.weight,
      layer.bias,
      weightScale,
      Math.min(this.#rowsPerPiece, batch.nRows - piece * this.#rowsPerPiece),
      this.shape.nTerms,
      layer.nUnits,
    );
  }

  /** Returns the loss of the batch; also moves the running statistics. */
  forward(): number {
    for (let piece = 0; piece < this.nRowPieces; piece++) this.forwardRows(piece, this.#state.weightScale);
    return this.forwardDense();
  }

  /** The rest of {@link forward} when all pieces of {@link forwardRows} are done. */
  forwardDense(): number {
    const { logits, probabilities, labelWeights } = this.#buffers;
    const { batch } = this;
    const kernels = this.#kernels;
    const [layer1, layer2, layer3] = this.#hidden;
    const nRows = batch.nRows;
    const [mask1, mask2, mask3] = this.masks;

    this.#activate(layer1, mask1);
    this.#linear(layer2, layer1.hidden);
    this.#activate(layer2, mask2);
    this.#linear(layer3, layer2.hidden);
    this.#activate(layer3, mask3);
    const { w4, b4 } = this.parameters;
    const { nLabels } = this.shape;
    kernels.linearForward(logits, layer3.hidden, w4, b4, nRows, layer3.nUnits, nLabels);
    if (this.options.isTaught === true) {
      return kernels.softTargetCrossEntropyForward(probabilities, logits, this.targets, nRows, nLabels);
    }
    return kernels.softmaxCrossEntropyForward(
      probabilities,
      logits,
      batch.labels,
      labelWeights,
      this.options.labelSmoothing,
      nRows,
      nLabels,
    );
  }

  #linear(layer: HiddenLayer<A>, input: A): void {
    const { sums, weight, bias, nInputs, nUnits } = layer;
    this.#kernels.linearForward(sums, input, weight, bias, this.batch.nRows, nInputs, nUnits);
  }

  #activate(layer: HiddenLayer<A>, mask: A): void {
    const { normalized, mean, scale, runningMean, runningVar, sums, gamma, beta, hidden, nUnits } = layer;
    const nRows = this.batch.nRows;
    const kernels = this.#kernels;
    kernels.batchNormForward(normalized, mean, scale, runningMean, runningVar, sums, gamma, beta, nRows, nUnits);
    kernels.reluForward(hidden, normalized, nRows * nUnits);
    if (this.options.dropout > 0) kernels.dropoutForward(hidden, hidden, mask, nRows * nUnits);
  }

  /** Fills the gradients of the loss that the last {@link forward} returned, but for w1: see {@link sparseGradient}. */
  backward(): void {
    const { probabilities, dLogits, labelWeights } = this.#buffers;
    const { batch } = this;
    const [mask1, mask2, mask3] = this.masks;
    const kernels = this.#kernels;
    const [layer1, layer2, layer3] = this.#hidden;
    const nRows = batch.nRows;
    const nLabels = this.shape.nLabels;
    const { labelSmoothing: smoothing, isTaught } = this.options;

    if (isTaught === true) kernels.softTargetCrossEntropyBackward(dLogits, probabilities, this.targets, nRows, nLabels);
    else
      kernels.softmaxCrossEntropyBackward(
        dLogits,
        probabilities,
        batch.labels,
        labelWeights,
        smoothing,
        nRows,
        nLabels,
      );
    const { w4 } = this.parameters;
    const { w4: dW4, b4: dB4 } = this.gradients;
    kernels.linearBackward(layer3.dHidden, dW4, dB4, dLogits, layer3.hidden, w4, nRows, layer3.nUnits, nLabels);
    this.#activateBackward(layer3, mask3);
    this.#linearBackward(layer3, layer2);
    this.#activateBackward(layer2, mask2);
    this.#linearBackward(layer2, layer1);
    this.#activateBackward(layer1, mask1);
    kernels.sumRows(layer1.dBias, layer1.dHidden, nRows, layer1.nUnits);
  }

  /** Fills the gradients of w1 for the slots beginSlot … endSlot - 1 of the batch, a row each; at most a block. */
  sparseGradient(beginSlot: number, endSlot: number): void {
    const { batch } = this;
    const { dHidden, nUnits } = this.#hidden[0];
    this.#kernels.sparseLinearBackward(
      this.#block,
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

  #activateBackward(layer: HiddenLayer<A>, mask: A): void {
    const { dHidden, dGamma, dBeta, normalized, sums, mean, scale, gamma, nUnits } = layer;
    const nRows = this.batch.nRows;
    const kernels = this.#kernels;
    if (this.options.dropout > 0) kernels.dropoutBackward(dHidden, dHidden, mask, nRows * nUnits);
    kernels.reluBackward(dHidden, dHidden, normalized, nRows * nUnits);
    kernels.batchNormBackward(dHidden, dGamma, dBeta, dHidden, sums, mean, scale, gamma, nRows, nUnits);
  }

  /** Takes one step along the gradients; with decoupled decay learningRate · weightDecay must be below 1. */
  update(learningRate: number): void {
    const step = this.beginUpdate(learningRate);
    this.updateDense(step);
    for (let piece = 0; piece < this.nSlotPieces; piece++) this.updateSlots(piece, step);
    this.endUpdate();
  }

  /** Counts a step and returns what its parts need: {@link updateDense}, {@link updateSlots}, {@link endUpdate}. */
  beginUpdate(learningRate: number): OptimizerStep {
    const { nSteps, beta1Power, beta2Power, weightScale } = this.#state;
    const rule = this.options.optimizer;
    const decay = isDecoupled(rule) ? learningRate * rule.weightDecay : 0;
    this.#state = {
      nSteps: nSteps + 1,
      beta1Power: beta1Power * ADAM_BETA1,
      beta2Power: beta2Power * ADAM_BETA2,
      weightScale: weightScale * (1 - decay),
    };
    return {
      // A step on w1 is one of rate / scale on what is stored.
      rowRate: learningRate / this.#state.weightScale,
      learningRate,
      decay,
      correction1: 1 - this.#state.beta1Power,
      correction2: 1 - this.#state.beta2Power,
    };
  }

  /** All parameters but w1. */
  updateDense(step: OptimizerStep): void {
    for (const parameter of this.#dense) this.#optimizer.updateDense(parameter, step);
  }

  /** The rows of w1 of a piece: their gradients, then their step. */
  updateSlots(piece: number, step: OptimizerStep): void {
    const { batch } = this;
    const begin = piece * this.#slotsPerPiece;
    const end = Math.min(begin + this.#slotsPerPiece, batch.nSlots);
    for (let slot = begin; slot < end; slot += this.#blockSlots) {
      const blockEnd = Math.min(slot + this.#blockSlots, end);
      this.sparseGradient(slot, blockEnd);
      this.#optimizer.updateRows(this.#rows, batch.terms, step, slot, blockEnd);
    }
  }

  /** To be called when all pieces of {@link updateSlots} are done. */
  endUpdate(): void {
    if (this.#state.weightScale < SMALLEST_WEIGHT_SCALE) this.settle();
  }

  /** Optimizer steps since the parameters were loaded. */
  get nSteps(): number {
    return this.#state.nSteps;
  }

  get state(): OptimizerState {
    return this.#state;
  }

  /** Multiplies w1 by its factor; O(V · H1). */
  settle(): void {
    if (this.#state.weightScale === 1) return;
    const { w1 } = this.parameters;
    this.#kernels.scale(w1, this.#state.weightScale, w1.length);
    this.#state = { ...this.#state, weightScale: 1 };
  }

  /** Starts from drawn parameters; see {@link initializeWeights}. */
  initialize(seed: number): void {
    initializeWeights(this.#kernels, this.parameters, seed);
    this.#restart();
  }

  /** Starts anew from a copy of these parameters, with moments of zero. */
  load(weights: MlpParameters<FloatArray>): void {
    copyParameters(this.parameters, weights);
    this.#restart();
  }

  /** Goes on from a copy of what {@link parameters}, both moments and {@link state} were. */
  resume(
    weights: MlpParameters<FloatArray>,
    moment1: TrainableArrays<FloatArray>,
    moment2: TrainableArrays<FloatArray>,
    state: OptimizerState,
  ): void {
    copyParameters(this.parameters, weights);
    for (const name of TRAINABLE_NAMES) {
      this.moment1[name].set(moment1[name]);
      this.moment2[name].set(moment2[name]);
    }
    this.#state = state;
  }

  #restart(): void {
    for (const name of TRAINABLE_NAMES) {
      this.moment1[name].fill(0);
      this.moment2[name].fill(0);
    }
    this.#state = FIRST_STATE;
  }

  /** Name of the first parameter that holds a number which is not finite; null when there is none. O(V · H1). */
  findNonFinite(): keyof MlpParameters<A> | null {
    for (const [name, values] of Object.entries(this.parameters) as [keyof MlpParameters<A>, A][]) {
      if (this.#kernels.findNonFinite(values, values.length) < values.length) return name;
    }
    return null;
  }
}
