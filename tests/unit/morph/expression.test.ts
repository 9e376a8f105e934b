import { describe, expect, it } from "vitest";
import { lemma, normalizeJamo, parseExpression } from "../../../src/morph/expression.js";
import type { Features } from "../../../src/morph/features.js";

const FEATURES: Features = {
  tag: "NNG",
  semantic: "*",
  final: "*",
  reading: "*",
  type: "*",
  firstTag: "*",
  lastTag: "*",
  expression: "*",
};

describe("normalizeJamo", () => {
  it("turns conjoining jamo of all three places into compatibility jamo", () => {
    // U+1107 initial ㅂ, U+1161 vowel ㅏ, U+11AB final ㄴ, U+11C2 the last final ㅎ.
    expect(normalizeJamo("\u1107\u1161\u11ab다\u11c2")).toBe("ㅂㅏㄴ다ㅎ");
  });

  it("agrees with Unicode's compatibility decomposition for every letter but ㅀ and ㅄ", () => {
    const letters = Array.from({ length: 0x3164 - 0x3131 }, (_, i) => String.fromCharCode(0x3131 + i));
    // Unicode decomposes these two to old initials, U+111A and U+1121, which no modern syllable has.
    expect(letters.filter((letter) => normalizeJamo(letter.normalize("NFKD")) !== letter)).toEqual(["ㅀ", "ㅄ"]);
    expect(normalizeJamo("\u11b6\u11b9")).toBe("ㅀㅄ");
  });

  it("leaves syllables, compatibility jamo and old letters alone", () => {
    expect(normalizeJamo("한ㄴㅏ\u1140\u119e")).toBe("한ㄴㅏ\u1140\u119e");
  });
});

describe("parseExpression", () => {
  it("gives form, tag and semantic class of each part", () => {
    expect(parseExpression("삼성/NNG/*+전자/NNG/개념")).toEqual([
      { form: "삼성", tag: "NNG", semantic: "*" },
      { form: "전자", tag: "NNG", semantic: "개념" },
    ]);
  });

  it("writes both spellings of a jamo alike", () => {
    expect(parseExpression("\u11ab다/EC/*")).toEqual(parseExpression("ㄴ다/EC/*"));
  });

  it("gives no part for an asterisk and an empty form as it stands", () => {
    expect(parseExpression("*")).toEqual([]);
    expect(parseExpression("고양이/NNG/*+/VCP/*").map((part) => part.form)).toEqual(["고양이", ""]);
  });
});

describe("lemma", () => {
  it("adds 다 to the stem of the first predicate part", () => {
    expect(lemma("갔", { ...FEATURES, tag: "VV+EP", expression: "가/VV/*+았/EP/*" })).toBe("가다");
    expect(lemma("입니다", { ...FEATURES, tag: "VCP+EF", expression: "이/VCP/*+\u1107니다/EF/*" })).toBe("이다");
  });

  it("adds 다 to the surface of a predicate without an expression", () => {
    expect(lemma("들어가", { ...FEATURES, tag: "VV" })).toBe("들어가다");
  });

  it("is null for other words", () => {
    expect(lemma("했", { ...FEATURES, tag: "XSV+EP", expression: "하/XSV/*+았/EP/*" })).toBeNull();
    expect(lemma("국회", FEATURES)).toBeNull();
  });
});
