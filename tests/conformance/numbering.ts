/**
 * What every implementation of NumberingKernel must do. Expected terms are strings, numbered by a map, so that this suite needs
 * no other implementation to compare with.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumberingKernel, NumberingKernelFactory } from "../../src/kernels/numbering.js";
import type { TermRanges } from "../../src/kernels/terms.js";
import { addWord, document, type Given, range, termsOf, writeDocument } from "./term-documents.js";

const PARAMETERS = { seed: 20261128, numRuns: 300 };
const RANGES: TermRanges = { words: [1, 2], characters: [2, 4] };

function numberDocument(kernel: NumberingKernel, given: Given, ranges: TermRanges = RANGES): readonly number[] {
  const { words, singles = [] } = given;
  const nNumbers = kernel.number(writeDocument(kernel, given, ranges), words.length, singles.length);
  return [...kernel.numbers.subarray(0, nNumbers)];
}

function numberTerms(kernel: NumberingKernel, terms: readonly string[]): readonly number[] {
  const text = terms.join("");
  let end = 0;
  const ends = Uint32Array.from(terms, ({ length }) => {
    end += length;
    return end;
  });
  return [...kernel.numberTerms({ units: Uint16Array.from(text, (_, i) => text.charCodeAt(i)), ends })];
}

/** All terms that a kernel has numbered, by number. */
function numberedTerms({ nTerms, termUnits, termStarts }: NumberingKernel): readonly string[] {
  return Array.from({ length: nTerms }, (_, number) =>
    Array.from(termUnits.subarray(termStarts[number], termStarts[number + 1]), (unit) =>
      String.fromCharCode(unit),
    ).join(""),
  );
}

/** The terms of a document, sorted: their order is laid down for numbers only. */
function spell(given: Given, ranges: TermRanges): readonly string[] {
  return termsOf(given, ranges).toSorted();
}

