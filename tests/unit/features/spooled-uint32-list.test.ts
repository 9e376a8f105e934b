import { describe, expect, it } from "vitest";
import { SpooledUint32List } from "../../../src/features/spooled-uint32-list.js";
import { Uint32List } from "../../../src/features/uint32-list.js";
import { MemorySpool } from "./memory-spool.js";

const COUNT = 150_000;

describe.each([
  ["in memory", () => new Uint32List()],
  ["in a spool", () => new SpooledUint32List(new MemorySpool())],
])("a list of numbers %s", (_, create) => {
  it("gives what was pushed: forwards, backwards, over the bounds of blocks, and more than a block at once", () => {
    const list = create();
    for (let i = 0; i < COUNT; i++) list.push(2 ** 32 - 1 - i);
    expect(list.count).toBe(COUNT);
    const ranges = [
      [0, 3],
      [65_530, 65_540],
      [10, 10],
      [149_999, 150_000],
      [5, 140_000],
      [1, 2],
      [150_000, 150_000],
    ] as const;
    for (const [start, end] of ranges) {
      const expected = Uint32Array.from({ length: end - start }, (__, i) => 2 ** 32 - 1 - start - i);
      expect(list.view(start, end)).toEqual(expected);
    }
  });

  it("takes arrays whole, shorter and longer than a block, between single numbers", () => {
    const list = create();
    const numbers = Uint32Array.from({ length: COUNT }, (__, i) => 3 * i);
    list.push(7);
    for (const [start, end] of [
      [0, 0],
      [0, 5],
      [5, 70_000],
      [70_000, COUNT],
    ] as const) {
      list.pushAll(numbers.subarray(start, end));
    }
    list.push(8);
    expect(list.count).toBe(COUNT + 2);
    expect([...list.view(0, 3)]).toEqual([7, 0, 3]);
    expect(list.view(1, COUNT + 1)).toEqual(numbers);
    expect([...list.view(COUNT + 1, COUNT + 2)]).toEqual([8]);
  });

  it("gives also what is pushed after it was read", () => {
    const list = create();
    list.push(7);
    expect([...list.view(0, 1)]).toEqual([7]);
    list.push(8);
    expect([...list.view(0, 2)]).toEqual([7, 8]);
  });
});
