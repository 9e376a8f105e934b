import { describe, expect, it } from "vitest";
import { normalizeText } from "../../../src/text/normalize-text.js";
import { FuzzRandom } from "../../fuzz/fuzz-random.js";

const MARKS = Array.from({ length: 0x1_f000 }, (_, code) => String.fromCodePoint(code)).filter((mark) =>
  /^\p{M}$/u.test(mark),
);

describe("normalizeText", () => {
  it.each(["NFC", "NFKC"] as const)("gives what the engine gives, %s, with runs of any marks", (form) => {
    const random = new FuzzRandom(7);
    for (let i = 0; i < 300; i++) {
      // Of the few marks of a run each comes often; every third run has any.
      const few = Array.from({ length: 1 + random.below(12) }, () => random.pick(MARKS));
      const run = Array.from({ length: 60 + random.below(150) }, () => random.pick(i % 3 === 0 ? MARKS : few));
      const text = `가${random.pick(["a", "é", "\u1112\u1161", "q\u0323"])}${run.join("")}b${run.slice(0, 3).join("")}`;
      expect(normalizeText(text, form)).toBe(text.normalize(form));
    }
  });

  it("finds a run wherever it begins, of marks of two units, too", () => {
    for (let nBefore = 0; nBefore < 70; nBefore++) {
      const text = `${"a".repeat(nBefore)}${"\u{1d165}\u0316".repeat(40)}`;
      expect(normalizeText(text)).toBe(text.normalize("NFC"));
    }
  });

  it("ends for half a million marks out of order, which keep engines busy for minutes", () => {
    const text = `a${"\u0301\u0316".repeat(250_000)}`;
    // Class 220 comes before class 230, and the first of the latter joins the letter.
    expect(normalizeText(text)).toBe(`á${"\u0316".repeat(250_000)}${"\u0301".repeat(249_999)}`);
  });
});
