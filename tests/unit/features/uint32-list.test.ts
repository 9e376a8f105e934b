import { describe, expect, it } from "vitest";
import { Uint32List } from "../../../src/features/uint32-list.js";

describe("Uint32List", () => {
  it("keeps numbers across its chunks of 65,536", () => {
    const list = new Uint32List();
    for (let i = 0; i < 131_073; i++) list.push(i * 3);
    expect(list.count).toBe(131_073);
    for (const position of [0, 65_535, 65_536, 131_071, 131_072]) expect(list.at(position)).toBe(position * 3);
  });

  it("replaces a number in place", () => {
    const list = new Uint32List();
    list.push(1);
    list.push(2);
    list.set(0, 4_294_967_295);
    expect([list.at(0), list.at(1), list.count]).toEqual([4_294_967_295, 2, 2]);
  });
});
