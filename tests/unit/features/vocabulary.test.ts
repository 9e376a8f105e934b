import { describe, expect, it } from "vitest";
import { ModelFormatError, OptionError } from "../../../src/errors.js";
import { extendHash, HASH_START, hashUnits } from "../../../src/features/term-hash.js";
import { Vocabulary } from "../../../src/features/vocabulary.js";

function encode(terms: readonly string[]): { termBytes: Uint8Array; termOffsets: Uint32Array } {
  const parts = terms.map((term) => new TextEncoder().encode(term));
  const termOffsets = new Uint32Array(terms.length + 1);
  for (const [i, part] of parts.entries()) termOffsets[i + 1] = (termOffsets[i] as number) + part.length;
  return { termBytes: Uint8Array.from(parts.flatMap((part) => [...part])), termOffsets };
}

/**
 * Sorted terms of three units with the hash of the first one found: the hash state is a product with an odd number, so for
 * any first unit there is one 32-bit value of (state after two units) xor (third unit) to reach, and of all pairs of units
 * some two thousand come within 16 bits of it.
 */
function collidingTerms(count: number): string[] {
  const target = extendHash(extendHash(extendHash(HASH_START, 0x4e00), 0x4e00), 0x4e00);
  // The state before the last factor, by the factor's inverse modulo 2^32.
  const factor = extendHash(0, 1);
  let inverse = factor;
  for (let i = 0; i < 5; i++) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse));
  const before = Math.imul(target, inverse);
  const terms: string[] = [];
  for (let first = 0x3000; first < 0xd000 && terms.length < count; first++) {
    const state = extendHash(HASH_START, first);
    for (let second = 0x3000; second < 0xd000 && terms.length < count; second++) {
      const third = extendHash(state, second) ^ before;
      if (third >= 0x3000 && third < 0xd000) terms.push(String.fromCharCode(first, second, third));
    }
  }
  expect(terms.length).toBe(count);
  return terms.sort();
}

