import type { TrainingSettings } from "./train-options.js";

/** How good a model is to be, against how long it takes and how large it is. */
export type Quality = "default" | "best";

/**
 * The options that a quality stands for: ordinary ones, which a model file stores as if each had been given, and which those
 * given beside it win over (`mergeSettings`).
 */
export const QUALITIES: Readonly<Record<Quality, TrainingSettings>> = Object.freeze({
  default: Object.freeze({}),
  best: Object.freeze({
    ensemble: 8,
    refit: "always",
    vectorizer: Object.freeze({ maxFeatures: 200_000 }),
  }),
});
