/** Self-training of the linear member: it labels articles without labels, and learns from them, too. */

import { dropEmptyRows, type RowSource, sliceRows } from "../features/csr-matrix.js";
import { exponential, logProbability, naturalLogarithm } from "../kernels/math.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import { MlpInference } from "../nn/inference.js";
import type { LinearDocuments, LinearMember } from "../nn/linear-member.js";
import type { LabeledMatrix } from "../nn/validation.js";
import { oneNetwork } from "../nn/weights.js";
import { yieldToEventLoop } from "./progress.js";

/** Rows that are labelled between two looks at the event loop: some milliseconds. */
const ROWS_PER_TURN = 1024;

/**
 * What a document counts whose label is certain: less than one with a label, for the more it counts the more the labels confirm
 * themselves, and beyond this they teach no more (docs/accuracy.md).
 */
const CERTAIN_WEIGHT = 0.5;

/**
 * Documents with labels by which the shares of the labels are half aligned and half the member's: with a thousand to two it is
 * wrong about them more often than they differ, with ten thousand it is not (docs/accuracy.md).
 */
const HALF_ALIGNED = 5000;

/** A matrix that begins with documents without labels; each holds a term. Behind them come those with labels. */
export interface UnlabeledRows {
  readonly matrix: RowSource;
  /** ≥ 1 */
  readonly nUnlabeled: number;
}

/** What a member says of documents without labels. */
export interface PseudoLabels {
  /** `[nUnlabeled]` */
  readonly labels: Int32Array;
  /** `[nUnlabeled]` how much each document counts, in (0, 0.5]. */
  readonly weights: Float64Array;
}

/** What rounds of self-training made of a linear member. */
export interface SelfTrained {
  /** After the last round. */
  readonly member: LinearMember;
  /** What it learned in that; null before the first. */
  readonly pseudoLabels: PseudoLabels | null;
  /** Rounds that were done. */
  readonly nRounds: number;
  /** Fitted on the documents with labels alone, which gave the labels of the first round; null before that. */
  readonly first: LinearMember | null;
}

/** The documents without labels that say anything, those behind them kept; null when there are none. */
export function rowsToLabel(matrix: RowSource, nUnlabeled: number): UnlabeledRows | null {
  const full = dropEmptyRows(matrix, nUnlabeled);
  const nFull = nUnlabeled - (matrix.nRows - full.nRows);
  return nFull === 0 ? null : { matrix: full, nUnlabeled: nFull };
}

/** Documents with pseudo-labels and those with labels, which must be the rows right behind them. */
export function joinPseudoLabels(
  { matrix }: UnlabeledRows,
  { labels, weights }: PseudoLabels,
  labeled: LabeledMatrix,
): LinearDocuments {
  const joined = new Int32Array(labels.length + labeled.labels.length);
  joined.set(labels);
  joined.set(labeled.labels, labels.length);
  return { matrix: sliceRows(matrix, 0, joined.length), labels: joined, pseudoWeights: weights };
}

/**
 * Calls `use` with each document's number and `[C]` probabilities, which the next call overwrites; returns false, the rest left
 * out, when `signal` is aborted.
 */
async function scoreEach(
  inference: MlpInference,
  { matrix, nUnlabeled }: UnlabeledRows,
  signal: AbortSignal,
  use: (row: number, probabilities: Float32Array) => void,
): Promise<boolean> {
  const probabilities = new Float32Array(inference.nLabels);
  for (let row = 0; row < nUnlabeled; row++) {
    if (row % ROWS_PER_TURN === 0) {
      await yieldToEventLoop();
      if (signal.aborted) return false;
    }
    inference.scoreRow(matrix, row, probabilities);
    use(row, probabilities);
  }
  return true;
}

