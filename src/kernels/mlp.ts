/**
 * The border between the network and its inner loops: numbers and typed arrays only, so that the plain TypeScript
 * kernels, WebAssembly ones and several threads do the same work on the same buffers.
 *
 * Legend: B rows of the batch, V terms, H units of a layer, C labels, I inputs and O outputs of a layer.
 * Matrices are row-major: x[B, I], w[I, O]. `x_forward` has a twin `x_backward`; arguments are outputs first, then
 * inputs, then sizes. Outputs are overwritten, never accumulated into, unless said. `dX` is the gradient of X.
 *
 * Every element of an output is one sum over a fixed order (rows 0 … B - 1, inputs 0 … I - 1, stored values of a row in
 * their order). An implementation may split the outputs among threads but not a sum, so the number of threads never
 * shows in the result. Between implementations the precision of the sums may differ; the conformance suite says by how
 * much. All buffers must come from `allocate*` or `adopt` of the same kernels. A column, row or label that lies outside
 * its array is a bug of the caller and throws a plain `Error`.
 */

import { countRows, type PackedRows, recordBytes } from "./packed-rows.js";

/** Typed arrays that hold real numbers: 32 bits in use, 64 bits in gradient checks. */
export type FloatArray = Float32Array | Float64Array;

/** Batch norm: share of the new batch in the running statistics (PyTorch's default). */
export const BATCH_NORM_MOMENTUM = 0.1;
/** Batch norm: added to the variance (PyTorch's default). */
export const BATCH_NORM_EPSILON = 1e-5;
/** Adam's constants (Kingma and Ba 2015, algorithm 1). */
export const ADAM_BETA1 = 0.9;
export const ADAM_BETA2 = 0.999;

/** Every buffer starts at a multiple of this many bytes: a line of the processor's caches. */
export const BUFFER_ALIGNMENT_BYTES = 64;

/** Packed rows that kernels have adopted, in a layout of their own. */
export interface PackedBuffer {
  readonly nRows: number;
  readonly nColumns: number;
  /** Writes the numbers of all columns of one row. */
  unpackRow(row: number, out: Float32Array): void;
}

/**
 * Networks in use, side by side: what a row is scored with, and where the results of each layer go. All are buffers of the
 * kernels; the arrays of the networks lie one behind the other.
 *
 * M networks, U units of all first layers, C labels.
 */
export interface ScoringBuffers<A extends FloatArray = Float32Array> {
  /** `[V, U]` */
  readonly w1: A | PackedBuffer;
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
  /** `[3, M]` H1 of each network, then H2, then H3. */
  readonly widths: Uint32Array;
  /** `[M]` How often each network counts; ≥ 1. */
  readonly votes: Uint32Array;
  /** `[2 + C]` Temperature, flattened share, and what is added to each label's logit behind the temperature. */
  readonly calibration: Float64Array;
  /** `[C]`, or one more for an even number: scratch space. */
  readonly powers: Float64Array;
  /** `[V]` The row: a row has each column once at most, so none is too long. */
  readonly columns: Uint32Array;
  /** `[V]` */
  readonly values: A;
  /** `[U]` */
  readonly hidden1: A;
  /** `[Σ H2]` */
  readonly hidden2: A;
  /** `[Σ H3]` */
  readonly hidden3: A;
  /** `[M, C]` */
  readonly logits: A;
  /** `[C]` */
  readonly scores: A;
}

/** Hands out zero-filled buffers. */
export interface BufferAllocator<A extends FloatArray = Float32Array> {
  /** Buffer of n real numbers. */
  allocate(n: number): A;
  /** Buffer of n indices. */
  allocateIndices(n: number): Uint32Array;
  /** Buffer of n real numbers of 64 bits, whatever A is. */
  allocateDoubles(n: number): Float64Array;
  /** Buffer with the content of an array; implementations that can work on the array itself return it. */
  adopt(values: A): A;
  /** {@link adopt} for packed rows. Values that they are multiplied with must be below 2^15 in size. */
  adoptPacked(rows: PackedRows): PackedBuffer;
}

export interface MlpKernels<A extends FloatArray = Float32Array> extends BufferAllocator<A> {
  /** Which implementation runs, e.g. "reference". */
  readonly name: string;

