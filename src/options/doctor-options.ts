import type { OptionSpec } from "./constraint.js";

/** At 0.6 two headlines of 25 syllables may differ in one short word, and two stories in a quarter of their sentences. */
export const DEFAULT_SIMILARITY = 0.6;

/** What the examination of a data set looks for. */
export interface DoctorOptions {
  readonly similarity?: number;
  readonly folds?: number;
  readonly top?: number;
  readonly labelErrors?: boolean;
  readonly labelNormalization?: boolean;
}

export const DOCTOR_SPEC: OptionSpec<DoctorOptions> = {
  similarity: {
    kind: "number",
    min: 0,
    minExclusive: true,
    max: 1,
    unit: "share of 3-grams in common",
    default: DEFAULT_SIMILARITY,
    help: "Articles at least this similar are copies",
  },
  folds: {
    kind: "integer",
    min: 2,
    max: 100,
    unit: "folds",
    default: 5,
    help: "Trainings of the search for wrong labels",
  },
  top: {
    kind: "integer",
    min: 0,
    max: 100_000,
    unit: "findings",
    default: 20,
    help: "List at most this many of each kind",
  },
  labelErrors: { kind: "boolean", default: true, help: "Search for wrong labels, which takes most of the time" },
  labelNormalization: {
    kind: "boolean",
    default: true,
    help: "Take labels for one that differ in spaces and punctuation only",
  },
};
