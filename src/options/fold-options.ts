import type { OptionSpec } from "./constraint.js";

/** How often cross-validation trains. */
export interface FoldOptions {
  readonly folds?: number;
}

export const FOLD_SPEC: OptionSpec<FoldOptions> = {
  folds: {
    kind: "integer",
    min: 2,
    max: 1000,
    unit: "folds",
    default: 5,
    help: "Train and try this many times, each time on other articles",
  },
};
