import { NewsclfError } from "../errors.js";
import type { Comparison, Measure } from "./comparison.js";

/** Measures that a gate may watch, by their names on the command line. */
export const GATE_MEASURES: Readonly<Record<string, Measure>> = {
  accuracy: "accuracy",
  "macro-f1": "macroF1",
  "weighted-f1": "weightedF1",
};

/** How much worse the second side may be. */
export interface RegressionGate {
  /** A key of {@link GATE_MEASURES}. */
  readonly measure: string;
  /** Percentage points that the measure may fall by, at least 0. */
  readonly points: number;
}

/** Rounding of sums of shares must not close a gate: a fall of exactly so many points is allowed. */
const SLACK_POINTS = 1e-9;

/**
 * Checks that the second side is not worse than allowed.
 * @throws {NewsclfError} with code COMPARISON_WORSE when a measure fell by more than its gate's points
 */
export function checkGates({ measures }: Comparison, gates: readonly RegressionGate[]): void {
  const failures = gates.flatMap(({ measure, points }) => {
    const { a, b, difference } = measures[GATE_MEASURES[measure] as Measure];
    const fall = -100 * (difference ?? 0);
    if (a === null || b === null || fall <= points + SLACK_POINTS) return [];
    const [from, to] = [a, b].map((value) => (100 * value).toFixed(2));
    return [`${measure} fell by ${fall.toFixed(2)} points, from ${from} to ${to}; at most ${points} are allowed`];
  });
  if (failures.length > 0) throw new NewsclfError("COMPARISON_WORSE", failures.join("; "));
}
