import { describe, expect, it } from "vitest";
import { votesOf } from "../../../src/training/votes.js";

describe("votesOf", () => {
  it("lets the linear member count twice for each network, whose votes are one each", () => {
    expect(votesOf(1, true)).toEqual([1, 2]);
    expect(votesOf(3, true)).toEqual([1, 1, 1, 6]);
    expect(votesOf(2, false)).toEqual([1, 1]);
  });
});
