/**
 * A linear classifier in the shape of a network, to stand among the members of an ensemble: on few or shifted articles it
 * errs elsewhere than networks do, and the mean of both errs less than either.
 *
 * Legend: V terms, C labels, N documents, G labels that are separated side by side.
 */

import { copyRow, longestRow, type RowSource } from "../features/csr-matrix.js";
import { naturalLogarithm } from "../kernels/math.js";
import { BATCH_NORM_EPSILON } from "../kernels/mlp.js";
import { shuffleRows } from "./batch-order.js";
import type { LabeledMatrix } from "./validation.js";
import { type MlpShape, type MlpWeights, makeParameters } from "./weights.js";

/** Added to each term's sum of tf-idf weights within and without a label, so that no ratio is infinite. */
const RATIO_SMOOTHING = 0.1;

/** Weight of a document's loss against the squared norm of the separating weights, for labels of even shares. */
const LOSS_WEIGHT = 0.2;

/** What a distance to the separating plane is multiplied by to become a logit: at 1 all scores would be near even. */
const SHARPNESS = 8;

/** A pass ends the training when no document's gradient was further off; in distances to the plane, whose margin is 1. */
const TOLERANCE = 0.02;
const MAX_PASSES = 40;

/** Passes are shuffled by numbers that neither epochs, which count up from 1, nor folds use. */
const FIRST_SHUFFLE = 0x8000_0000;

/** Whether a network of the shape can hold a linear classifier: each hidden layer needs a unit for each label. */
export function holdsLinearMember({ hiddenUnits, nLabels }: Omit<MlpShape, "nTerms">): boolean {
  return hiddenUnits.every((nUnits) => nUnits >= nLabels);
}

/** Labels whose passes go side by side over a row at hand; the weights of a term for eight fill a line of the cache. */
export const LABELS_PER_GROUP = 8;

/** Rows of a pass between two looks at what the caller says: some milliseconds. */
const ROWS_PER_TURN = 8192;

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

/** Rows of the matrix, one at a time. */
class RowReader {
  readonly #matrix: RowSource;
  readonly columns: Uint32Array;
  readonly values: Float32Array;

  constructor(matrix: RowSource) {
    this.#matrix = matrix;
    this.columns = new Uint32Array(longestRow(matrix));
    this.values = new Float32Array(this.columns.length);
  }

