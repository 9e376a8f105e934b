import type { OptionSpec } from "./constraint.js";

/** What a search for training options goes by. */
export interface TuneOptions {
  /** What is to be as high as possible on articles not trained on. */
  readonly metric?: "macro-f1" | "weighted-f1" | "accuracy";
  /** Parts that the articles are cut into; options are tried on one part after another. */
  readonly folds?: number;
  /** Trainings after which the search ends, whatever time there is. */
  readonly maxTrainings?: number;
}

export const TUNE_SPEC: OptionSpec<TuneOptions> = {
  metric: {
    kind: "choice",
    values: ["macro-f1", "weighted-f1", "accuracy"],
    default: "macro-f1",
    help: "Look for options that make this as high as possible on articles not trained on",
  },
  folds: {
    kind: "integer",
    min: 2,
    max: 100,
    unit: "folds",
    default: 5,
    help: "Cut the articles into so many parts; options are tried on one part after another",
  },
  maxTrainings: {
    kind: "integer",
    min: 1,
    max: 1_000_000,
    unit: "trainings",
    default: 10_000,
    help: "End after so many trainings, even when there is time left",
  },
};
