import { describe, expect, it } from "vitest";
import { batchEnd, countBatches, drawRows, shuffleRows } from "../../../src/nn/batch-order.js";

function orderOf(n: number, seed: number, epoch: number): number[] {
  const order = new Uint32Array(n);
  shuffleRows(order, seed, epoch);
  return [...order];
}

describe("shuffleRows", () => {
  it("gives every row once", () => {
    expect(orderOf(100, 1, 1).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("gives another order for another epoch or seed, and the same for the same", () => {
    expect(orderOf(50, 1, 1)).toEqual(orderOf(50, 1, 1));
    expect(orderOf(50, 1, 2)).not.toEqual(orderOf(50, 1, 1));
    expect(orderOf(50, 2, 1)).not.toEqual(orderOf(50, 1, 1));
  });

  it("gives all orders of three rows equally often", () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const key = orderOf(3, 9, epoch).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 1000 expected, standard deviation √(6000 · 1/6 · 5/6) = 29; four of them.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(116);
  });
});

describe("drawRows", () => {
  it("draws rows with replacement, the same for the same seed", () => {
    const rows = drawRows(1000, 1);
    expect(rows).toEqual(drawRows(1000, 1));
    expect(rows).not.toEqual(drawRows(1000, 2));
    expect(Math.max(...rows)).toBeLessThan(1000);
    // Of n draws (1 - (1 - 1/n)^n) n = 632 rows are expected to be distinct, standard deviation 10; four of them.
    expect(Math.abs(new Set(rows).size - 632)).toBeLessThan(40);
  });

  it("draws each row equally often", () => {
    const counts = new Uint32Array(5);
    for (let seed = 0; seed < 1200; seed++)
      for (const row of drawRows(5, seed)) counts[row] = (counts[row] as number) + 1;
    // 1200 expected, standard deviation √(6000 · 1/5 · 4/5) = 31; four of them.
    for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(124);
  });
});

describe("batches", () => {
  it("end at multiples of the batch size and at the last row", () => {
    expect(countBatches(10, 4)).toBe(3);
    expect([0, 1, 2].map((batch) => batchEnd(batch, 10, 4))).toEqual([4, 8, 10]);
  });

  it("merge a last batch of one row into the one before", () => {
    expect(countBatches(9, 4)).toBe(2);
    expect([0, 1].map((batch) => batchEnd(batch, 9, 4))).toEqual([4, 9]);
  });

  it("are one of all rows when the batch is full", () => {
    expect(countBatches(70_000, "full")).toBe(1);
    expect(batchEnd(0, 70_000, "full")).toBe(70_000);
  });

  it("are one where the rows fit into one", () => {
    expect(countBatches(3, 4)).toBe(1);
    expect(batchEnd(0, 3, 4)).toBe(3);
  });
});
