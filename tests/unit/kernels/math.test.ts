import { describe, expect, it } from "vitest";
import { cosineOfPi, exponential, naturalLogarithm } from "../../../src/kernels/math.js";

/** Units in the last place that the functions promise; measured against V8's, 1.0 and 2.0 on 2026-11-23. */
const MAX_ULPS = 3;

function ulps(actual: number, expected: number): number {
  return Math.abs(actual - expected) / (Math.abs(expected) * 2 ** -52);
}

describe("exponential", () => {
  it("agrees with Math.exp over the normal range", () => {
    for (let x = -700; x < 709; x += 0.0317)
      expect(ulps(exponential(x), Math.exp(x)), `x = ${x}`).toBeLessThan(MAX_ULPS);
  });

  it("is exact at 0 and goes through the subnormal numbers to 0", () => {
    expect(exponential(0)).toBe(1);
    // e^-740 = 4.2e-322 = 85 · 5e-324; the spacing there is 5e-324.
    expect(Math.abs(exponential(-740) - Math.exp(-740))).toBeLessThanOrEqual(5e-324);
    expect(exponential(-746)).toBe(0);
    expect(exponential(-Infinity)).toBe(0);
  });

  it("overflows to Infinity and keeps NaN", () => {
    expect(exponential(709.7)).toBeLessThan(Infinity);
    expect(exponential(710)).toBe(Infinity);
    expect(exponential(Number.NaN)).toBeNaN();
  });
});

describe("naturalLogarithm", () => {
  it("agrees with Math.log over the normal range", () => {
    for (let k = -1020; k < 1020; k += 0.37) {
      const x = 2 ** k;
      expect(ulps(naturalLogarithm(x), Math.log(x)), `x = ${x}`).toBeLessThan(MAX_ULPS);
    }
  });

  it("keeps its digits near 1, where the result is small", () => {
    for (let x = 0.7; x < 1.5; x += 0.00137) expect(ulps(naturalLogarithm(x), Math.log(x))).toBeLessThan(MAX_ULPS);
    expect(naturalLogarithm(1)).toBe(0);
  });

  it("covers subnormal numbers, 0, Infinity and numbers that have no logarithm", () => {
    // 5e-324 = 2^-1074; -1074 ln 2 = -744.44
    expect(naturalLogarithm(5e-324)).toBeCloseTo(-744.4400719213812, 10);
    expect(naturalLogarithm(0)).toBe(-Infinity);
    expect(naturalLogarithm(Infinity)).toBe(Infinity);
    expect(naturalLogarithm(-1)).toBeNaN();
    expect(naturalLogarithm(Number.NaN)).toBeNaN();
  });
});

describe("cosineOfPi", () => {
  it("agrees with Math.cos within 1e-15", () => {
    for (let x = 0; x <= 1; x += 0.00097) expect(Math.abs(cosineOfPi(x) - Math.cos(Math.PI * x))).toBeLessThan(1e-15);
  });

  it("is exact at 0, ½ and 1", () => {
    expect([cosineOfPi(0), cosineOfPi(0.5), cosineOfPi(1)]).toEqual([1, 0, -1]);
  });
});