  /**
   * Input dropout: leaves out each stored value with probability `rate` and divides the others by 1 - rate, in place; the
   * draw is the word t mod 4 of Philox4x32-10 with key (seed, dropout stream) and counter (b, ⌊t / 4⌋, 0, step) for
   * column t, below rate 2^32 or not, so it does not depend on the row's other columns.
   * indptr [B + 1]; columns, values [nnz].
   */
  dropInputs(
    indptr: Uint32Array,
    columns: Uint32Array,
    values: FloatArray,
    rate: number,
    seed: number,
    step: number,
    nRows: number,
  ): void;

  /**
   * Transposes the batch: slot s is its s-th distinct column in order of first appearance, terms[s]; the rows that hold
   * it, in order, are slotRows[k] with slotValues[k], k in slotIndptr[s] … slotIndptr[s + 1] - 1. Returns the number of
   * slots.
   * terms [nSlots]; slotIndptr [nSlots + 1]; slotRows, slotValues, columns, values [nnz]; indptr [B + 1]; slotOfTerm [V]
   * is scratch, all 0 before and after.
   */
  groupByTerm(
    terms: Uint32Array,
    slotIndptr: Uint32Array,
    slotRows: Uint32Array,
    slotValues: FloatArray,
    slotOfTerm: Uint32Array,
    indptr: Uint32Array,
    columns: Uint32Array,
    values: FloatArray,
    nRows: number,
    nTerms: number,
  ): number;

  /**
   * out[b, o] = bias[o] + Σ_k values[k] weightScale weight[columns[k], o], k in indptr[b] … indptr[b + 1] - 1 (an
   * embedding bag).
   * out [B, O]; indptr [B + 1]; columns, values [nnz]; weight [V, O]; bias [O].
   */
  sparseLinearForward(
    out: FloatArray,
    indptr: Uint32Array,
    columns: Uint32Array,
    values: FloatArray,
    weight: FloatArray,
    bias: FloatArray,
    weightScale: number,
    nRows: number,
    nTerms: number,
    nOutputs: number,
  ): void;

  /**
   * Gradient of the touched rows only, from the transposed batch, for the slots beginSlot … endSlot - 1: the gradient of
   * all would be too large for the processor's caches.
   * dWeight[s - beginSlot, o] = Σ_k slotValues[k] dOut[slotRows[k], o], k in slotIndptr[s] … slotIndptr[s + 1] - 1.
   * dWeight [endSlot - beginSlot, O]; dOut [B, O]; slotIndptr [nSlots + 1]; slotRows, slotValues [nnz].
   */
  sparseLinearBackward(
    dWeight: FloatArray,
    dOut: FloatArray,
    slotIndptr: Uint32Array,
    slotRows: Uint32Array,
    slotValues: FloatArray,
    beginSlot: number,
    endSlot: number,
    nRows: number,
    nOutputs: number,
  ): void;

  /** out[o] = Σ_b input[b, o]: the gradient of a bias. out [O]; input [B, O]. */
  sumRows(out: FloatArray, input: FloatArray, nRows: number, nUnits: number): void;

  /** out[b, o] = bias[o] + Σ_i input[b, i] weight[i, o]. out [B, O]; input [B, I]; weight [I, O]; bias [O]. */
  linearForward(
    out: FloatArray,
    input: FloatArray,
    weight: FloatArray,
    bias: FloatArray,
    nRows: number,
    nInputs: number,
    nOutputs: number,
  ): void;

  /**
   * dInput[b, i] = Σ_o dOut[b, o] weight[i, o] where input[b, i] ≠ 0, else 0; dWeight[i, o] = Σ_b input[b, i] dOut[b, o];
   * dBias[o] = Σ_b dOut[b, o]. The input must come from ReLU and dropout: where they gave 0 they pass no gradient, so two
   * sums in three need not be made.
   * dInput, input [B, I]; dWeight, weight [I, O]; dBias [O]; dOut [B, O].
   */
  linearBackward(
    dInput: FloatArray,
    dWeight: FloatArray,
    dBias: FloatArray,
    dOut: FloatArray,
    input: FloatArray,
    weight: FloatArray,
    nRows: number,
    nInputs: number,
    nOutputs: number,
  ): void;

  /**
   * mean = Σ_b x_b / B; var = Σ_b (x_b - mean)² / B; scale = 1 / √(var + ε); out = gamma (x - mean) scale + beta.
   * Also moves the running statistics: running = 0.9 running + 0.1 batch, with the unbiased variance var B / (B - 1).
   * Needs B ≥ 2. out, input [B, H]; all others [H]. `mean` and `scale` are kept for the backward pass.
   * @see Ioffe and Szegedy 2015, algorithm 1; PyTorch BatchNorm1d
   */
  batchNormForward(
    out: FloatArray,
    mean: FloatArray,
    scale: FloatArray,
    runningMean: FloatArray,
    runningVar: FloatArray,
    input: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    nRows: number,
    nUnits: number,
  ): void;

