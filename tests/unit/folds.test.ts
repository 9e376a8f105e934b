import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { type Fold, forwardFolds, groupedFolds, stratifiedFolds } from "../../src/folds.js";

/** 10 rows of label 0, 5 of label 1, 2 of label 2, mixed. */
const LABELS = Int32Array.from([0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 2, 0, 0, 1, 0, 1, 0]);

function expectPartition(folds: readonly Fold[], nRows: number): void {
  const all = Array.from({ length: nRows }, (_, row) => row);
  for (const { train, test } of folds) {
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(all);
    expect([...train]).toEqual([...train].sort((a, b) => a - b));
    expect([...test]).toEqual([...test].sort((a, b) => a - b));
  }
  expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual(all);
}

const countOf = (rows: Uint32Array, label: number): number => rows.filter((row) => LABELS[row] === label).length;

describe("stratifiedFolds", () => {
  it("tries each row once and learns from it in all other folds", () => {
    expectPartition(stratifiedFolds(LABELS, 3, 1), LABELS.length);
  });

  it("gives each fold its share of each label and of all rows", () => {
    const folds = stratifiedFolds(LABELS, 3, 1);
    // 17 rows: 6, 6, 5; 10 of label 0: 4, 3, 3; 5 of label 1: 2, 2, 1; 2 of label 2: 1, 1, 0.
    expect(folds.map(({ test }) => test.length).sort()).toEqual([5, 6, 6]);
    const counts = [0, 1, 2].map((label) => folds.map(({ test }) => countOf(test, label)).sort());
    expect(counts).toEqual([
      [3, 3, 4],
      [1, 2, 2],
      [0, 1, 1],
    ]);
  });

  it("depends on the seed and nothing else", () => {
    expect(stratifiedFolds(LABELS.slice(), 3, 1)).toEqual(stratifiedFolds(LABELS, 3, 1));
    expect(stratifiedFolds(LABELS, 3, 2)).not.toEqual(stratifiedFolds(LABELS, 3, 1));
  });

  it.each([1, 2.5, 18, Number.NaN])("refuses %d folds of 17 rows", (nFolds) => {
    expect(() => stratifiedFolds(LABELS, nFolds, 1)).toThrow(OptionError);
  });
});

describe("groupedFolds", () => {
  /** Groups of 4, 3, 3, 2, 2, 1, 1 and 1 rows. */
  const GROUPS = [..."aaaabbbcccddeefgh"];

  it("keeps the rows of a group on one side", () => {
    const folds = groupedFolds(LABELS, GROUPS, 3, 1);
    expectPartition(folds, LABELS.length);
    for (const { train, test } of folds) {
      const learned = new Set(Array.from(train, (row) => GROUPS[row]));
      for (const row of test) expect(learned.has(GROUPS[row] as string)).toBe(false);
    }
  });

  it("spreads labels evenly where the groups allow it", () => {
    // Six pairs, two of each label: each of two folds can have one pair of each.
    const labels = Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    const groups = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6];
    for (const seed of [1, 2, 3]) {
      for (const { test } of groupedFolds(labels, groups, 2, seed)) {
        expect(Array.from(test, (row) => labels[row])).toEqual([0, 0, 1, 1, 2, 2]);
      }
    }
  });

  it("balances rows like stratified folds when every row is a group", () => {
    const sizes = groupedFolds(LABELS, [...LABELS.keys()], 3, 1).map(({ test }) => test.length);
    expect(sizes.sort()).toEqual([5, 6, 6]);
  });

  it("refuses more folds than groups, and a missing group", () => {
    expect(() => groupedFolds(LABELS, GROUPS, 9, 1)).toThrow("nFolds must be an integer in [2, 8]");
    expect(() => groupedFolds(LABELS, GROUPS.slice(1), 3, 1)).toThrow(OptionError);
  });
});

describe("forwardFolds", () => {
  it("learns from the past and tries what came next", () => {
    const dates = ["2026-03-01", "2026-01-01", "2026-04-01", "2026-02-01"];
    // In time: rows 1, 3, 0, 2; four parts of one row.
    expect(forwardFolds(dates, 3)).toEqual([
      { train: Uint32Array.of(1), test: Uint32Array.of(3) },
      { train: Uint32Array.of(1, 3), test: Uint32Array.of(0) },
      { train: Uint32Array.of(0, 1, 3), test: Uint32Array.of(2) },
    ]);
  });

  it("keeps a date in one part", () => {
    // A cut at half, between rows 2 and 3, would part the rows of b.
    expect(forwardFolds(["a", "a", "b", "b", "b", "c"], 1)).toEqual([
      { train: Uint32Array.of(0, 1, 2, 3, 4), test: Uint32Array.of(5) },
    ]);
  });

  it("leaves every part a date even where the last date is most of the rows", () => {
    const folds = forwardFolds(["a", "b", "c", "c", "c", "c", "c", "c", "c"], 2);
    expect(folds.map(({ train, test }) => [[...train], [...test]])).toEqual([
      [[0], [1]],
      [
        [0, 1],
        [2, 3, 4, 5, 6, 7, 8],
      ],
    ]);
  });

  it("refuses as many folds as there are dates", () => {
    expect(() => forwardFolds(["a", "b", "b"], 2)).toThrow("nFolds must be an integer in [1, 1] for 2 different dates");
  });
});
