import { describe, expect, it } from "vitest";
import { displayWidth, truncateToWidth } from "../../../src/evaluation/display-width.js";

describe("displayWidth", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["생활문화", 8],
    ["IT과학", 6],
    ["정치".normalize("NFD"), 4], // a decomposed syllable is still one character of two columns
    ["北美 증시…", 10], // 2 + 2 + 1 + 2 + 2 + 1
    ["ꥠ", 2], // an old Hangul initial
    ["「㈜」", 6],
    ["ｱ", 1], // halfwidth Katakana
    ["Ａ", 2], // fullwidth Latin
    ["e\u0301", 1], // a combining accent takes no column
    ["👍🏽", 2], // an emoji and its skin tone are one picture
    ["☀", 1],
    ["☀\uFE0F", 2], // the selector asks for the picture
    ["·", 1], // ambiguous
    ["\u200B", 0],
    ["𠀀", 2], // a Han character outside the basic plane
  ])("of %j is %i", (text, expected) => {
    expect(displayWidth(text)).toBe(expected);
  });
});

describe("truncateToWidth", () => {
  it("leaves a text that fits as it is", () => {
    expect(truncateToWidth("생활문화", 8)).toBe("생활문화");
  });

  it("cuts before a character that would not fit beside the ellipsis", () => {
    expect(truncateToWidth("생활문화", 7)).toBe("생활문…"); // 6 + 1
    expect(truncateToWidth("생활문화", 6)).toBe("생활…"); // 4 + 1; a third syllable would need 7
  });
});