  /**
   * With x̂ = (x - mean) scale: dGamma = Σ_b dOut x̂; dBeta = Σ_b dOut;
   * dInput = gamma scale / B (B dOut - dBeta - x̂ dGamma).
   * dInput, dOut, input [B, H]; all others [H]. dInput may be dOut itself.
   */
  batchNormBackward(
    dInput: FloatArray,
    dGamma: FloatArray,
    dBeta: FloatArray,
    dOut: FloatArray,
    input: FloatArray,
    mean: FloatArray,
    scale: FloatArray,
    gamma: FloatArray,
    nRows: number,
    nUnits: number,
  ): void;

  /** out[i] = max(0, input[i]); NaN stays NaN. out may be input itself. */
  reluForward(out: FloatArray, input: FloatArray, n: number): void;

  /** dInput[i] = dOut[i] where input[i] > 0, else 0. dInput may be dOut itself. */
  reluBackward(dInput: FloatArray, dOut: FloatArray, input: FloatArray, n: number): void;

  /**
   * mask[b, h] = 0 with probability `rate`, else 1 / (1 - rate): the word h mod 4 of Philox4x32-10 with key (seed,
   * dropout stream) and counter (b, ⌊h / 4⌋, layer, step), below rate 2^32 or not. mask [B, H].
   */
  dropoutMask(
    mask: FloatArray,
    rate: number,
    seed: number,
    step: number,
    layer: number,
    nRows: number,
    nUnits: number,
  ): void;

  /** out[i] = input[i] mask[i]. out may be input itself. */
  dropoutForward(out: FloatArray, input: FloatArray, mask: FloatArray, n: number): void;

  /** dInput[i] = dOut[i] mask[i]. dInput may be dOut itself. */
  dropoutBackward(dInput: FloatArray, dOut: FloatArray, mask: FloatArray, n: number): void;

  /**
   * Returns the function that scores the row of the buffers' first `nnz` columns and values, bound to them once: a call checks
   * the columns and nothing else, for it takes no longer than a few of the other steps' checks. By network, ⊙ by unit:
   *
   *   h1 = max(0, scale1 ⊙ (b1 + Σ_k values[k] w1[columns[k]]) + shift1);  h2 = max(0, b2 + h1 w2);  h3 = max(0, b3 + h2 w3);
   *   logits = b4 + h3 w4
   *
   * and of their mean by votes, in double:
   *
   *   l_c = (Σ_m votes[m] logits[m, c]) / Σ_m votes[m] / temperature + labelBias[c]
   *   e_c = exp(l_c - max l)
   *   scores[c] = (1 - flattenedShare) e_c / Σ_k e_k + flattenedShare √e_c / Σ_k √e_k
   *
   * with flattenedShare 0 the first term alone.
   */
  bindScoring(buffers: ScoringBuffers<A>): (nnz: number) => void;

  /**
   * Returns the loss and fills the probabilities. With y = labels[b], weights w and smoothing ε:
   *
   *   loss = Σ_b [ (1 - ε) w_y (-ln p_y) + ε / C Σ_c w_c (-ln p_c) ] / Σ_b w_y
   *
   * probabilities, logits [B, C]; labels [B]; labelWeights [C].
   * @see PyTorch CrossEntropyLoss(weight, label_smoothing, reduction="mean")
   */
  softmaxCrossEntropyForward(
    probabilities: FloatArray,
    logits: FloatArray,
    labels: Uint32Array,
    labelWeights: FloatArray,
    labelSmoothing: number,
    nRows: number,
    nLabels: number,
  ): number;

  /**
   * dLogits[b, c] = [ (1 - ε) w_y (p_c - [c = y]) + ε / C (p_c Σ_k w_k - w_c) ] / Σ_b w_y.
   * dLogits, probabilities [B, C]; labels [B]; labelWeights [C].
   */
  softmaxCrossEntropyBackward(
    dLogits: FloatArray,
    probabilities: FloatArray,
    labels: Uint32Array,
    labelWeights: FloatArray,
    labelSmoothing: number,
    nRows: number,
    nLabels: number,
  ): void;