/** Runs the suite; `name` is what the kernels under test must call themselves, so that no other stands in for them. */
export function describeNumberingKernel(name: string, factory: NumberingKernelFactory): void {
  describe(`numbering kernel: ${name}`, () => {
    it("is the implementation under test", () => {
      expect(factory(RANGES).name).toBe(name);
    });

    it("numbers words and pairs by their first word, then single words, then characters, in the order they come", () => {
      const kernel = factory(RANGES);
      const given: Given = { words: ["나/NNG", "너/NNG", "나/NNG"], singles: ["그/NP"], text: "가나" };
      expect(numberDocument(kernel, given)).toEqual([0, 1, 2, 3, 0, 4, 5, 6, 7, 8, 9, 10]);
      expect(numberedTerms(kernel)).toEqual([
        "나/NNG",
        "나/NNG 너/NNG",
        "너/NNG",
        "너/NNG 나/NNG",
        "그/NP",
        " 가",
        " 가나",
        " 가나 ",
        "가나",
        "가나 ",
        "나 ",
      ]);
      expect(numberDocument(kernel, { words: [], text: "나" })).toEqual([11, 12, 10]);
    });

    it("gives the terms of a document as strings would, for any words, text and ranges", () => {
      fc.assert(
        fc.property(
          fc.array(document, { minLength: 1, maxLength: 4 }),
          range(3, 5),
          fc.option(range(6, 8)),
          (documents, words, characters) => {
            const ranges: TermRanges = { words, characters };
            const kernel = factory(ranges);
            const numbers = documents.map((given) => numberDocument(kernel, given, ranges));
            const terms = numberedTerms(kernel);
            // Numbers are given in the order in which they are needed.
            expect([...new Set(numbers.flat())]).toEqual(terms.map((_, number) => number));
            expect(new Set(terms).size).toBe(terms.length);
            for (const [i, given] of documents.entries()) {
              const own = (numbers[i] as readonly number[]).map((number) => terms[number] as string);
              expect(own.sort()).toEqual(spell(given, ranges));
            }
          },
        ),
        PARAMETERS,
      );
    });

    it("numbers given terms with those of documents, whatever they are", () => {
      const kernel = factory(RANGES);
      numberDocument(kernel, { words: ["가/NNG", "나/NNG"], text: "가나" });
      const known = numberedTerms(kernel);
      const others = [
        "",
        "a",
        "a\0",
        "\0",
        "\0a",
        "a\0\0",
        "가나다라",
        "가나다라\0",
        "가나다라마",
        "\ud800",
        "__proto__",
      ];
      const given = [...known.toReversed(), ...others, ...others];
      const all = [...known, ...others];
      expect(numberTerms(kernel, given)).toEqual(given.map((term) => all.indexOf(term)));
      expect(numberedTerms(kernel)).toEqual(all);
      expect(numberTerms(kernel, [])).toEqual([]);
    });

    it("keeps terms apart and known as it grows", () => {
      const kernel = factory(RANGES);
      const terms = Array.from({ length: 40_000 }, (_, i) =>
        i % 2 === 0 ? `${i.toString(36)}` : `${i % 7}/${i} ${i}`,
      );
      terms.push("긴".repeat(50_000));
      const numbers = terms.map((_, i) => i);
      expect(numberTerms(kernel, terms)).toEqual(numbers);
      expect(numberTerms(kernel, terms)).toEqual(numbers);
      for (const term of terms.slice(0, 100)) expect(numberTerms(kernel, [term])).toEqual([terms.indexOf(term)]);
      expect(numberedTerms(kernel)).toEqual(terms);
      expect(kernel.nBytes).toBeGreaterThan(2 * 50_000);
    });

    it("takes documents, words and lists of words longer than its first buffers", () => {
      const kernel = factory(RANGES);
      const words = Array.from({ length: 5000 }, (_, i) => `${String.fromCharCode(0xac00 + i)}나라/NNG`);
      const long = `${"가".repeat(40_000)}/NNG`;
      const given: Given = {
        words: [...words, long, ...words],
        text: "가나다라마바사아자차카타파하 가나 ".repeat(3000),
      };
      const numbers = numberDocument(kernel, given);
      const terms = numberedTerms(kernel);
      expect(numbers.map((number) => terms[number] as string).sort()).toEqual(spell(given, RANGES));
      expect(kernel.nWords).toBe(10_001);
      expect(numberDocument(kernel, { words: ["각나라/NNG"] })).toEqual([terms.indexOf("각나라/NNG")]);
    });

    it("copies the terms from a number on", () => {
      const kernel = factory(RANGES);
      numberTerms(kernel, ["가", "나다", "", "라"]);
      const { units, ends } = kernel.termsFrom(1);
      expect([String.fromCharCode(...units), ...ends]).toEqual(["나다라", 2, 2, 3]);
      expect(kernel.termsFrom(4).ends).toHaveLength(0);
      numberTerms(kernel, ["마"]);
      // A copy: what is numbered later does not change it.
      expect(String.fromCharCode(...units)).toBe("나다라");
    });

    it("numbers terms from 0 again when they are forgotten, with the words as they are", () => {
      const kernel = factory(RANGES);
      const [first, second] = [addWord(kernel, "가/NNG"), addWord(kernel, "나라/NNG")];
      const numbers = (): readonly number[] => {
        kernel.reserve(0, 2);
        kernel.words.set([second, first]);
        return [...kernel.numbers.subarray(0, kernel.number(0, 2, 0))];
      };
      numberDocument(kernel, { words: ["가/NNG"], text: "나라" });
      const nBefore = kernel.nTerms;
      expect(numbers()).toEqual([nBefore, nBefore + 1, 0]);
      kernel.clearTerms();
      expect(kernel.nTerms).toBe(0);
      expect(numbers()).toEqual([0, 1, 2]);
      expect(numberedTerms(kernel)).toEqual(["나라/NNG", "나라/NNG 가/NNG", "가/NNG"]);
    });

    it("numbers words from 0 again when they are forgotten, with the terms as they are", () => {
      const kernel = factory(RANGES);
      expect([addWord(kernel, "가/NNG"), addWord(kernel, "나/NNG")]).toEqual([0, 1]);
      expect(numberDocument(kernel, { words: ["다/NNG"] })).toEqual([0]);
      expect([kernel.nWords, kernel.nWordUnits]).toEqual([3, 15]);
      kernel.clearWords();
      expect([kernel.nWords, kernel.nWordUnits]).toEqual([0, 0]);
      expect(addWord(kernel, "나/NNG")).toBe(0);
      expect(numberDocument(kernel, { words: ["라/NNG", "다/NNG"] })).toEqual([1, 2, 0]);
    });
  });
}