describe("Vocabulary", () => {
  it("relates terms and columns both ways", () => {
    const vocabulary = Vocabulary.fromTerms(["경기/NNG", "금리/NNG"]);
    expect(vocabulary.nTerms).toBe(2);
    expect(vocabulary.columnOf("금리/NNG")).toBe(1);
    expect(vocabulary.termAt(1)).toBe("금리/NNG");
    expect(vocabulary.columnOf("물가/NNG")).toBe(-1);
    expect([...vocabulary]).toEqual(["경기/NNG", "금리/NNG"]);
  });

  it("does not know the names that every object has", () => {
    const vocabulary = Vocabulary.fromTerms(["a"]);
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      expect(vocabulary.columnOf(name)).toBe(-1);
    }
    expect(Vocabulary.fromTerms(["__proto__", "constructor"]).columnOf("constructor")).toBe(1);
  });

  it("rejects terms that are not sorted, that repeat, or that UTF-8 cannot hold", () => {
    expect(() => Vocabulary.fromTerms(["b", "a"])).toThrow(OptionError);
    expect(() => Vocabulary.fromTerms(["a", "a"])).toThrow(
      'terms must be sorted by UTF-16 code unit without duplicates; got ["a","a"]',
    );
    expect(() => Vocabulary.fromTerms(["\ud800"])).toThrow("without lone surrogates");
  });

  it("sorts by UTF-16 code unit: a surrogate pair before U+FB00", () => {
    expect([...Vocabulary.fromTerms(["😀", "\ufb00"])]).toEqual(["😀", "\ufb00"]);
    expect(() => Vocabulary.fromTerms(["\ufb00", "😀"])).toThrow(OptionError);
  });

  it("rejects a column outside the vocabulary", () => {
    expect(() => Vocabulary.fromTerms(["a"]).termAt(1)).toThrow("column must be an integer in [0, 1); got 1");
  });

  it("gives the units of all terms and where each begins", () => {
    // "a", "é" and "가" have 1 unit, "😀" 2: offsets 0 1 2 3 5. Code units: 61, e9, ac00, d83d de00.
    const { termUnits, termOffsets } = Vocabulary.fromTerms(["a", "é", "가", "😀"]).toUnits();
    expect([...termOffsets]).toEqual([0, 1, 2, 3, 5]);
    expect([...termUnits]).toEqual([0x61, 0xe9, 0xac00, 0xd83d, 0xde00]);
  });

  it("reads back empty terms, byte order marks and characters of all lengths, from units and from UTF-8", () => {
    for (const terms of [[], [""], ["\ufeffa"], ["", "\u0000", "a", "é", "가", "😀", "\ufb00"]]) {
      expect([...Vocabulary.fromUnits(Vocabulary.fromTerms(terms).toUnits())]).toEqual(terms);
      expect([...Vocabulary.fromBytes(encode(terms))]).toEqual(terms);
    }
  });

  it("finds terms by their units as by their strings, and no others", () => {
    const vocabulary = Vocabulary.fromTerms(["", "가", "가나", "나", "나가"]);
    const text = "가나가";
    const units = Uint16Array.from(text.split(""), (unit) => unit.charCodeAt(0));
    for (let start = 0; start <= units.length; start++) {
      for (let end = start; end <= units.length; end++) {
        const column = vocabulary.columnOfUnits(units, start, end, hashUnits(units, start, end));
        expect(column, `${start} … ${end}`).toBe(vocabulary.columnOf(text.slice(start, end)));
      }
    }
    expect(vocabulary.columnOf("나가")).toBe(4);
    expect(vocabulary.columnOf("가나가")).toBe(-1);
  });

  it("takes the arrays of terms that rise strictly and no others", () => {
    const some = ["", "a", "aa", "ab", "b", "가", "가나", "나", "\u{1f600}", "\uffff"];
    for (const first of some) {
      for (const second of some) {
        for (const third of some) {
          const terms = [first, second, third];
          const text = terms.join("");
          const termUnits = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
          const termOffsets = Uint32Array.of(0, ...terms.map((__, i) => terms.slice(0, i + 1).join("").length));
          const read = () => Vocabulary.fromUnits({ termUnits, termOffsets });
          if (first < second && second < third) expect([...read()]).toEqual(terms);
          else expect(read, JSON.stringify(terms)).toThrow(ModelFormatError);
        }
      }
    }
  });

  it("finds each of 200 terms whose hashes are chosen to meet", () => {
    const terms = collidingTerms(201);
    const vocabulary = Vocabulary.fromTerms(terms.slice(1));
    for (const [column, term] of terms.slice(1).entries()) expect(vocabulary.columnOf(term)).toBe(column);
    expect(vocabulary.columnOf(terms[0] as string)).toBe(-1);
  });

  it("gives back a term of 100,000 units", () => {
    const term = "가".repeat(100_000);
    expect(Vocabulary.fromTerms([term]).termAt(0)).toBe(term);
  });

  it.each([
    ["no offset at all", { termBytes: new Uint8Array(0), termOffsets: new Uint32Array(0) }],
    ["offsets that do not begin at 0", { ...encode(["a"]), termOffsets: Uint32Array.of(1, 1) }],
    ["offsets that end before the bytes", { ...encode(["ab"]), termOffsets: Uint32Array.of(0, 1) }],
    ["offsets that fall", { ...encode(["a", "b"]), termOffsets: Uint32Array.of(0, 2, 1, 2) }],
    ["offsets beyond the bytes", { ...encode(["a", "b"]), termOffsets: Uint32Array.of(0, 9, 2) }],
    ["an offset inside a character", { ...encode(["가"]), termOffsets: Uint32Array.of(0, 1, 3) }],
    ["bytes that are not UTF-8", { termBytes: Uint8Array.of(0xff), termOffsets: Uint32Array.of(0, 1) }],
    ["terms that fall", encode(["b", "a"])],
    ["a term twice", encode(["a", "a"])],
  ])("rejects %s", (_, bytes) => {
    expect(() => Vocabulary.fromBytes(bytes)).toThrow(ModelFormatError);
  });

  it.each([
    ["no offset at all", [], ""],
    ["offsets that do not begin at 0", [1, 1], "a"],
    ["offsets that end before the units", [0, 1], "ab"],
    ["offsets that fall", [0, 2, 1, 2], "ab"],
    ["offsets beyond the units", [0, 9, 2], "ab"],
    ["a term that ends inside a surrogate pair", [0, 1, 2], "😀"],
    ["a lone surrogate", [0, 1], "\ude00"],
    ["terms that fall", [0, 1, 2], "ba"],
    ["a term twice", [0, 1, 2], "aa"],
  ])("rejects units with %s", (_, offsets, text) => {
    const termUnits = Uint16Array.from(text.split(""), (unit) => unit.charCodeAt(0));
    expect(() => Vocabulary.fromUnits({ termUnits, termOffsets: Uint32Array.from(offsets) })).toThrow(ModelFormatError);
  });
});
