import type { OptionSpec } from "./constraint.js";

/** When a sequence of morphemes is suggested as a word. */
export interface SuggestOptions {
  /** Least number of occurrences. */
  readonly minCount?: number;
  /** Least branching entropy on either side; ln 3 = 1.1 is that of three neighbours of equal frequency. */
  readonly minBranching?: number;
  /** Least normalised pointwise mutual information of the loosest joint. */
  readonly minNpmi?: number;
  /** How many suggestions to return, best first. */
  readonly maxSuggestions?: number;
}

export const SUGGEST_SPEC: OptionSpec<SuggestOptions> = {
  minCount: {
    kind: "integer",
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: 5,
    unit: "occurrences",
    help: "Suggest sequences that occur at least so often",
  },
  minBranching: {
    kind: "number",
    min: 0,
    max: Number.POSITIVE_INFINITY,
    default: 1,
    unit: "nats",
    help: "And whose neighbours vary at least so much on both sides (branching entropy)",
  },
  minNpmi: {
    kind: "number",
    min: -1,
    max: 1,
    default: 0.3,
    help: "And whose parts keep together at least so well (normalised pointwise mutual information)",
  },
  maxSuggestions: {
    kind: "integer",
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: 100,
    unit: "words",
    help: "List so many at most, best first",
  },
};
