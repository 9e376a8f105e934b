import { describe, expect, it } from "vitest";
import { learningRateAt } from "../../../src/nn/learning-rate.js";

const options = { learningRate: 0.8, schedule: "constant", warmupFraction: 0 } as const;

describe("learningRateAt", () => {
  it("rises in equal parts over the warm-up and is full right after it", () => {
    // round(0.4 · 10) = 4 steps of warm-up: 0.2, 0.4, 0.6, 0.8
    const rates = [1, 2, 3, 4, 5].map((step) => learningRateAt(step, 10, { ...options, warmupFraction: 0.4 }));
    expect(rates[0]).toBeCloseTo(0.2, 12);
    expect(rates[2]).toBeCloseTo(0.6, 12);
    expect(rates[3]).toBe(0.8);
    expect(rates[4]).toBe(0.8);
  });

  it("falls along half a cosine", () => {
    // Step 3 of 4: half of the steps lie behind, 0.8 · ½ (1 + cos(π / 2)) = 0.4
    expect(learningRateAt(3, 4, { ...options, schedule: "cosine" })).toBeCloseTo(0.4, 12);
  });

  it("falls along a line that ends above zero", () => {
    expect([1, 2, 3, 4].map((step) => learningRateAt(step, 4, { ...options, schedule: "linear" }))).toEqual([
      0.8, 0.6000000000000001, 0.4, 0.2,
    ]);
  });

  it("never falls when all steps are warm-up", () => {
    expect(learningRateAt(4, 4, { ...options, schedule: "cosine", warmupFraction: 1 })).toBe(0.8);
  });
});
