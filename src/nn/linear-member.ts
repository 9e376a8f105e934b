/**
 * A linear classifier in the shape of a network, to stand among the members of an ensemble: on few or shifted articles it
 * errs elsewhere than networks do, and the mean of both errs less than either.
 *
 * Legend: V terms, C labels, N documents, G labels that are separated side by side, S room for them.
 */

import { copyRow, copyRows, countValues, longestRow, type RowLayout } from "../features/csr-matrix.js";
import { naturalLogarithm } from "../kernels/math.js";
import {
  BATCH_NORM_EPSILON,
  type BufferAllocator,
  MAX_SEPARATORS,
  type MlpKernelFactory,
  type MlpKernels,
  measureBytes,
} from "../kernels/mlp.js";
import { shuffleRows } from "./batch-order.js";
import { type BatchCapacity, batchCapacity } from "./sparse-batch.js";
import type { LabeledMatrix } from "./validation.js";
import { type MlpShape, type MlpWeights, makeParameters } from "./weights.js";

/** Added to each term's sum of tf-idf weights within and without a label, so that no logarithm is infinite. */
const SUM_SMOOTHING = 0.1;

/** What the logits of complement naive Bayes are multiplied by before they join the distances to the planes. */
const BAYES_WEIGHT = 0.15;

/**
 * Weight of a document's loss against the squared norm of the separating weights, for labels of even shares: this times the
 * terms of a document on average. Rows have length 1 however long the texts, so the values of a document of n terms are of
 * the size of 1 / √n, and weights that tell as much by a term have a squared norm n times as great. It is 0.15 for headlines of
 * 64 terms, which is best for them, and 3 for articles of 1,250 (docs/accuracy.md).
 */
const LOSS_WEIGHT_PER_TERM = 0.0024;

/** The least weight of a loss: with less, headlines of 10 terms, which are words alone, get planes too weak beside Bayes. */
const MIN_LOSS_WEIGHT = 0.06;

/** What a distance to the separating plane is multiplied by to become a logit: at 1 all scores would be near even. */
const SHARPNESS = 5;

/** A pass ends the training when no document's gradient was further off; in distances to the plane, whose margin is 1. */
const TOLERANCE = 0.02;
const MAX_PASSES = 40;

/** Passes are shuffled by numbers that neither epochs, which count up from 1, nor folds use. */
const FIRST_SHUFFLE = 0x8000_0000;

/** Kinds of terms have numbers of a byte. */
const MAX_KINDS = 256;

/** Labels whose passes go side by side over a row at hand. */
const LABELS_PER_GROUP = MAX_SEPARATORS;

/** Rows that are read at a time, for the kernels. */
const ROWS_PER_CHUNK = 128;
/** Chunks of a pass between two looks at what the caller says: some milliseconds. */
const CHUNKS_PER_TURN = 16;

/** Documents that a linear member learns from. */
export interface LinearDocuments extends LabeledMatrix {
  /** Weights > 0 of the first rows, whose labels are less certain; all others count 1. */
  readonly pseudoWeights?: Float64Array | undefined;
}

/** How much a document counts. */
function sampleWeight({ pseudoWeights }: LinearDocuments, row: number): number {
  return pseudoWeights !== undefined && row < pseudoWeights.length ? pseudoWeights[row] : 1;
}

/** `[C]` Sum of the weights of each label's documents: their number, where all count 1. */
function sumSampleWeights(documents: LinearDocuments, nLabels: number): Float64Array {
  const sums = new Float64Array(nLabels);
  for (let row = 0; row < documents.matrix.nRows; row++) sums[documents.labels[row]] += sampleWeight(documents, row);
  return sums;
}

/** Decision values of a label: x weights + bias, above 0 for documents of the label. */
interface Separator {
  /** `[V]` */
  readonly weights: Float64Array;
  readonly bias: number;
  /** Whether the caller asked for an end before its passes were done. */
  readonly isCutShort: boolean;
}

/** What the caller may say at each turn: "stop" ends the fit with the pass at hand, and with one for each label at least. */
export type LinearCommand = "stop" | undefined;

