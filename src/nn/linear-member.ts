/**
 * A linear classifier in the shape of a network, to stand among the members of an ensemble: on few or shifted articles it
 * errs elsewhere than networks do, and the mean of both errs less than either.
 *
 * Legend: V terms, C labels, N documents.
 */

import type { CsrMatrix } from "../features/csr-matrix.js";
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

/** Decision values of a label: x weights + bias, above 0 for documents of the label. */
interface Separator {
  /** `[V]` */
  readonly weights: Float64Array;
  readonly bias: number;
  /** Whether the caller asked for an end before its passes were done. */
  readonly isCutShort: boolean;
}

/** What the caller may say after each pass: "stop" ends the fit with one pass for each label at least. */
export type LinearCommand = "stop" | undefined;

/** A linear classifier in the shape of a network. */
export interface LinearMember {
  readonly weights: MlpWeights;
  /** Whether "stop" ended a label's passes before they were done. */
  readonly isCutShort: boolean;
}

/** `[V]` sum of each term's weights over all documents, or over those of a label. */
function sumColumns(
  { nRows, nColumns, indptr, indices, data }: CsrMatrix,
  labels: LabeledMatrix["labels"],
  label: number | null,
): Float64Array {
  const sums = new Float64Array(nColumns);
  for (let row = 0; row < nRows; row++) {
    if (label !== null && labels[row] !== label) continue;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) sums[indices[i]] += data[i];
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
 * Separates the documents of a label from all others: minimizes ‖w‖² / 2 + Σ_i K_i max(0, 1 - y_i (w · x̃_i))² with
 * x̃_t = √r(t) x_t and a constant 1 for the bias, by coordinate descent in the dual. K_i = K N / (2 n) for the n
 * documents on the side of i, so that both sides weigh the same. O(passes · nnz).
 *
 * √r in place of the r of the paper's NBSVM: the full ratio was worse on the three screens that it was tried on (docs/accuracy.md).
 *
 * Yields after each pass.
 *
 * @param ratios `[V]` r, each ≥ 0
 * @see Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM",
 * algorithm 1, L2-SVM
 */
function* separate(
  matrix: CsrMatrix,
  isOfLabel: Uint8Array,
  ratios: Float64Array,
  seed: number,
): Generator<void, Separator, LinearCommand> {
  const { nRows, indptr, indices, data } = matrix;
  const nOfLabel = isOfLabel.reduce((n, own) => n + own, 0);
  // w_t √r(t), which meets x itself; a step moves it by r(t) x_t.
  const weights = new Float64Array(ratios.length);
  let bias = 0;
  const alpha = new Float64Array(nRows);
  const curvature = new Float64Array(nRows);
  for (let row = 0; row < nRows; row++) {
    let square = 1;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) square += ratios[indices[i]] * data[i] * data[i];
    curvature[row] = square;
  }
  const slackOf = (n: number): number => n / (LOSS_WEIGHT * nRows);
  const slackWithin = slackOf(nOfLabel);
  const slackWithout = slackOf(nRows - nOfLabel);
  const order = new Uint32Array(nRows);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    shuffleRows(order, seed, FIRST_SHUFFLE + pass);
    let furthest = 0;
    for (const row of order) {
      const start = indptr[row];
      const end = indptr[row + 1];
      const sign = isOfLabel[row] === 1 ? 1 : -1;
      const slack = sign === 1 ? slackWithin : slackWithout;
      let decision = bias;
      for (let i = start; i < end; i++) decision += weights[indices[i]] * data[i];
      const gradient = sign * decision - 1 + alpha[row] * slack;
      const before = alpha[row];
      // At the bound only a gradient that points inwards counts.
      if (before === 0 && gradient >= 0) continue;
      furthest = Math.max(furthest, Math.abs(gradient));
      const after = Math.max(0, before - gradient / (curvature[row] + slack));
      const step = (after - before) * sign;
      if (step === 0) continue;
      alpha[row] = after;
      bias += step;
      for (let i = start; i < end; i++) weights[indices[i]] += step * ratios[indices[i]] * data[i];
    }
    if (furthest < TOLERANCE) break;
    if ((yield) === "stop") return { weights, bias, isCutShort: true };
  }
  return { weights, bias, isCutShort: false };
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
 * apart, and returns it as a network of the given shape. The same input gives the same bytes on any engine. Yields after each
 * pass over the documents, some milliseconds for each 10,000 of them.
 *
 * @param matrix `[N, V]` rows of Euclidean norm 1, or empty
 * @param labels `[N]` label numbers; each label has a document
 * @param hiddenUnits each at least C, see {@link holdsLinearMember}
 */
export function* fitLinearMember(
  matrix: CsrMatrix,
  labels: LabeledMatrix["labels"],
  nLabels: number,
  hiddenUnits: MlpShape["hiddenUnits"],
  seed: number,
): Generator<void, LinearMember, LinearCommand> {
  const shape: MlpShape = { nTerms: matrix.nColumns, hiddenUnits, nLabels };
  if (!holdsLinearMember(shape)) throw new Error(`Bug: ${nLabels} labels do not fit into ${hiddenUnits} units`);
  const total = sumColumns(matrix, labels, null);
  const separators: Separator[] = [];
  for (let label = 0; label < nLabels; label++) {
    const ratios = logCountRatios(total, sumColumns(matrix, labels, label));
    const isOfLabel = Uint8Array.from(labels, (own) => (own === label ? 1 : 0));
    separators.push(yield* separate(matrix, isOfLabel, ratios, seed));
  }
  return { weights: toNetwork(separators, shape), isCutShort: separators.some(({ isCutShort }) => isCutShort) };
}
