import { describe, expect, it } from "vitest";
import { ConfidentErrors } from "../../../src/evaluation/confident-errors.js";
import type { EvaluationError } from "../../../src/evaluation/report.js";

function errorOf(index: number, score: number): EvaluationError {
  return {
    trueLabel: "가",
    predictedLabel: "나",
    score,
    trueScore: null,
    index,
    line: null,
    title: "",
    excerpt: "",
  };
}

function keptOf(maxErrors: number, scores: readonly number[]): number[] {
  const errors = new ConfidentErrors(maxErrors);
  for (const [index, score] of scores.entries()) errors.add(errorOf(index, score));
  return errors.list().map(({ index }) => index);
}

describe("ConfidentErrors", () => {
  it("keeps the highest scores, highest first", () => {
    expect(keptOf(2, [0.5, 0.9, 0.4, 0.7])).toEqual([1, 3]);
  });

  it("prefers the earlier of equal scores", () => {
    expect(keptOf(3, [0.5, 0.9, 0.5, 0.5, 0.9])).toEqual([1, 4, 0]);
  });

  it("keeps nothing when asked for none", () => {
    const errors = new ConfidentErrors(0);
    expect(errors.accepts(1)).toBe(false);
    errors.add(errorOf(0, 1));
    expect(errors.list()).toEqual([]);
  });
});
