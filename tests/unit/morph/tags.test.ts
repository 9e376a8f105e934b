import { describe, expect, it } from "vitest";
import { isContentTag } from "../../../src/morph/tags.js";

describe("isContentTag", () => {
  it("keeps nouns, predicates, roots, adverbs, foreign words and Hanja", () => {
    for (const tag of ["NNG", "NNP", "VV", "VA", "XR", "MAG", "SL", "SH"]) expect(isContentTag(tag)).toBe(true);
  });

  it("drops particles, endings, symbols, numbers and dependent nouns", () => {
    for (const tag of ["JKS", "EP", "EF", "SY", "SF", "SN", "NNB", "NNBC", "VX", "VCP", ""]) {
      expect(isContentTag(tag)).toBe(false);
    }
  });

  it("judges a fused tag by its first part", () => {
    expect(isContentTag("VV+EP")).toBe(true);
    expect(isContentTag("EP+VV")).toBe(false);
    expect(isContentTag("NNGX+EP")).toBe(false);
  });
});