  /**
   * Returns the loss against targets t, which sum to 1 in each row, and fills the probabilities:
   *
   *   loss = 1 / B Σ_b Σ_c t_bc (-ln p_bc)
   *
   * probabilities, logits, targets [B, C].
   * @see PyTorch CrossEntropyLoss(reduction="mean") with class probabilities
   */
  softTargetCrossEntropyForward(
    probabilities: FloatArray,
    logits: FloatArray,
    targets: FloatArray,
    nRows: number,
    nLabels: number,
  ): number;

  /** dLogits[b, c] = (p_bc - t_bc) / B. dLogits, probabilities, targets [B, C]. */
  softTargetCrossEntropyBackward(
    dLogits: FloatArray,
    probabilities: FloatArray,
    targets: FloatArray,
    nRows: number,
    nLabels: number,
  ): void;

  /**
   * values[i] = (2 u - 1) halfWidth, rounded once, with u the word i mod 4 of Philox4x32-10 with key (seed, weights stream)
   * and counter (⌊i / 4⌋, layer, 0, 0), divided by 2^32.
   */
  fillUniform(values: FloatArray, halfWidth: number, seed: number, layer: number, n: number): void;

  /** Returns the place of the first of n values that is NaN or infinite; n when there is none. */
  findNonFinite(values: FloatArray, n: number): number;

  /** values[i] *= factor for n values. */
  scale(values: FloatArray, factor: number, n: number): void;

  /**
   * One step of Adam with decoupled weight decay, or with l2 in the gradient, in place, for n parameters:
   *
   *   g = gradient + l2 w;  m = β1 m + (1 - β1) g;  v = β2 v + (1 - β2) g²;
   *   w = w (1 - decay) - rate (m / correction1) / (√(v / correction2) + ε)
   *
   * where correction_k = 1 - βk^step, decay = rate · weightDecay and ε = epsilon.
   * @see Loshchilov and Hutter 2019, algorithm 2; PyTorch AdamW (l2 = 0) and Adam (decay = 0)
   */
  adamUpdate(
    weight: FloatArray,
    moment1: FloatArray,
    moment2: FloatArray,
    gradient: FloatArray,
    rate: number,
    decay: number,
    l2: number,
    correction1: number,
    correction2: number,
    epsilon: number,
    n: number,
  ): void;

  /**
   * {@link adamUpdate} without decay for row rows[s] of weight and moments with row s - beginSlot of the gradient,
   * beginSlot ≤ s < endSlot; other rows, their moments included, stay as they are (as in PyTorch SparseAdam, but with ε
   * where Adam has it).
   * weight, moment1, moment2 [V, H]; gradient [endSlot - beginSlot, H]; rows [nSlots], distinct.
   */
  adamUpdateRows(
    weight: FloatArray,
    moment1: FloatArray,
    moment2: FloatArray,
    gradient: FloatArray,
    rows: Uint32Array,
    rate: number,
    l2: number,
    correction1: number,
    correction2: number,
    epsilon: number,
    beginSlot: number,
    endSlot: number,
    nTerms: number,
    nUnits: number,
  ): void;

  /**
   * One step of stochastic gradient descent with decoupled weight decay, in place, for n parameters:
   *
   *   m = momentum m + g;  w = w (1 - decay) - rate d,  d = m, or g + momentum m by Nesterov
   *
   * With a momentum of 0 the decay is the same as l2 = decay / rate in the gradient.
   * weight, moment, gradient [n].
   * @see PyTorch SGD; Loshchilov and Hutter 2019, algorithm 1, for the decay; Sutskever et al. 2013 for Nesterov's form
   */
  sgdUpdate(
    weight: FloatArray,
    moment: FloatArray,
    gradient: FloatArray,
    rate: number,
    decay: number,
    momentum: number,
    isNesterov: boolean,
    n: number,
  ): void;

  /** {@link sgdUpdate} for rows, without decay; rows and arrays as in {@link adamUpdateRows}. */
  sgdUpdateRows(
    weight: FloatArray,
    moment: FloatArray,
    gradient: FloatArray,
    rows: Uint32Array,
    rate: number,
    momentum: number,
    isNesterov: boolean,
    beginSlot: number,
    endSlot: number,
    nTerms: number,
    nUnits: number,
  ): void;