/** A linear classifier in the shape of a network. */
export interface LinearMember {
  readonly weights: MlpWeights;
  /** Whether "stop" ended a label's passes before they were done. */
  readonly isCutShort: boolean;
}

/** Sums over documents, each counted by its weight. */
interface ColumnSums {
  /** `[V]` of each term's values over all documents. */
  readonly total: Float64Array;
  /** `[C][V]` the same over those of each label. */
  readonly within: readonly Float64Array[];
  /** Of the squares of all values, by kind of the term. */
  readonly squaresOfKind: Float64Array;
}

function sumColumns(documents: LinearDocuments, kinds: Uint8Array, nLabels: number): ColumnSums {
  const { matrix, labels } = documents;
  const total = new Float64Array(matrix.nColumns);
  const within = Array.from({ length: nLabels }, () => new Float64Array(matrix.nColumns));
  const squaresOfKind = new Float64Array(MAX_KINDS);
  const columns = new Uint32Array(longestRow(matrix));
  const values = new Float32Array(columns.length);
  for (let row = 0; row < matrix.nRows; row++) {
    const ofLabel = within[labels[row]]!;
    const weight = sampleWeight(documents, row);
    const nnz = copyRow(matrix, row, columns, values, 0);
    for (let i = 0; i < nnz; i++) {
      const column = columns[i];
      const value = values[i];
      total[column] += weight * value;
      ofLabel[column] += weight * value;
      squaresOfKind[kinds[column]] += weight * value * value;
    }
  }
  return { total, within, squaresOfKind };
}

/**
 * Squares of the scales that give each kind of terms the same say: with the sums of squares Q_k of the m kinds that documents
 * hold, s_k² = Σ Q / (m Q_k), so that Σ s_k² Q_k = Σ Q: rows keep their length on average. Words are 0.13 to 0.28 of the square of a
 * row, for character n-grams are many more, and say more than that about long articles (docs/accuracy.md).
 */
function squaredScales(squaresOfKind: Float64Array): Float64Array {
  const sum = squaresOfKind.reduce((before, squares) => before + squares, 0);
  const nKinds = squaresOfKind.reduce((n, squares) => (squares > 0 ? n + 1 : n), 0);
  return squaresOfKind.map((squares) => (squares > 0 ? sum / (nKinds * squares) : 1));
}

/**
 * `[V]` absolute logarithm of how much more often a term is found within a label than without:
 * r(t) = |ln (p(t) / Σ p) - ln (q(t) / Σ q)| with p and q the smoothed sums within and without.
 * @param ofNone `[V]` {@link logRatioOfNone} of each term: most are in documents of few labels
 * @see Wang and Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", section 2.1
 */
function logCountRatios(total: Float64Array, within: Float64Array, ofNone: Float64Array): Float64Array {
  let sumWithin = 0;
  let sumWithout = 0;
  for (let t = 0; t < total.length; t++) {
    sumWithin += SUM_SMOOTHING + within[t];
    sumWithout += SUM_SMOOTHING + (total[t] - within[t]);
  }
  const shift = naturalLogarithm(sumWithout / sumWithin);
  return total.map((sum, t) => {
    const ratio =
      within[t] === 0 ? ofNone[t] : naturalLogarithm((SUM_SMOOTHING + within[t]) / (SUM_SMOOTHING + (sum - within[t])));
    return Math.abs(ratio + shift);
  });
}

/** ln (p(t) / q(t)) of a term that no document of a label holds, by its sum over all documents. */
function logRatioOfNone(sum: number): number {
  return naturalLogarithm(SUM_SMOOTHING / (SUM_SMOOTHING + sum));
}

/**
 * Adds to each label's weights those of complement naive Bayes, -ln (q(t) / Σ q) with q the smoothed sums without the label,
 * less their mean over the labels, which softmax does not see. Bayes learns from every document that holds a term, planes
 * from those near them: on later articles the sum errs less than either (docs/accuracy.md).
 *
 * @see Rennie, Shih, Teevan and Karger 2003, "Tackling the Poor Assumptions of Naive Bayes Text Classifiers", section 3.1; Wang
 * and Manning 2012, section 2.3, for the sum of Bayes and planes
 */
