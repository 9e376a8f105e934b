import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import type { Token } from "../../src/morph/tokenizer.js";

const SEED = 20180720;
const RUNS = { seed: SEED, numRuns: 500 };

/** Pieces that meet every rule of the lattice: words, particles, spaces, scripts, halves of pairs, rare code units. */
const piece = fc.oneof(
  fc.constantFrom(
    "국회",
    "은행",
    "가",
    "는",
    "에서",
    "했다",
    "에듀 ",
    "영치기 영차",
    "뷁",
    "ㅋ",
    "\u11ab",
    "\u1112\u1161",
  ),
  fc.constantFrom(" ", "\n", "\t", "\r", "\v", "\f", "\u00a0", "\u3000", "\u2028", "\u200d", "\0", "\uffff", "\ufeff"),
  fc.constantFrom(
    "😀",
    "𠮷",
    "\ud83d",
    "\ude00",
    "一",
    "國",
    "五〇",
    "「",
    "３",
    "カ",
    "α",
    "Ж",
    "a",
    "Z9",
    "0.25",
    "...",
    "…",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.integer({ min: 0xac00, max: 0xd7a3 }).map((unit) => String.fromCharCode(unit)),
  fc
    .tuple(fc.constantFrom("a", "1", "!", "뷁", "ㅋ", "😀"), fc.integer({ min: 1, max: 60 }))
    .map(([s, n]) => s.repeat(n)),
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

const WHITE = /^[\t\n\v\r ]*$/;

let tokenizer: MecabTokenizer;

beforeAll(async () => {
  tokenizer = new MecabTokenizer(await loadDictionary());
});

function withoutIds(tokens: readonly Token[]): string[] {
  return tokens.map(({ surface, tag, start, end }) => `${start}-${end} ${surface}/${tag}`);
}

describe("MecabTokenizer on any string", () => {
  it("gives tokens in order, disjoint, not empty, covering all but white space, with the text's own surfaces", () => {
    fc.assert(
      fc.property(text, (source) => {
        let covered = 0;
        for (const { surface, start, end, tag } of tokenizer.tokenize(source)) {
          expect(start).toBeGreaterThanOrEqual(covered);
          expect(end).toBeGreaterThan(start);
          expect(surface).toBe(source.slice(start, end));
          expect(source.slice(covered, start)).toMatch(WHITE);
          expect(tag).toMatch(/^[A-Z]+(\+[A-Z]+)*$/);
          covered = end;
        }
        expect(source.slice(covered)).toMatch(WHITE);
      }),
      RUNS,
    );
  });

  it("gives the same tokens whatever was analysed before", () => {
    const fresh = new MecabTokenizer(tokenizer.dictionary);
    fc.assert(
      fc.property(text, text, (before, source) => {
        tokenizer.tokenize(before);
        const tokens = withoutIds(tokenizer.tokenize(source));
        expect(withoutIds(fresh.tokenize(source))).toEqual(tokens);
      }),
      RUNS,
    );
  });

  it("takes a lone surrogate as the replacement character, as mecab-ko does in UTF-8", () => {
    fc.assert(
      fc.property(text, (source) => {
        const wellFormed = source.replace(/\p{Surrogate}/gu, "\ufffd");
        expect(tokenizer.tokenize(source).map(({ tag, start, end }) => [tag, start, end])).toEqual(
          tokenizer.tokenize(wellFormed).map(({ tag, start, end }) => [tag, start, end]),
        );
      }),
      RUNS,
    );
  });
});
