import { describe, expect, it } from "vitest";
import { KOREAN_STOP_WORDS } from "../../../src/text/korean-stop-words.js";

describe("KOREAN_STOP_WORDS", () => {
  it("holds terms in the form surface/TAG with Sejong tags in capitals", () => {
    for (const term of KOREAN_STOP_WORDS) expect(term).toMatch(/^[가-힣]+\/[A-Z]+(\+[A-Z]+)*$/);
  });

  it("holds about a hundred words", () => {
    expect(KOREAN_STOP_WORDS.size).toBeGreaterThanOrEqual(60);
    expect(KOREAN_STOP_WORDS.size).toBeLessThanOrEqual(120);
  });

  it("leaves in the light words that tell desks apart", () => {
    for (const term of ["경기/NNG", "대표/NNG", "선수/NNG", "오르/VV", "내리/VV", "열리/VV"]) {
      expect(KOREAN_STOP_WORDS.has(term)).toBe(false);
    }
  });
});
