import { describe, expect, it } from "vitest";
import { ATTRIBUTION_METHODS, type Attribution, attribute, type NetworkView } from "../../../src/nn/attribution.js";

/** One unit in each layer, h = x; logits [weight h, 0, bias]. */
function networkOf(weight: number, bias: number): NetworkView {
  const one = Float64Array.of(1);
  const zero = Float64Array.of(0);
  return {
    termWeights: () => one,
    ...{ b1: zero, scale1: one, shift1: zero, w2: one, b2: zero, w3: one, b3: zero },
    w4: Float64Array.of(weight, 0, 0),
    b4: Float64Array.of(0, 0, bias),
    votes: 1,
  };
}

const ROW = { nnz: 1, indices: Uint32Array.of(0), values: Float32Array.of(1) };

/** Logits [weight, 0, bias] with a flattened share; label 0 against label 1. */
function attributionOf(weight: number, bias: number, flattenedShare: number): Attribution {
  const calibration = { temperature: 1, flattenedShare, labelBias: [0, 0, 0] };
  return attribute({ networks: [networkOf(weight, bias)], calibration }, ROW, 0, 1, "active-units");
}

describe("attribute with a flattened share", () => {
  it("divides the log odds of the flattened scores", () => {
    // Powers 16, 1, 1 of 18, roots 4, 1, 1 of 6: scores (16/18 + 4/6) / 2 and (1/18 + 1/6) / 2, whose ratio is 28/4 = 7.
    const { logOdds, constant, contributions } = attributionOf(Math.log(16), 0, 0.5);
    expect(logOdds).toBeCloseTo(Math.log(7), 14);
    expect(constant).toBe(0);
    expect(contributions[0]).toBe(logOdds);
    expect(attributionOf(-Math.log(16), -Math.log(16), 0.5).logOdds).toBeCloseTo(-Math.log(7), 14);
  });

  it("gives the log odds of the networks where the share is 0, and half of them where it is 1", () => {
    expect(attributionOf(1.7, 0.4, 0).logOdds).toBe(1.7);
    expect(attributionOf(1.7, 0.4, 1).logOdds).toBeCloseTo(0.85, 15);
  });

  it("goes to ((1 - w) p + w q / 2) / ((1 - w) p + w q) times a difference that goes to 0", () => {
    // Powers 1, 1, 4 of 6, roots 1, 1, 2 of 4: with w = 0.4 it is (0.1 + 0.05) / (0.1 + 0.1).
    for (const difference of [1e-4, 1e-9, 1e-200]) {
      expect(attributionOf(difference, Math.log(4), 0.4).logOdds / difference).toBeCloseTo(0.75, 4);
    }
    expect(attributionOf(1e-9, Math.log(4), 0.4).logOdds / 1e-9).toBeCloseTo(0.75, 9);
    expect(attributionOf(0, Math.log(4), 0.4).logOdds).toBe(0);
  });

  it("stays finite and in range at the ends of all ranges", () => {
    for (const share of [Number.MIN_VALUE, 1e-17, 0.5, 1 - 2 ** -53]) {
      for (const weight of [1, 80, 1e4, 1e6, -1, -80, -1e4, -1e6]) {
        for (const bias of [0, 1e6, -1e6]) {
          const factor = attributionOf(weight, bias, share).logOdds / weight;
          expect(factor, `${share} ${weight} ${bias}`).toBeGreaterThanOrEqual(0.5);
          expect(factor, `${share} ${weight} ${bias}`).toBeLessThanOrEqual(1);
        }
      }
    }
    // e^40 to 1, a share of 10^-17 beside it: the scores are 1 and e^-40 + 10^-17 e^-20 (e^-20 = 2.06e-9; the second is nothing).
    expect(attributionOf(40, -40, 1e-17).logOdds).toBeCloseTo(40, 6);
    // e^-200 + 10^-17 e^-100, of which the first is nothing: 100 + 17 ln 10.
    expect(attributionOf(200, -200, 1e-17).logOdds).toBeCloseTo(100 + 17 * Math.log(10), 9);
  });

  it.each(ATTRIBUTION_METHODS)("adds up by %s where a constant and terms speak against each other", (method) => {
    const calibration = { temperature: 1.3, flattenedShare: 0.35, labelBias: [-2, 0.5, 0] };
    const view = { networks: [networkOf(3, 0.2), networkOf(-0.5, 1)], calibration };
    const { logOdds, constant, contributions } = attribute(view, ROW, 0, 1, method);
    // Means of logits are 1.25, 0 and 0.6; over 1.3 and with the biases they are these.
    const logits = [1.25 / 1.3 - 2, 0.5, 0.6 / 1.3];
    const powers = logits.map(Math.exp);
    const roots = powers.map(Math.sqrt);
    const sum = (list: readonly number[]): number => list.reduce((all, each) => all + each);
    const scoreOf = (c: number): number => (0.65 * powers[c]!) / sum(powers) + (0.35 * roots[c]!) / sum(roots);
    expect(logOdds).toBeCloseTo(Math.log(scoreOf(0) / scoreOf(1)), 13);
    expect(constant + contributions[0]!).toBeCloseTo(logOdds, 9);
  });
});