function addComplementBayes(
  separators: readonly Separator[],
  total: Float64Array,
  within: readonly Float64Array[],
): void {
  const logTotals = within.map((sums) => {
    let without = 0;
    for (let t = 0; t < total.length; t++) without += SUM_SMOOTHING + (total[t] - sums[t]);
    return naturalLogarithm(without);
  });
  const logits = new Float64Array(separators.length);
  for (let t = 0; t < total.length; t++) {
    const ofNone = naturalLogarithm(SUM_SMOOTHING + total[t]);
    let sum = 0;
    for (let c = 0; c < logits.length; c++) {
      const ofLabel = within[c]![t];
      const logWithout = ofLabel === 0 ? ofNone : naturalLogarithm(SUM_SMOOTHING + (total[t] - ofLabel));
      logits[c] = logTotals[c]! - logWithout;
      sum += logits[c];
    }
    for (let c = 0; c < logits.length; c++) {
      separators[c]!.weights[t] += BAYES_WEIGHT * (logits[c] - sum / logits.length);
    }
  }
}

/** What a fit works on, planned once for all groups of labels. */
interface SeparatorBuffers {
  /** `[V, S]` w_t s(t) √r(t), which meets x itself; a step moves it by s(t)² r(t) x_t. */
  readonly weights: Float64Array;
  /** `[V, S]` s(t)² r(t) */
  readonly ratios: Float64Array;
  /** `[N, S]` */
  readonly alpha: Float64Array;
  /** `[S]` each. */
  readonly bias: Float64Array;
  readonly furthest: Float64Array;
  readonly slackWithin: Float64Array;
  readonly slackWithout: Float64Array;
  readonly isActive: Uint32Array;
  /** Rows read: their numbers, labels, weights, and content. */
  readonly rows: Uint32Array;
  readonly labels: Uint32Array;
  readonly sampleWeights: Float64Array;
  readonly indptr: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/** Separators side by side for nLabels labels: an even number, as kernels want it, and 8 at most. */
export function separatorsFor(nLabels: number): number {
  return 2 * Math.ceil(Math.min(nLabels, LABELS_PER_GROUP) / 2);
}

function allocateSeparatorBuffers(
  allocator: BufferAllocator,
  { nRows, nColumns }: RowLayout,
  capacity: BatchCapacity,
  nSeparators: number,
): SeparatorBuffers {
  return {
    weights: allocator.allocateDoubles(nColumns * nSeparators),
    ratios: allocator.allocateDoubles(nColumns * nSeparators),
    alpha: allocator.allocateDoubles(nRows * nSeparators),
    bias: allocator.allocateDoubles(nSeparators),
    furthest: allocator.allocateDoubles(nSeparators),
    slackWithin: allocator.allocateDoubles(nSeparators),
    slackWithout: allocator.allocateDoubles(nSeparators),
    isActive: allocator.allocateIndices(nSeparators),
    rows: allocator.allocateIndices(capacity.nRows),
    labels: allocator.allocateIndices(capacity.nRows),
    sampleWeights: allocator.allocateDoubles(capacity.nRows),
    indptr: allocator.allocateIndices(capacity.nRows + 1),
    columns: allocator.allocateIndices(capacity.nnz),
    values: allocator.allocate(capacity.nnz),
  };
}

/** The fits of groups of labels, one after another over the same buffers. */
class SeparatorFit {
  readonly #kernels: MlpKernels;
  readonly #buffers: SeparatorBuffers;
  readonly #documents: LinearDocuments;
  /** `[C]` */
  readonly #weightOfLabel: Float64Array;
  readonly #order: Uint32Array;
  readonly #seed: number;
  /** K of {@link separate}. */
  readonly #lossWeight: number;
  /** Documents gone through in all passes of all groups. */
  #nDescended = 0;

