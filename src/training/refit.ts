import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { planStudent } from "./student-plan.js";

/**
 * Articles up to which the linear member learns once more: a tenth more of them is worth 0.3 to 0.6 points of macro-F1 at a
 * thousand, 0.1 at forty thousand (docs/accuracy.md), where it takes another half second.
 */
const MAX_ARTICLES = 20_000;

type RefitSettings = Pick<ResolvedTrainingSettings, "refit" | "linear" | "distill" | "network">;

/**
 * Whether the linear member learns once more from all articles, those that were kept back among them. Nothing of it was chosen
 * on them, so it need not do without them when they have measured it; networks, whose epoch they choose, do, and so does one
 * that was distilled; a linear member that shares its units does not.
 */
export function isRefitWanted(
  settings: RefitSettings,
  nLabels: number,
  nTraining: number,
  nValidation: number,
): boolean {
  const { refit, linear, distill } = settings;
  const isThere = distill ? planStudent(settings, nLabels).hasLinear : linear;
  if (!isThere || nValidation === 0) return false;
  return refit === "always" || (refit === "auto" && nTraining + nValidation <= MAX_ARTICLES);
}
