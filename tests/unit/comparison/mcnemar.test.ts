import { describe, expect, it } from "vitest";
import { mcnemarTest } from "../../../src/comparison/mcnemar.js";

describe("mcnemarTest", () => {
  it.each([
    // 2 (C(10,0) + C(10,1)) / 2^10 = 22 / 1024.
    [1, 9, 22 / 1024],
    [9, 1, 22 / 1024],
    // 2 (1 + 5 + 10) / 32 = 1.
    [2, 3, 1],
    [0, 5, 2 / 32],
    // More than all throws is not possible: the middle counted twice.
    [4, 4, 1],
    [0, 0, 1],
  ])("counts the throws of a fair coin as uneven as %i to %i", (nOnlyA, nOnlyB, expected) => {
    const test = mcnemarTest(nOnlyA, nOnlyB);
    expect(test).toEqual({ nOnlyA, nOnlyB, pValue: test.pValue });
    expect(Math.abs(test.pValue - expected)).toBeLessThan(1e-13);
  });

  it("agrees with scipy.stats.binomtest on many documents", () => {
    // scipy 1.17.1: binomtest(430, 950).pvalue, binomtest(4800, 10000).pvalue
    expect(mcnemarTest(430, 520).pValue / 0.0038597074976553887).toBeCloseTo(1, 9);
    expect(mcnemarTest(4800, 5200).pValue / 6.593515598672343e-5).toBeCloseTo(1, 9);
  });

  it("does not lose itself where every term is below the smallest number", () => {
    expect(mcnemarTest(0, 5000).pValue).toBe(0);
    expect(mcnemarTest(500_000, 500_100).pValue).toBeGreaterThan(0.9);
  });
});
