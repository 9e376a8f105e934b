import type { MlpWeights } from "../nn/weights.js";
import type { NetworkParts } from "./export-model.js";

/**
 * Returns the networks with votes, temperature and biases worked into their last layers. With l the sum of their logits, the scores
 * are (1 - flattenedShare) softmax(l) + flattenedShare softmax(l / 2). Each new weight is rounded once.
 */
export function foldLogits({ members, votes, calibration }: NetworkParts): readonly MlpWeights[] {
  const nVotes = votes.reduce((sum, each) => sum + each, 0);
  return members.map((member, m) => {
    const factor = (votes[m] as number) / nVotes / calibration.temperature;
    return {
      ...member,
      w4: member.w4.map((weight) => factor * weight),
      b4: member.b4.map((bias, c) => factor * bias + (m === 0 ? (calibration.labelBias[c] as number) : 0)),
    };
  });
}