/**
 * Gives each document the label with the greatest q(c), the first of equal ones, and the weight q(c)² / 2: doubtful ones
 * count little, and no threshold has to be chosen. With the member's probabilities p, their means m over these documents, and n
 * documents with labels of which n(c) have label c,
 *
 *   q(c) ∝ p(c) (√n(c) / m(c))^e,  e = 5000 / (5000 + n),  Σ_c q(c) = 1
 *
 * A member that has learned from few documents gives most others one of few labels, and would learn that it was right. So the
 * shares of the labels are drawn to those of the documents with labels, half way from there to even ones, for the others may
 * be of other dates; the less, the more labels it has learned from. Null when `signal` is aborted.
 *
 * The documents are scored twice, first for the means: to keep their scores, 4 bytes for each of them and each label, would save
 * one percent of a run's time (2026-11-29, 45,000 headlines of 8 labels), and with many labels take more than fitting the member.
 *
 * @see Berthelot et al. 2020, "ReMixMatch: Semi-Supervised Learning with Distribution Alignment and Augmentation Anchoring", for
 * the alignment of labels' shares
 */
async function labelRows(
  { weights: member }: LinearMember,
  unlabeled: UnlabeledRows,
  labelsGiven: LabeledMatrix["labels"],
  kernels: MlpKernelFactory,
  signal: AbortSignal,
): Promise<PseudoLabels | null> {
  const { nUnlabeled } = unlabeled;
  const inference = MlpInference.over(oneNetwork(member), kernels);
  const means = new Float64Array(inference.nLabels);
  const isSummed = await scoreEach(inference, unlabeled, signal, (_, probabilities) => {
    for (const [c, probability] of probabilities.entries()) (means[c] as number) += probability / nUnlabeled;
  });
  if (!isSummed) return null;
  const nGiven = new Uint32Array(means.length);
  for (const label of labelsGiven) (nGiven[label] as number)++;
  const exponent = HALF_ALIGNED / (HALF_ALIGNED + labelsGiven.length);
  const factors = means.map((mean, c) =>
    exponential(exponent * (naturalLogarithm(nGiven[c] as number) / 2 - logProbability(mean))),
  );
  const labels = new Int32Array(nUnlabeled);
  const weights = new Float64Array(nUnlabeled);
  const isDone = await scoreEach(inference, unlabeled, signal, (row, probabilities) => {
    const aligned = factors.map((factor, c) => factor * (probabilities[c] as number));
    const greatest = Math.max(...aligned);
    const certainty = greatest / aligned.reduce((sum, number) => sum + number, 0);
    labels[row] = aligned.indexOf(greatest);
    weights[row] = CERTAIN_WEIGHT * certainty * certainty;
  });
  return isDone ? { labels, weights } : null;
}

function cutShort(done: SelfTrained): SelfTrained {
  return { ...done, member: { ...done.member, isCutShort: true } };
}

/**
 * Lets a linear member label the documents without labels and fits another one on them and those with labels, `nRounds` times,
 * each time with the labels of the member before. When `signal` is aborted, the member of the last round that was done is
 * returned, as one that was cut short.
 *
 * @param member fitted on the documents with labels
 * @param fit fits a member, in a round from 1 on
 * @see Lee 2013, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks", section 2.2;
 * Scudder 1965, "Probability of Error of Some Adaptive Pattern-Recognition Machines", and Yarowsky 1995, "Unsupervised Word Sense
 * Disambiguation Rivaling Supervised Methods", for self-training
 */
export async function selfTrain(
  member: LinearMember,
  labeled: LabeledMatrix,
  unlabeled: UnlabeledRows,
  nRounds: number,
  kernels: MlpKernelFactory,
  fit: (documents: LinearDocuments, round: number) => Promise<LinearMember>,
  signal: AbortSignal,
): Promise<SelfTrained> {
  let done: SelfTrained = { member, pseudoLabels: null, nRounds: 0, first: null };
  for (let round = 1; round <= nRounds; round++) {
    const pseudoLabels = await labelRows(done.member, unlabeled, labeled.labels, kernels, signal);
    if (pseudoLabels === null) return cutShort(done);
    const next = await fit(joinPseudoLabels(unlabeled, pseudoLabels, labeled), round);
    if (next.isCutShort) return cutShort(done);
    done = { member: next, pseudoLabels, nRounds: round, first: member };
  }
  return done;
}
