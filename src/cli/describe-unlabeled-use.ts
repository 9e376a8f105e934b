import type { ModelMetadata } from "../model-file/manifest.js";
import { unlabeledUseOf } from "../options/unlabeled-use.js";

/** What a model used articles without labels for, such as "pre-training and 1 of 3 rounds of pseudo-labels". */
export function describeUnlabeledUse({ settings, unlabeled }: Pick<ModelMetadata, "settings" | "unlabeled">): string {
  const { isPretrained, nPseudoLabelRounds: nAsked } = unlabeledUseOf(settings);
  const nDone = unlabeled?.nPseudoLabelRounds ?? nAsked;
  const rounds = `${nDone < nAsked ? `${nDone} of ` : ""}${nAsked} ${nAsked === 1 ? "round" : "rounds"} of pseudo-labels`;
  return [...(isPretrained ? ["pre-training"] : []), ...(nAsked > 0 ? [rounds] : [])].join(" and ");
}
