import { describe, expect, it } from "vitest";
import { stratifiedSplit } from "../../src/stratified-split.js";

/** 10 rows of label 0, 5 of label 1, 2 of label 2, mixed. */
const LABELS = Int32Array.from([0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 2, 0, 0, 1, 0, 1, 0]);

function countByLabel(rows: Uint32Array): number[] {
  const counts = [0, 0, 0];
  for (const row of rows) (counts[LABELS[row] as number] as number)++;
  return counts;
}

describe("stratifiedSplit", () => {
  it("puts each row in one share, ascending", () => {
    const { train, validation } = stratifiedSplit(LABELS, 3, 0.3, 1);
    expect([...train]).toEqual([...train].sort((a, b) => a - b));
    expect([...validation]).toEqual([...validation].sort((a, b) => a - b));
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...LABELS.keys()]);
  });

  it.each([
    // round(0.3 · 10) = 3; round(0.3 · 5) = round(1.5) = 2; round(0.3 · 2) = round(0.6) = 1.
    [0.3, [3, 2, 1]],
    // round(0.1), round(0.05) and round(0.02) are 0, but each label keeps one back.
    [0.01, [1, 1, 1]],
    // round(9.9) = 10, round(4.95) = 5 and round(1.98) = 2, but each label keeps one to learn from.
    [0.99, [9, 4, 1]],
    [0, [0, 0, 0]],
  ])("keeps back a share of %d of each label", (fraction, expected) => {
    const { train, validation } = stratifiedSplit(LABELS, 3, fraction, 1);
    expect(countByLabel(validation)).toEqual(expected);
    expect(train.length).toBe(LABELS.length - validation.length);
  });

  it("depends on the seed and nothing else", () => {
    const split = stratifiedSplit(LABELS, 3, 0.3, 1);
    expect(stratifiedSplit(LABELS.slice(), 3, 0.3, 1)).toEqual(split);
    const others = [2, 3, 4].map((seed) => stratifiedSplit(LABELS, 3, 0.3, seed));
    expect(others.some(({ validation }) => validation.join() !== split.validation.join())).toBe(true);
  });

  it("gives every row its turn over many seeds", () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 60; seed++)
      for (const row of stratifiedSplit(LABELS, 3, 0.3, seed).validation) seen.add(row);
    expect(seen.size).toBe(LABELS.length);
  });

  it("does not change the labels it is given", () => {
    const labels = LABELS.slice();
    stratifiedSplit(labels, 3, 0.3, 1);
    expect(labels).toEqual(LABELS);
  });
});