  constructor(documents: LinearDocuments, nLabels: number, seed: number, createKernels: MlpKernelFactory) {
    const { matrix } = documents;
    const capacity = batchCapacity(matrix, Math.min(ROWS_PER_CHUNK, matrix.nRows));
    const plan = (allocator: BufferAllocator): SeparatorBuffers =>
      allocateSeparatorBuffers(allocator, matrix, capacity, separatorsFor(nLabels));
    this.#kernels = createKernels(measureBytes(plan));
    this.#buffers = plan(this.#kernels);
    this.#documents = documents;
    this.#weightOfLabel = sumSampleWeights(documents, nLabels);
    this.#order = new Uint32Array(matrix.nRows);
    this.#seed = seed;
    const meanTerms = countValues(matrix) / matrix.nRows;
    this.#lossWeight = Math.max(LOSS_WEIGHT_PER_TERM * meanTerms, MIN_LOSS_WEIGHT);
  }

  /**
   * Separates the documents of each label of a group from all others: minimizes ‖w‖² / 2 + Σ_i K_i max(0, 1 - y_i (w · x̃_i))² with
   * x̃_t = s(t) √r(t) x_t and a constant 1 for the bias, by coordinate descent in the dual; see `descendDual` of the kernels. K_i =
   * v_i K N / (2 n) with the weight v_i of the document and the sums n over the documents on its side and N over all, so that
   * both sides weigh the same. O(passes · nnz · G); 8 bytes per document and label.
   *
   * √r in place of the r of the paper's NBSVM: the full ratio was worse on the three screens that it was tried on (docs/accuracy.md).
   *
   * Labels do not meet: each becomes what it would by itself. A row, which may come from a file, is read once for all of them.
   *
   * @param ratios `[G][V]` s² r of each label, each ≥ 0
   */
  *separate(
    firstLabel: number,
    ratios: readonly Float64Array[],
  ): Generator<number, readonly Separator[], LinearCommand> {
    const { weights, bias, furthest, isActive } = this.#buffers;
    const { nRows, nColumns } = this.#documents.matrix;
    const G = ratios.length;
    const S = separatorsFor(G);
    this.#begin(firstLabel, ratios, S);
    let isStopped = false;
    for (let pass = 0; pass < MAX_PASSES && isActive.includes(1) && !(isStopped && pass > 0); pass++) {
      shuffleRows(this.#order, this.#seed, FIRST_SHUFFLE + pass);
      furthest.fill(0);
      for (let begin = 0, nChunks = 0; begin < nRows; begin += ROWS_PER_CHUNK) {
        const end = Math.min(begin + ROWS_PER_CHUNK, nRows);
        this.#descend(begin, end, firstLabel, S);
        this.#nDescended += end - begin;
        if (++nChunks % CHUNKS_PER_TURN === 0 && (yield this.#nDescended) === "stop") isStopped = true;
      }
      for (let g = 0; g < G; g++) if (furthest[g] < TOLERANCE) isActive[g] = 0;
      if ((yield this.#nDescended) === "stop") isStopped = true;
    }
    return ratios.map((_, g) => ({
      weights: Float64Array.from({ length: nColumns }, (__, t) => weights[t * S + g]),
      bias: bias[g],
      isCutShort: isStopped && isActive[g] === 1,
    }));
  }

  #begin(firstLabel: number, ratiosOf: readonly Float64Array[], S: number): void {
    const { weights, ratios, alpha, bias, slackWithin, slackWithout, isActive } = this.#buffers;
    const { nColumns } = this.#documents.matrix;
    const nAll = this.#weightOfLabel.reduce((sum, weight) => sum + weight, 0);
    for (const numbers of [weights, alpha, bias, isActive]) numbers.fill(0);
    for (const [g, ofLabel] of ratiosOf.entries()) {
      isActive[g] = 1;
      for (let t = 0; t < nColumns; t++) ratios[t * S + g] = ofLabel[t];
      const nOfLabel = this.#weightOfLabel[firstLabel + g];
      slackWithin[g] = nOfLabel / (this.#lossWeight * nAll);
      slackWithout[g] = (nAll - nOfLabel) / (this.#lossWeight * nAll);
    }
  }

  /** One step for the rows order[begin … end - 1]. */
  #descend(begin: number, end: number, firstLabel: number, S: number): void {
    const { rows, labels, sampleWeights, indptr, columns, values, ...state } = this.#buffers;
    const { matrix } = this.#documents;
    const { nRows, nColumns } = matrix;
    for (let place = begin; place < end; place++) {
      const row = this.#order[place];
      rows[place - begin] = row;
      labels[place - begin] = this.#documents.labels[row];
      sampleWeights[place - begin] = sampleWeight(this.#documents, row);
    }
    copyRows(matrix, this.#order, begin, end, indptr, columns, values);
    this.#kernels.descendDual(
      state.weights,
      state.bias,
      state.alpha,
      state.furthest,
      state.ratios,
      state.slackWithin,
      state.slackWithout,
      state.isActive,
      rows,
      labels,
      sampleWeights,
      indptr,
      columns,
      values,
      firstLabel,
      end - begin,
      nRows,
      nColumns,
      S,
    );
  }
}

/**
 * Writes the separators as a network whose units never rest: unit c of each hidden layer carries the decision value of
 * label c plus a number that keeps it above 0, whatever the document, for |x w| ≤ ‖w‖ ‖x‖ and rows have length 1 at most.
 * Softmax does not see a number that all logits share.
 */
function toNetwork(separators: readonly Separator[], nTerms: number): MlpWeights {
  const nLabels = separators.length;
  const shape: MlpShape = { nTerms, hiddenUnits: [nLabels, nLabels, nLabels], nLabels };
  const network = makeParameters(shape, (n) => new Float32Array(n));
  let lift = 0;
  for (const { weights, bias } of separators) {
    lift = Math.max(lift, Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0)) - bias);
  }
  const { gamma1, gamma2, gamma3, runningVar1, runningVar2, runningVar3 } = network;
  for (const gamma of [gamma1, gamma2, gamma3]) gamma.fill(1);
  // With batch norm's ε this is a variance of 1.
  for (const variance of [runningVar1, runningVar2, runningVar3]) variance.fill(1 - BATCH_NORM_EPSILON);
  for (const [c, { weights, bias }] of separators.entries()) {
    for (let t = 0; t < nTerms; t++) network.w1[t * nLabels + c] = weights[t];
    network.b1[c] = bias + lift;
    network.w2[c * nLabels + c] = 1;
    network.w3[c * nLabels + c] = 1;
    network.w4[c * nLabels + c] = SHARPNESS;
  }
  return network;
}

/**
 * Fits a linear support vector machine for each label against the others, on terms weighted by how far they tell the label
 * apart, all kinds of them alike, adds complement naive Bayes, and returns the sum as a network with a unit for each label in each
 * hidden layer. The same input gives the same bytes on any engine. Yields every some milliseconds how many documents have been
 * gone through, in all passes. Memory: 16 bytes per term and 8 per document, for each of at most eight labels.
 *
 * @param documents `[N, V]` rows of Euclidean norm 1, or empty; each label has a document that counts 1
 * @param kinds `[V]` numbers of the kinds of terms, such as words and characters
 */
export function* fitLinearMember(
  documents: LinearDocuments,
  kinds: Uint8Array,
  nLabels: number,
  seed: number,
  kernels: MlpKernelFactory,
): Generator<number, LinearMember, LinearCommand> {
  const { total, within, squaresOfKind } = sumColumns(documents, kinds, nLabels);
  const scales = squaredScales(squaresOfKind);
  const ofNone = total.map(logRatioOfNone);
  const fit = new SeparatorFit(documents, nLabels, seed, kernels);
  const separators: Separator[] = [];
  for (let first = 0; first < nLabels; first += LABELS_PER_GROUP) {
    const ratios = within
      .slice(first, first + LABELS_PER_GROUP)
      .map((sums) => logCountRatios(total, sums, ofNone).map((ratio, t) => scales[kinds[t]] * ratio));
    separators.push(...(yield* fit.separate(first, ratios)));
  }
  addComplementBayes(separators, total, within);
  return {
    weights: toNetwork(separators, documents.matrix.nColumns),
    isCutShort: separators.some(({ isCutShort }) => isCutShort),
  };
}
