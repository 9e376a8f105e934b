/** Small weights, where they do as well. */
import { logProbability } from "../kernels/math.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import type { LabeledMatrix } from "../nn/validation.js";
import { type JoinedNetworks, joinNetworks, type MlpWeights, packNetworks, type WeightType } from "../nn/weights.js";
import type { RunOptions } from "../options/train-options.js";
import { scoreRows } from "./score-rows.js";

/** How well networks answer articles. */
export interface Answers {
  /** Articles whose best label is the true one. */
  readonly nRight: number;
  /** Mean of -ln of the true label's probability. */
  readonly loss: number;
}

/** A type that was tried and not taken. */
export interface RefusedWeights {
  readonly type: WeightType;
  /** Of float32 weights, and of this type. */
  readonly before: Answers;
  readonly after: Answers;
}

export interface ChosenWeights {
  readonly networks: JoinedNetworks;
  readonly type: WeightType;
  /** Returns `[nArticles, nLabels]` what the networks say of the articles, without calibration. */
  readonly probabilities: () => Float32Array;
  /** Smaller types that would do worse; none where the type was given. */
  readonly refused: readonly RefusedWeights[];
}

/** Smallest type first. */
const SMALLER_TYPES = ["int8", "float16"] as const;
/** Share of the articles that may lose their right label, one of a small number in any case. */
const MAX_LOST_SHARE = 0.002;
/** Share by which the loss may rise. */
const MAX_LOSS_RISE = 0.02;
/** Least number that is too large for float16. */
const MAX_FLOAT16 = 65_520;

function answersOf(probabilities: Float32Array, labels: ArrayLike<number>, nLabels: number): Answers {
  let nRight = 0;
  let lossSum = 0;
  for (let row = 0; row < labels.length; row++) {
    const scores = probabilities.subarray(row * nLabels, (row + 1) * nLabels);
    const ofTrue = scores[labels[row] as number] as number;
    // Of equal scores the first label is the answer.
    if (scores.indexOf(Math.max(...scores)) === labels[row]) nRight++;
    lossSum -= logProbability(ofTrue);
  }
  return { nRight, loss: lossSum / labels.length };
}

/**
 * Puts the networks side by side and gives the first layers the type that is wanted; for "auto" the smallest with which the
 * networks answer articles as well: no more than 0.2% of them, or one, lose their right label, and the loss rises by no more
 * than 2%.
 *
 * @param votes `[M]` how often each counts in the mean
 * @param articles at least one, best such that the networks were not trained on
 * @throws {OptionError} when the type is given as float16 and a weight is too large for it
 */
export function chooseWeightType(
  members: readonly [MlpWeights, ...MlpWeights[]],
  votes: readonly number[],
  wanted: NonNullable<RunOptions["weights"]>,
  { matrix, labels }: LabeledMatrix,
  nLabels: number,
  kernels: MlpKernelFactory,
): ChosenWeights {
  const joined = joinNetworks(members, votes);
  const answer = (networks: JoinedNetworks): { readonly probabilities: Float32Array; readonly answers: Answers } => {
    const probabilities = scoreRows(networks, matrix, kernels);
    return { probabilities, answers: answersOf(probabilities, labels, nLabels) };
  };
  if (wanted !== "auto") {
    const networks = packNetworks(joined, wanted);
    const probabilities = (): Float32Array => scoreRows(networks, matrix, kernels);
    return { networks, type: wanted, probabilities, refused: [] };
  }
  const { probabilities: ofFloats, answers: before } = answer(joined);
  const maxLost = Math.max(1, MAX_LOST_SHARE * labels.length);
  const refused: RefusedWeights[] = [];
  for (const type of SMALLER_TYPES) {
    if (type === "float16" && !members.every(({ w1 }) => w1.every((weight) => Math.abs(weight) < MAX_FLOAT16)))
      continue;
    const packed = packNetworks(joined, type);
    const { probabilities, answers: after } = answer(packed);
    const isAsGood = before.nRight - after.nRight <= maxLost && after.loss <= before.loss * (1 + MAX_LOSS_RISE);
    if (isAsGood) return { networks: packed, type, probabilities: () => probabilities, refused };
    refused.push({ type, before, after });
  }
  return { networks: joined, type: "float32", probabilities: () => ofFloats, refused };
}
