import { describe, expect, it } from "vitest";
import { hasFinalConsonant } from "../../../src/morph/final-consonant.js";

describe("hasFinalConsonant", () => {
  it("reads the last syllable or letter", () => {
    for (const word of ["은행", "힣", "각", "ㅋㅋ", "값"])
      expect([word, hasFinalConsonant(word)]).toEqual([word, true]);
    for (const word of ["회사", "가", "ㅠㅠ", ""]) expect([word, hasFinalConsonant(word)]).toEqual([word, false]);
  });

  it("reads Latin letters and digits by their Korean names", () => {
    // 엘, 엠, 엔, 알; 영, 일, 삼, 육, 칠, 팔.
    for (const word of ["URL", "FM", "KN", "AR", "x10", "V1", "G3", "M6", "A7", "GPT8"]) {
      expect([word, hasFinalConsonant(word)]).toEqual([word, true]);
    }
    for (const word of ["KBS", "IT", "V2", "GPT4", "M5", "K9"])
      expect([word, hasFinalConsonant(word)]).toEqual([word, false]);
  });
});