  /**
   * Coordinate descent in the dual of up to {@link MAX_SEPARATORS} linear support vector machines side by side, one step of
   * each for each row b in order. With x = row b, i = documents[b], y = 1 where labels[b] = firstLabel + s, else -1, and D =
   * slackWithin[s] or slackWithout[s] accordingly, divided by sampleWeights[b] > 0, for each s that isActive:
   *
   *   G = y (bias[s] + Σ_k weights[columns[k], s] values[k]) - 1 + D alpha[i, s]
   *   unless alpha[i, s] = 0 and G ≥ 0:
   *     furthest[s] = max(furthest[s], |G|)
   *     Q = 1 + Σ_k ratios[columns[k], s] values[k]²
   *     alpha' = max(0, alpha[i, s] - G / (Q + D)), which alpha[i, s] becomes;  d = y (alpha' - alpha[i, s])
   *     bias[s] += d;  weights[columns[k], s] += d ratios[columns[k], s] values[k]
   *
   * All but the values is in double, with the same bits in every implementation. S is even, so that two fill a register.
   * weights, ratios [V, S]; alpha [N, S]; bias, furthest, slackWithin, slackWithout, isActive [S]; documents, labels,
   * sampleWeights [B]; indptr [B + 1]; columns, values [nnz], the columns of a row distinct.
   * @see Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM",
   * algorithm 1, L2-SVM
   */
  descendDual(
    weights: Float64Array,
    bias: Float64Array,
    alpha: Float64Array,
    furthest: Float64Array,
    ratios: Float64Array,
    slackWithin: Float64Array,
    slackWithout: Float64Array,
    isActive: Uint32Array,
    documents: Uint32Array,
    labels: Uint32Array,
    sampleWeights: Float64Array,
    indptr: Uint32Array,
    columns: Uint32Array,
    values: FloatArray,
    firstLabel: number,
    nRows: number,
    nDocuments: number,
    nTerms: number,
    nSeparators: number,
  ): void;
}

/** Most separators that are fitted side by side; those of a term fill a line of the cache. */
export const MAX_SEPARATORS = 8;

/** Makes kernels that can hand out `capacityBytes` in all; see {@link measureBytes}. */
export type MlpKernelFactory<A extends FloatArray = Float32Array> = (capacityBytes: number) => MlpKernels<A>;

/** Bytes that a buffer takes up, with what is needed to align the next one. */
export function alignedBytes(n: number, bytesPerElement: number): number {
  return Math.ceil((n * bytesPerElement) / BUFFER_ALIGNMENT_BYTES) * BUFFER_ALIGNMENT_BYTES;
}

/** Rows that kernels with a layout of their own for int8 take in at once, so many beside the places where they stay. */
export const INT8_ROWS_AT_ONCE = 512;

/** Bytes that packed rows take up at most, in whatever layout. */
export function packedBytes(rows: PackedRows): number {
  if (rows.type === "float16") return alignedBytes(rows.bits.length, Uint16Array.BYTES_PER_ELEMENT);
  const nGroups = rows.widths.length;
  return (
    alignedBytes(countRows(rows), recordBytes(rows)) +
    alignedBytes(INT8_ROWS_AT_ONCE * rows.nColumns, 1) +
    alignedBytes(INT8_ROWS_AT_ONCE * nGroups, Float32Array.BYTES_PER_ELEMENT) +
    alignedBytes(nGroups, Uint32Array.BYTES_PER_ELEMENT)
  );
}

/**
 * Returns how many bytes `plan` asks for, by running it on an allocator that hands out empty buffers. So the memory of
 * a run is written down once, and no implementation has to grow.
 */
export function measureBytes(plan: (allocator: BufferAllocator) => void): number {
  let nBytes = 0;
  const noFloats = new Float32Array(0);
  const noIndices = new Uint32Array(0);
  const noDoubles = new Float64Array(0);
  plan({
    allocate(n) {
      nBytes += alignedBytes(n, Float32Array.BYTES_PER_ELEMENT);
      return noFloats;
    },
    allocateIndices(n) {
      nBytes += alignedBytes(n, Uint32Array.BYTES_PER_ELEMENT);
      return noIndices;
    },
    allocateDoubles(n) {
      nBytes += alignedBytes(n, Float64Array.BYTES_PER_ELEMENT);
      return noDoubles;
    },
    adopt(values) {
      nBytes += alignedBytes(values.length, Float32Array.BYTES_PER_ELEMENT);
      return noFloats;
    },
    adoptPacked(rows) {
      nBytes += packedBytes(rows);
      return { nRows: 0, nColumns: 0, unpackRow: () => undefined };
    },
  });
  return nBytes;
}
