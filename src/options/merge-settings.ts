import { TRAINING_GROUPS, type TrainingSettings } from "./train-options.js";

/** Returns the options of all layers together; where several give one, the last wins. */
export function mergeSettings(...layers: readonly TrainingSettings[]): TrainingSettings {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer) as [string, unknown][]) {
      if (value === undefined) continue;
      const isGroup = Object.hasOwn(TRAINING_GROUPS, name);
      merged[name] = isGroup ? { ...(merged[name] as object | undefined), ...(value as object) } : value;
    }
  }
  return merged as TrainingSettings;
}