  /** Puts a row into the arrays; returns how many values it has. */
  read(row: number): number {
    return copyRow(this.#matrix, row, this.columns, this.values, 0);
  }
}

/** `[1 + C][V]` sum of each term's weights over all documents, and over those of each label. */
function sumColumns(matrix: RowSource, labels: LabeledMatrix["labels"], nLabels: number): readonly Float64Array[] {
  const sums = Array.from({ length: 1 + nLabels }, () => new Float64Array(matrix.nColumns));
  const [total] = sums;
  const reader = new RowReader(matrix);
  for (let row = 0; row < matrix.nRows; row++) {
    const within = sums[1 + labels[row]];
    const nnz = reader.read(row);
    for (let i = 0; i < nnz; i++) {
      total[reader.columns[i]] += reader.values[i];
      within[reader.columns[i]] += reader.values[i];
    }
  }
  return sums;
}

/**
 * `[V]` absolute logarithm of how much more often a term is found within a label than without:
 * r(t) = |ln (p(t) / Σ p) - ln (q(t) / Σ q)| with p and q the smoothed sums within and without.
 * @see Wang and Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", section 2.1
 */
function logCountRatios(total: Float64Array, within: Float64Array): Float64Array {
  let sumWithin = 0;
  let sumWithout = 0;
  for (let t = 0; t < total.length; t++) {
    sumWithin += RATIO_SMOOTHING + within[t];
    sumWithout += RATIO_SMOOTHING + (total[t] - within[t]);
  }
  const shift = naturalLogarithm(sumWithout / sumWithin);
  return total.map((sum, t) =>
    Math.abs(naturalLogarithm((RATIO_SMOOTHING + within[t]) / (RATIO_SMOOTHING + (sum - within[t]))) + shift),
  );
}

/**
 * Separates the documents of each label of a group from all others: minimizes ‖w‖² / 2 + Σ_i K_i max(0, 1 - y_i (w · x̃_i))² with
 * x̃_t = √r(t) x_t and a constant 1 for the bias, by coordinate descent in the dual. K_i = K N / (2 n) for the n
 * documents on the side of i, so that both sides weigh the same. O(passes · nnz · G); 8 bytes per document and label.
 *
 * √r in place of the r of the paper's NBSVM: the full ratio was worse on the three screens that it was tried on (docs/accuracy.md).
 *
 * Labels do not meet: each becomes what it would by itself. A row, which may come from a file, is read once for all of them.
 *
 * @param ratios `[G][V]` r of each label, each ≥ 0
 * @see Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM",
 * algorithm 1, L2-SVM
 */
function* separate(
  matrix: RowSource,
  labels: LabeledMatrix["labels"],
  firstLabel: number,
  ratios: readonly Float64Array[],
  seed: number,
): Generator<void, readonly Separator[], LinearCommand> {
  const { nRows, nColumns } = matrix;
  const G = ratios.length;
  const reader = new RowReader(matrix);
  const { columns, values } = reader;
  // w_t √r(t), which meets x itself; a step moves it by r(t) x_t. Both `[V, G]`.
  const weights = new Float64Array(nColumns * G);
  const ratioOf = new Float64Array(nColumns * G);
  for (let t = 0; t < nColumns; t++) for (let g = 0; g < G; g++) ratioOf[t * G + g] = ratios[g][t];
  const bias = new Float64Array(G);
  const alpha = new Float64Array(nRows * G);
  const slackWithin = new Float64Array(G);
  const slackWithout = new Float64Array(G);
  for (let g = 0; g < G; g++) {
    let nOfLabel = 0;
    for (const label of labels) if (label === firstLabel + g) nOfLabel++;
    slackWithin[g] = nOfLabel / (LOSS_WEIGHT * nRows);
    slackWithout[g] = (nRows - nOfLabel) / (LOSS_WEIGHT * nRows);
  }
  const order = new Uint32Array(nRows);
  const decision = new Float64Array(G);
  const furthest = new Float64Array(G);
  let active = Uint32Array.from({ length: G }, (_, g) => g);
  let isStopped = false;
  for (let pass = 0; pass < MAX_PASSES && active.length > 0 && !(isStopped && pass > 0); pass++) {
    shuffleRows(order, seed, FIRST_SHUFFLE + pass);
    furthest.fill(0);
    for (let place = 0; place < nRows; place++) {
      if (place % ROWS_PER_TURN === ROWS_PER_TURN - 1 && (yield) === "stop") isStopped = true;
      const row = order[place];
      const nnz = reader.read(row);
      decision.set(bias);
      for (let i = 0; i < nnz; i++) {
        const start = columns[i] * G;
        for (const g of active) decision[g] += weights[start + g] * values[i];
      }
      for (const g of active) {
        const sign = labels[row] === firstLabel + g ? 1 : -1;
        const slack = sign === 1 ? slackWithin[g] : slackWithout[g];
        const before = alpha[row * G + g];
        const gradient = sign * decision[g] - 1 + before * slack;
        // At the bound only a gradient that points inwards counts.
        if (before === 0 && gradient >= 0) continue;
        furthest[g] = Math.max(furthest[g], Math.abs(gradient));
        let curvature = 1;
        for (let i = 0; i < nnz; i++) curvature += ratioOf[columns[i] * G + g] * values[i] * values[i];
        const after = Math.max(0, before - gradient / (curvature + slack));
        const step = (after - before) * sign;
        if (step === 0) continue;
        alpha[row * G + g] = after;
        bias[g] += step;
        for (let i = 0; i < nnz; i++) weights[columns[i] * G + g] += step * ratioOf[columns[i] * G + g] * values[i];
      }
    }
    active = active.filter((g) => furthest[g] >= TOLERANCE);
    if ((yield) === "stop") isStopped = true;
  }
  return ratios.map((_, g) => ({
    weights: Float64Array.from({ length: nColumns }, (__, t) => weights[t * G + g]),
    bias: bias[g],
    isCutShort: isStopped && active.includes(g),
  }));
}

/**
 * Writes the separators as a network whose units never rest: unit c of each hidden layer carries the decision value of
 * label c plus a number that keeps it above 0, whatever the document, for |x w| ≤ ‖w‖ ‖x‖ and rows have length 1 at most.
 * Softmax does not see a number that all logits share.
 */
function toNetwork(separators: readonly Separator[], shape: MlpShape): MlpWeights {
  const network = makeParameters(shape, (n) => new Float32Array(n));
  const [h1, h2, h3] = shape.hiddenUnits;
  let lift = 0;
  for (const { weights, bias } of separators) {
    lift = Math.max(lift, Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0)) - bias);
  }
  const { gamma1, gamma2, gamma3, runningVar1, runningVar2, runningVar3 } = network;
  for (const gamma of [gamma1, gamma2, gamma3]) gamma.fill(1);
  // With batch norm's ε this is a variance of 1.
  for (const variance of [runningVar1, runningVar2, runningVar3]) variance.fill(1 - BATCH_NORM_EPSILON);
  for (const [c, { weights, bias }] of separators.entries()) {
    for (let t = 0; t < shape.nTerms; t++) network.w1[t * h1 + c] = weights[t];
    network.b1[c] = bias + lift;
    network.w2[c * h2 + c] = 1;
    network.w3[c * h3 + c] = 1;
    network.w4[c * shape.nLabels + c] = SHARPNESS;
  }
  return network;
}

/**
 * Fits a linear support vector machine for each label against the others, on terms weighted by how far they tell the label
 * apart, and returns it as a network of the given shape. The same input gives the same bytes on any engine. Yields
 * every some milliseconds.
 *
 * @param matrix `[N, V]` rows of Euclidean norm 1, or empty
 * @param labels `[N]` label numbers; each label has a document
 * @param hiddenUnits each at least C, see {@link holdsLinearMember}
 */
export function* fitLinearMember(
  matrix: RowSource,
  labels: LabeledMatrix["labels"],
  nLabels: number,
  hiddenUnits: MlpShape["hiddenUnits"],
  seed: number,
): Generator<void, LinearMember, LinearCommand> {
  const shape: MlpShape = { nTerms: matrix.nColumns, hiddenUnits, nLabels };
  if (!holdsLinearMember(shape)) throw new Error(`Bug: ${nLabels} labels do not fit into ${hiddenUnits} units`);
  const [total, ...within] = sumColumns(matrix, labels, nLabels);
  const separators: Separator[] = [];
  for (let first = 0; first < nLabels; first += LABELS_PER_GROUP) {
    const ratios = within.slice(first, first + LABELS_PER_GROUP).map((sums) => logCountRatios(total, sums));
    separators.push(...(yield* separate(matrix, labels, first, ratios, seed)));
  }
  return { weights: toNetwork(separators, shape), isCutShort: separators.some(({ isCutShort }) => isCutShort) };
}
