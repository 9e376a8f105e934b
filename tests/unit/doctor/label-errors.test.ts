import { describe, expect, it } from "vitest";
import type { OutOfFoldPrediction } from "../../../src/cross-validation.js";
import { findLabelErrors } from "../../../src/doctor/label-errors.js";

function predict(index: number, trueLabel: string, a: number): OutOfFoldPrediction {
  const both = [
    { label: "a", score: a },
    { label: "b", score: 1 - a },
  ] as const;
  return { index, fold: 0, trueLabel, predictions: a >= 0.5 ? both : [both[1], both[0]] };
}

describe("findLabelErrors", () => {
  it("finds articles in which another label reaches its own mean score, the widest margin first", () => {
    // Thresholds: a = (0.9 + 0.8 + 0.1) / 3 = 0.6; b = (0.9 + 0.6 + 0.3) / 3 = 0.6.
    const predictions = [
      predict(0, "a", 0.9),
      predict(1, "a", 0.8),
      predict(2, "a", 0.1), // b has 0.9 >= 0.6
      predict(3, "b", 0.1),
      predict(4, "b", 0.4),
      predict(5, "b", 0.7), // a has 0.7 >= 0.6
    ];
    const suspects = findLabelErrors(predictions);
    expect(suspects.map(({ article, label, suggested }) => [article, label, suggested])).toEqual([
      [2, "a", "b"],
      [5, "b", "a"],
    ]);
    expect(suspects[0]!.suggestedScore).toBeCloseTo(0.9);
    expect(suspects[1]!.score).toBeCloseTo(0.3);
  });

  it("leaves an article alone whose best label is not confident enough", () => {
    // Threshold of a: (0.9 + 0.9) / 2 = 0.9; the third article has a with 0.6 only.
    const predictions = [predict(0, "a", 0.9), predict(1, "a", 0.9), predict(2, "b", 0.4), predict(3, "b", 0.6)];
    expect(findLabelErrors(predictions)).toEqual([]);
  });
});
