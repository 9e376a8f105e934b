import { describe, expect, it } from "vitest";
import { type Observation, Surrogate } from "../../../src/tuning/surrogate.js";

const seen = (choice: readonly number[], fold: number, score: number): Observation => ({ choice, fold, score });

describe("Surrogate", () => {
  it("expects what the formula gives for one choice beside the start", () => {
    const surrogate = new Surrogate([seen([0], 0, 0.5), seen([1], 0, 0.6)], 100);
    // So far apart that the widest variation is the likeliest: axis (0.12 · 0.45)², rest (0.06 · 0.45)², and a quarter of the
    // variance of a share, 0.55 · 0.45 / 100, for the noise of a score and that of an axis on a fold; y = (-0.05, 0.05).
    const noise = 0.00061875;
    const prior = 0.002916 + 0.000729;
    // Covariance [[1 + noise, 1], [1, 1 + prior + 2 noise]]; that with the choice is (0, prior).
    const determinant = (1 + noise) * (1 + prior + 2 * noise) - 1;
    const mean = (prior * (0.05 * (1 + noise) + 0.05)) / determinant;
    const variance = prior - (prior * prior * (1 + noise)) / determinant;
    const expected = surrogate.expect([1]);
    expect(expected.mean).toBeCloseTo(mean, 10);
    expect(expected.standardDeviation).toBeCloseTo(Math.sqrt(variance), 10);
    expect(expected.mean).toBeGreaterThan(0);
    expect(expected.mean).toBeLessThan(0.1);
  });

  it("takes the start for what all is compared with", () => {
    const surrogate = new Surrogate([seen([0, 0], 0, 0.9), seen([1, 0], 0, 0.2)], 50);
    expect(surrogate.expect([0, 0])).toEqual({ mean: 0, standardDeviation: 0 });
  });

  it("adds up what axes are worth to a choice that was never tried", () => {
    const observations = [0, 1, 2].flatMap((fold) => [
      seen([0, 0], fold, 0.7),
      seen([1, 0], fold, 0.75),
      seen([0, 1], fold, 0.74),
    ]);
    const surrogate = new Surrogate(observations, 1000);
    const [first, second] = [surrogate.expect([1, 0]).mean, surrogate.expect([0, 1]).mean];
    const both = surrogate.expect([1, 1]);
    expect(both.mean).toBeGreaterThan(Math.max(first, second));
    expect(both.mean).toBeLessThan(first + second);
    expect(both.standardDeviation).toBeGreaterThan(surrogate.expect([1, 0]).standardDeviation);
  });

  it("compares choices within folds, so that a hard fold speaks against none", () => {
    const observations = [
      seen([0], 0, 0.9),
      seen([0], 1, 0.6),
      // Better than the start on the hard fold, worse than the start on the other.
      seen([1], 1, 0.65),
      seen([2], 0, 0.85),
    ];
    const surrogate = new Surrogate(observations, 1000);
    expect(surrogate.expect([1]).mean).toBeGreaterThan(0.02);
    expect(surrogate.expect([2]).mean).toBeLessThan(-0.02);
  });

  it("takes one training of all right answers for no certainty", () => {
    const surrogate = new Surrogate([seen([0], 0, 1), seen([1], 0, 1)], 10);
    expect(surrogate.expect([1]).mean).toBeCloseTo(0, 12);
    expect(surrogate.expect([1]).standardDeviation).toBeGreaterThan(0);
  });

  it("is surer where choices differ as little on all folds as they do on one", () => {
    const scores = (spread: number): readonly Observation[] =>
      [0, 1, 2, 3].flatMap((fold) => [
        seen([0], fold, 0.7 + 0.05 * fold),
        seen([1], fold, 0.72 + 0.05 * fold + (fold % 2 === 0 ? spread : -spread)),
      ]);
    const [alike, unlike] = [new Surrogate(scores(0), 200), new Surrogate(scores(0.03), 200)];
    expect(alike.expect([1]).standardDeviation).toBeLessThan(unlike.expect([1]).standardDeviation);
    expect(alike.expect([1]).mean).toBeGreaterThan(unlike.expect([1]).mean);
  });

  it("trusts a change less than half that ten choices have in common, all on one fold", () => {
    const nOthers = 10;
    const withOther = (first: number, other: number): readonly number[] => [
      first,
      ...Array.from({ length: nOthers }, (_, axis) => (axis === other ? 1 : 0)),
    ];
    const observations = Array.from({ length: nOthers }, (_, other) => [
      seen(withOther(0, other), 0, 0.7),
      seen(withOther(1, other), 0, 0.75),
    ]).flat();
    // As ten scores by themselves they would be worth 4.7 of their 5 points; but the articles are the same.
    expect(new Surrogate(observations, 200).expect(withOther(1, -1)).mean).toBeLessThan(0.025);
  });
});
