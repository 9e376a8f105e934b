import { describe, expect, it } from "vitest";
import { addCharNgrams } from "../../../src/features/char-ngrams.js";

function ngramsOf(text: string, shortest: number, longest: number): string[] {
  const terms: string[] = [];
  addCharNgrams(terms, text, shortest, longest);
  return terms;
}

describe("addCharNgrams", () => {
  it("takes the n-grams of a word with a space at both ends, shorter ones first", () => {
    expect(ngramsOf("한국은", 2, 3)).toEqual([" 한", "한국", "국은", "은 ", " 한국", "한국은", "국은 "]);
  });

  it("keeps n-grams inside words, which end at anything but letters and digits", () => {
    expect(ngramsOf("美·中, 5G", 3, 3)).toEqual([" 美 ", " 中 ", " 5g", "5g "]);
  });

  it("lower-cases Latin letters", () => {
    expect(ngramsOf("AI", 4, 4)).toEqual([" ai "]);
  });

  it("gives nothing for a word shorter than n, for punctuation or for an empty text", () => {
    expect(ngramsOf("a", 4, 8)).toEqual([]);
    expect(ngramsOf("… — !", 1, 4)).toEqual([]);
    expect(ngramsOf("", 1, 4)).toEqual([]);
  });

  it("appends to the terms that are there", () => {
    const terms = ["금리/NNG"];
    addCharNgrams(terms, "금리", 4, 4);
    expect(terms).toEqual(["금리/NNG", " 금리 "]);
  });

  it("keeps a mark with its letter", () => {
    // NFD: e, combining acute accent.
    expect(ngramsOf("e\u0301", 4, 4)).toEqual([" e\u0301 "]);
  });

  it("gives four times as many n-grams for four times the text without a space", () => {
    // A word of u units has u + 2 with its spaces, so u + 1 of 2, u of 3 and u - 1 of 4.
    for (const units of [1000, 4000]) expect(ngramsOf("가".repeat(units), 2, 4)).toHaveLength(3 * units);
  });
});
