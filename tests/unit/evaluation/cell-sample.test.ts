import { describe, expect, it } from "vitest";
import { CellSample } from "../../../src/evaluation/cell-sample.js";

describe("CellSample", () => {
  it("keeps the highest ranks of each cell, by cell", () => {
    const sample = new CellSample<string>(2, 100);
    for (const [cell, rank, item] of [
      [1, 0.5, "b2"],
      [0, 0.1, "a1"],
      [1, 0.4, "b3"],
      [1, 0.9, "b1"],
    ] as const) {
      sample.add(cell, rank, item);
    }
    expect(sample.list()).toEqual(["a1", "b1", "b2"]);
  });

  it("takes from the fullest cell when there are too many, so rare cells stay", () => {
    const sample = new CellSample<number>(25, 4);
    for (let item = 0; item < 10; item++) sample.add(0, item, item);
    sample.add(7, 0, 100);
    sample.add(9, 0, 200);
    expect(sample.list()).toEqual([9, 8, 100, 200]);
  });

  it("never holds more than asked for, whatever comes", () => {
    const sample = new CellSample<number>(3, 7);
    for (let item = 0; item < 500; item++) sample.add((item * 7) % 11, (item * 13) % 17, item);
    expect(sample.list().length).toBe(7);
  });

  it.each([
    [0, 10],
    [10, 0],
  ])("keeps nothing with limits %d and %d", (maxPerCell, maxItems) => {
    const sample = new CellSample<number>(maxPerCell, maxItems);
    expect(sample.accepts(0, 1)).toBe(false);
    sample.add(0, 1, 1);
    expect(sample.list()).toEqual([]);
  });
});
