import { describe, expect, it } from "vitest";
import { Philox } from "../../../src/kernels/random.js";

function words(key: readonly [number, number], counter: readonly [number, number, number, number]): number[] {
  const philox = new Philox().withKey(...key);
  philox.generate(...counter);
  return [...philox.words];
}

describe("Philox", () => {
  it("gives the published answers for Philox4x32-10", () => {
    // Random123's known-answer vectors (kat_vectors, "philox4x32 10"): zeros, ones, digits of pi.
    expect(words([0, 0], [0, 0, 0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const f = 0xffffffff;
    expect(words([f, f], [f, f, f, f])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(words([0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });

  it("depends on key and counter alone, not on earlier draws", () => {
    const philox = new Philox().withKey(7, 1);
    philox.generate(1, 2, 3, 4);
    philox.generate(5, 6, 7, 8);
    expect([...philox.words]).toEqual(words([7, 1], [5, 6, 7, 8]));
  });
});
