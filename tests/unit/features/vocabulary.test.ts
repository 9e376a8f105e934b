import { describe, expect, it } from "vitest";
import { ModelFormatError, OptionError } from "../../../src/errors.js";
import { Vocabulary } from "../../../src/features/vocabulary.js";

function encode(terms: readonly string[]): { termBytes: Uint8Array; termOffsets: Uint32Array } {
  const parts = terms.map((term) => new TextEncoder().encode(term));
  const termOffsets = new Uint32Array(terms.length + 1);
  for (const [i, part] of parts.entries()) termOffsets[i + 1] = (termOffsets[i] as number) + part.length;
  return { termBytes: Uint8Array.from(parts.flatMap((part) => [...part])), termOffsets };
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

  it("writes the UTF-8 of all terms and where each begins", () => {
    // "a" 1 byte, "é" 2, "가" 3, "😀" 4: offsets 0 1 3 6 10. Code units: 61, e9, ac00, d83d.
    const { termBytes, termOffsets } = Vocabulary.fromTerms(["a", "é", "가", "😀"]).toBytes();
    expect([...termOffsets]).toEqual([0, 1, 3, 6, 10]);
    expect(new TextDecoder().decode(termBytes)).toBe("aé가😀");
  });

  it("reads back empty terms, byte order marks and characters of all lengths", () => {
    for (const terms of [[], [""], ["\ufeffa"], ["", "\u0000", "a", "é", "가", "😀", "\ufb00"]]) {
      expect([...Vocabulary.fromBytes(Vocabulary.fromTerms(terms).toBytes())]).toEqual(terms);
    }
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
});
