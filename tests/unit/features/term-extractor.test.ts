import { describe, expect, it } from "vitest";
import { TermExtractor, type TermRules } from "../../../src/features/term-extractor.js";
import type { Token } from "../../../src/morph/tokenizer.js";
import type { TermOptions } from "../../../src/options/train-options.js";

const CONTENT = new Set(["NNG", "NNP", "VV", "SL"]);

const RULES: TermRules = {
  isContentTag: (tag) => CONTENT.has(tag.split("+")[0] as string),
  isLatinTag: (tag) => tag === "SL",
  stopWords: new Set(["기자/NNG", "하/VV", "했/VV+EP"]),
  decompose: ({ surface }) => {
    if (surface === "한국은행") return [tagged("한국/NNG"), tagged("은행/NNG")];
    if (surface === "먹었") return [tagged("먹/VV"), tagged("었/EP"), tagged("/VV")];
    if (surface === "했") return [tagged("하/VV"), tagged("았/EP")];
    return surface === "혼자" ? [tagged("혼자/NNG")] : [];
  },
};

function tagged(term: string): { readonly form: string; readonly tag: string } {
  const slash = term.lastIndexOf("/");
  return { form: term.slice(0, slash), tag: term.slice(slash + 1) };
}

function tokens(text: string): Token[] {
  return text.split(" ").map((term) => {
    const { form, tag } = tagged(term);
    return { surface: form, tag, start: 0, end: form.length };
  });
}

function extract(text: string, options: TermOptions = { ngramRange: [1, 1] }): readonly string[] {
  return new TermExtractor(RULES, options).extract(tokens(text));
}

describe("TermExtractor", () => {
  it("keeps content tags only and writes surface/TAG", () => {
    expect(extract("금리/NNG 를/JKO 올리/VV 었/EP 다/EF")).toEqual(["금리/NNG", "올리/VV"]);
  });

  it("keeps every tag when asked for all", () => {
    expect(extract("금리/NNG 를/JKO ./SF", { tags: "all", ngramRange: [1, 1] })).toEqual([
      "금리/NNG",
      "를/JKO",
      "./SF",
    ]);
  });

  it("keeps the whole tag of a fused token", () => {
    expect(extract("올랐/VV+EP 다/EF")).toEqual(["올랐/VV+EP"]);
  });

  it("drops the stop words of the list by term, not by surface", () => {
    expect(extract("기자/NNG 기자/NNP 하/VV 했/VV+EP")).toEqual(["기자/NNP"]);
    expect(extract("기자/NNG", { stopWords: false, ngramRange: [1, 1] })).toEqual(["기자/NNG"]);
  });

  it("lower-cases words in Latin script, drops English stop words and stems", () => {
    expect(extract("The/SL Phones/SL of/SL Galaxies/SL")).toEqual(["phone/SL", "galaxi/SL"]);
    expect(extract("The/SL Phones/SL", { stopWords: false, stem: false, ngramRange: [1, 1] })).toEqual([
      "the/SL",
      "phones/SL",
    ]);
  });

  it("only lower-cases abbreviations in capitals: IT and WHO are no stop words, BTS is no plural", () => {
    expect(extract("IT/SL WHO/SL BTS/SL G/SL it/SL")).toEqual(["it/SL", "who/SL", "bts/SL", "g/SL"]);
  });

  it("leaves the case of other tags alone", () => {
    expect(extract("TheNames/NNP")).toEqual(["TheNames/NNP"]);
  });

  it("does not stem words with letters beyond a-z", () => {
    expect(extract("Cafés/SL")).toEqual(["cafés/SL"]);
  });

  it("joins neighbours among the kept terms into n-grams, shorter ones first", () => {
    expect(extract("가/NNG 는/JX 나/NNG 기자/NNG 다/NNG", { ngramRange: [1, 3] })).toEqual([
      "가/NNG",
      "나/NNG",
      "다/NNG",
      "가/NNG 나/NNG",
      "나/NNG 다/NNG",
      "가/NNG 나/NNG 다/NNG",
    ]);
    expect(extract("가/NNG 나/NNG", { ngramRange: [2, 5] })).toEqual(["가/NNG 나/NNG"]);
    expect(extract("가/NNG", { ngramRange: [2, 2] })).toEqual([]);
  });

  it("adds content parts of kept tokens behind the n-grams when decomposing", () => {
    expect(extract("한국은행/NNP 금리/NNG 먹었/VV+EP", { decompose: true, ngramRange: [1, 2] })).toEqual([
      "한국은행/NNP",
      "금리/NNG",
      "먹었/VV+EP",
      "한국은행/NNP 금리/NNG",
      "금리/NNG 먹었/VV+EP",
      "한국/NNG",
      "은행/NNG",
      "먹/VV",
    ]);
  });

  it("adds no part of a stop word and no part equal to its token", () => {
    expect(extract("했/VV+EP 혼자/NNG", { decompose: true, ngramRange: [1, 1] })).toEqual(["혼자/NNG"]);
  });

  it("takes surfaces that are names of every object's properties", () => {
    expect(extract("constructor/SL __proto__/NNP toString/NNG")).toEqual([
      "constructor/SL",
      "__proto__/NNP",
      "toString/NNG",
    ]);
  });

  it("overwrites the array at the next call and keeps nothing of the document before", () => {
    const extractor = new TermExtractor(RULES, { decompose: true });
    const first = extractor.extract(tokens("한국은행/NNP 금리/NNG"));
    expect(first).toHaveLength(5);
    expect(extractor.extract(tokens("물가/NNG"))).toEqual(["물가/NNG"]);
    expect(first).toEqual(["물가/NNG"]);
    expect(extractor.extract([])).toEqual([]);
  });

  it("gives the same terms after more distinct surfaces than it remembers", () => {
    const extractor = new TermExtractor(RULES, { ngramRange: [1, 1] });
    for (let i = 0; i <= 100_000; i++) extractor.extract([{ surface: `w${i}`, tag: "NNG", start: 0, end: 1 }]);
    expect(extractor.extract(tokens("w0/NNG Phones/SL 기자/NNG"))).toEqual(["w0/NNG", "phone/SL"]);
  });

  it("rejects unknown options", () => {
    expect(() => new TermExtractor(RULES, Object.fromEntries([["ngrams", 2]]))).toThrow(
      "terms.ngrams is not an option",
    );
  });
});
