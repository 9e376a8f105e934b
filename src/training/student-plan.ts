import type { MlpShape } from "../nn/weights.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";

/** Share of a hidden layer's units that the linear member may take, one for each label; the student needs the others. */
const MAX_LINEAR_SHARE = 0.5;

/** What stands in a distilled model: one network of the size that the settings ask for. */
export interface StudentPlan {
  /** Units of the network that learns from the others. */
  readonly hiddenUnits: MlpShape["hiddenUnits"];
  /** Whether the linear member has the other units. */
  readonly hasLinear: boolean;
}

/** Divides the units: the linear member gets its own where there is one and it leaves the student half of each layer. */
export function planStudent(
  { network: { hiddenUnits }, linear }: Pick<ResolvedTrainingSettings, "network" | "linear">,
  nLabels: number,
): StudentPlan {
  const hasLinear = linear && hiddenUnits.every((nUnits) => nLabels <= MAX_LINEAR_SHARE * nUnits);
  const [h1, h2, h3] = hiddenUnits;
  return { hiddenUnits: hasLinear ? [h1 - nLabels, h2 - nLabels, h3 - nLabels] : hiddenUnits, hasLinear };
}
