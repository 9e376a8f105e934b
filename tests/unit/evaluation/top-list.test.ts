import { describe, expect, it } from "vitest";
import { TopList } from "../../../src/evaluation/top-list.js";

function keptOf(maxItems: number, ranks: readonly number[]): number[] {
  const list = new TopList<number>(maxItems);
  for (const [index, rank] of ranks.entries()) list.add(rank, index);
  return list.list();
}

describe("TopList", () => {
  it("keeps the highest ranks, highest first", () => {
    expect(keptOf(2, [0.5, 0.9, 0.4, 0.7])).toEqual([1, 3]);
  });

  it("prefers the earlier of equal ranks", () => {
    expect(keptOf(3, [0.5, 0.9, 0.5, 0.5, 0.9])).toEqual([1, 4, 0]);
  });

  it("keeps nothing when asked for none", () => {
    const list = new TopList<number>(0);
    expect(list.accepts(1)).toBe(false);
    list.add(1, 0);
    expect(list.list()).toEqual([]);
  });
});
