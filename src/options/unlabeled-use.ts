import { OptionError } from "../errors.js";
import type { ResolvedTrainingSettings } from "./train-options.js";

/** What of a model learns from articles without labels. */
export interface UnlabeledUse {
  readonly isPretrained: boolean;
  /** How often the linear member labels them and learns from them; 0: never. */
  readonly nPseudoLabelRounds: number;
}

/**
 * Articles without labels that a calibration is fitted on, at least. The standard error of a mean score of so many is 0.03,
 * hardly less than what the fit takes back (docs/accuracy.md); of fewer it would follow the single articles.
 */
export const LEAST_TO_CALIBRATE = 100;

/** The settings that say what learns from articles without labels. */
type UnlabeledSettings = Pick<ResolvedTrainingSettings, "pretrain" | "linear" | "pseudoLabelRounds">;

/** Returns what would learn from articles without labels, if there are any. */
export function unlabeledUseOf({ pretrain, linear, pseudoLabelRounds }: UnlabeledSettings): UnlabeledUse {
  return { isPretrained: pretrain !== "none", nPseudoLabelRounds: linear ? pseudoLabelRounds : 0 };
}

/** @throws {OptionError} when nothing would learn from articles without labels */
export function checkUnlabeledUse(settings: UnlabeledSettings): void {
  const { isPretrained, nPseudoLabelRounds } = unlabeledUseOf(settings);
  if (isPretrained || nPseudoLabelRounds > 0) return;
  const where = 'where there are articles without labels and pretrain is "none"';
  if (!settings.linear) throw new OptionError("linear", `true ${where}`, false);
  throw new OptionError("pseudoLabelRounds", `1 or more ${where}`, settings.pseudoLabelRounds);
}
