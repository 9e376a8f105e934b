import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCharNgrams } from "../../src/features/char-ngrams.js";
import { hashUnits } from "../../src/features/term-hash.js";
import { TermUnits, type TermVisitor } from "../../src/features/term-units.js";

const PARAMETERS = { seed: 20261123, numRuns: 500 };

/** Letters whose lower case is longer, final sigmas, marks, digits, surrogates alone and in pairs, and what parts words. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "한국",
        "AB",
        "İ",
        "Σ",
        "ΑΣ ",
        "e\u0301",
        "7",
        "𝟘",
        "𐐀",
        "😀",
        "\ud83d",
        "\ude00",
        " ",
        "/",
        "-",
        "\0",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const range = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }))
  .map(([n, more]) => [n, Math.min(n + more, 5)] as const);

/** Runs `visit` and returns what it was given as strings; each state must be that of the units. */
function collect(run: (visit: TermVisitor) => void): string[] {
  const terms: string[] = [];
  run((units, start, end, state) => {
    expect(state).toBe(hashUnits(units, start, end));
    terms.push(String.fromCharCode(...units.subarray(start, end)));
  });
  return terms.sort();
}

describe("TermUnits", () => {
  const termUnits = new TermUnits();

  it("visits the character n-grams that addCharNgrams appends", () => {
    fc.assert(
      fc.property(text, range, (document, [shortest, longest]) => {
        const expected: string[] = [];
        addCharNgrams(expected, document, shortest, longest);
        expect(collect((visit) => termUnits.visitCharNgrams(document, shortest, longest, visit))).toEqual(
          expected.sort(),
        );
      }),
      PARAMETERS,
    );
  });

  it("visits the n-grams of words, joined by spaces", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), range, (words, [shortest, longest]) => {
        const expected: string[] = [];
        for (let n = shortest; n <= longest; n++) {
          for (let i = 0; i + n <= words.length; i++) expected.push(words.slice(i, i + n).join(" "));
        }
        expect(collect((visit) => termUnits.visitWordNgrams(words, shortest, longest, visit))).toEqual(expected.sort());
      }),
      PARAMETERS,
    );
  });

  it("takes texts longer than its first buffers", () => {
    const document = "가나 ".repeat(5000);
    const expected: string[] = [];
    addCharNgrams(expected, document, 2, 4);
    expect(collect((visit) => termUnits.visitCharNgrams(document, 2, 4, visit))).toEqual(expected.sort());
    const words = document.trim().split(" ");
    expect(collect((visit) => termUnits.visitWordNgrams(words, 2, 2, visit))).toEqual(
      new Array(4999).fill("가나 가나"),
    );
  });
});
