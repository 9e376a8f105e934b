import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { unlabeledUseOf } from "../training/unlabeled-use.js";

/** What a model used articles without labels for, such as "pre-training and 3 rounds of pseudo-labels". */
export function describeUnlabeledUse(settings: ResolvedTrainingSettings): string {
  const { isPretrained, nPseudoLabelRounds } = unlabeledUseOf(settings);
  const rounds = `${nPseudoLabelRounds} ${nPseudoLabelRounds === 1 ? "round" : "rounds"} of pseudo-labels`;
  return [...(isPretrained ? ["pre-training"] : []), ...(nPseudoLabelRounds > 0 ? [rounds] : [])].join(" and ");
}
