import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createDocumentTerms, createTermLocator } from "../../src/document-terms.js";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import type { Tokenizer } from "../../src/morph/tokenizer.js";
import { ATTRIBUTION_METHODS, attribute, type NetworkView } from "../../src/nn/attribution.js";
import { toCleanDocument, toDocument } from "../../src/text/article.js";
import { traceDocument } from "../../src/text/trace-document.js";

let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = new MecabTokenizer(await loadDictionary());
});

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "한국은행이",
        "기준금리를",
        "했다",
        "갔다",
        "U.S.",
        "İstanbul",
        "ΑΣ",
        "(서울=가온통신) ",
        "<b>",
        "</b>",
      ),
      fc.constantFrom(
        " ",
        "\n",
        "&amp;",
        "…",
        "무단 전재 및 재배포 금지",
        "ㅋㅋ",
        "각".normalize("NFD"),
        "😀",
        "\u0301",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const terms = fc.record({
  tags: fc.constantFrom("content", "all"),
  decompose: fc.boolean(),
  stopWords: fc.boolean(),
  ngramRange: fc.constantFrom([1, 1], [1, 2], [2, 3]),
  charNgrams: fc.boolean(),
  charNgramRange: fc.constantFrom([1, 2], [2, 4], [3, 3]),
}) as fc.Arbitrary<Parameters<typeof createTermLocator>[1]>;

const number = fc.double({ min: -3, max: 3, noNaN: true });
const numbers = (length: number) => fc.array(number, { minLength: length, maxLength: length });

/** A network of 4 terms, 3, 3 and 2 hidden units and 3 labels. */
const network = fc
  .record({
    w1: numbers(12),
    b1: numbers(3),
    scale1: numbers(3),
    shift1: numbers(3),
    w2: numbers(9),
    b2: numbers(3),
    w3: numbers(6),
    b3: numbers(2),
    w4: numbers(6),
    b4: numbers(3),
    votes: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ w1, votes, ...layers }): NetworkView => {
    const arrays = Object.fromEntries(Object.entries(layers).map(([name, list]) => [name, Float64Array.from(list)]));
    const rows = Float64Array.from(w1);
    return {
      ...(arrays as unknown as NetworkView),
      votes,
      termWeights: (column) => rows.subarray(column * 3, column * 3 + 3),
    };
  });

const scoring = fc.record({
  networks: fc.array(network, { minLength: 1, maxLength: 3 }),
  calibration: fc.record({
    temperature: fc.double({ min: 0.2, max: 5, noNaN: true }),
    flattenedShare: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    labelBias: numbers(3),
  }),
});

const row = numbers(4).map((values) => ({
  nnz: 4,
  indices: Uint32Array.of(0, 1, 2, 3),
  values: Float32Array.from(values),
}));

describe("createTermLocator", () => {
  it("gives the terms that the model sees, in the same order, each at a place that is not empty", () => {
    fc.assert(
      fc.property(text, terms, (given, options) => {
        const document = toDocument({ title: given, body: "" });
        const places = createTermLocator(tokenizer, options)(document);
        expect(places.map(({ term }) => term)).toEqual([...createDocumentTerms(tokenizer, options)(document)]);
        for (const { spans } of places) {
          let before = 0;
          for (const [start, end] of spans) {
            expect(start).toBeGreaterThanOrEqual(before);
            expect(end).toBeGreaterThan(start);
            before = end;
          }
          expect(before).toBeLessThanOrEqual(document.length);
        }
      }),
    );
  });
});

describe("traceDocument", () => {
  it("gives the document, and for each of its words a place of the article", () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom("none" as const, "news" as const), (title, body, clean) => {
        const article = { title, body };
        const traced = traceDocument(article, clean);
        expect(traced.text).toBe(toCleanDocument(article, clean));
        let before = { part: "title", end: 0 };
        for (const { 0: word, index } of traced.text.matchAll(/\S+/g)) {
          const range = traced.rangeOf(index, index + word.length);
          expect(range.end).toBeGreaterThan(range.start);
          expect(range.end).toBeLessThanOrEqual(article[range.part].length);
          if (range.part === before.part) expect(range.start).toBeGreaterThanOrEqual(before.end - 1);
          before = range;
        }
      }),
    );
  });
});

describe("attribute", () => {
  it("makes all parts smaller by one factor in [½, 1] where a share is flattened, and gives no other label the odds", () => {
    fc.assert(
      fc.property(scoring, row, fc.constantFrom(...ATTRIBUTION_METHODS), (view, document, method) => {
        const plainView = { ...view, calibration: { ...view.calibration, flattenedShare: 0 } };
        const flattened = attribute(view, document, 0, 1, method);
        const plain = attribute(plainView, document, 0, 1, method);
        fc.pre(Math.abs(plain.logOdds) > 1e-9);
        const factor = flattened.logOdds / plain.logOdds;
        expect(factor).toBeGreaterThanOrEqual(0.5 - 1e-12);
        expect(factor).toBeLessThanOrEqual(1 + 1e-12);
        const expectScaled = (part: number, whole: number): void => {
          expect(Math.abs(part - factor * whole)).toBeLessThanOrEqual(1e-12 * Math.abs(whole));
        };
        expectScaled(flattened.constant, plain.constant);
        for (const [k, part] of flattened.contributions.entries()) expectScaled(part, plain.contributions[k]!);
        const reversed = attribute(view, document, 1, 0, method);
        expect(Math.abs(reversed.logOdds + flattened.logOdds)).toBeLessThan(1e-12 * (1 + Math.abs(flattened.logOdds)));
      }),
      { numRuns: 100 },
    );
  });

  it("adds up to the odds exactly by active units, and within a millionth by integrated gradients", () => {
    fc.assert(
      fc.property(scoring, row, fc.constantFrom([0, 1], [2, 0]), (view, document, [label, against]) => {
        const active = attribute(view, document, label as number, against as number, "active-units");
        const sumOf = ({ constant, contributions }: typeof active) =>
          contributions.reduce((sum, c) => sum + c, constant);
        const size = active.contributions.reduce((sum, c) => sum + Math.abs(c), 1 + Math.abs(active.constant));
        expect(Math.abs(sumOf(active) - active.logOdds)).toBeLessThan(1e-10 * size);
        const integrated = attribute(view, document, label as number, against as number, "integrated-gradients");
        expect(integrated.logOdds).toBe(active.logOdds);
        const gap = Math.abs(sumOf(integrated) - integrated.logOdds);
        expect(gap).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(integrated.logOdds), Math.abs(integrated.constant)),
        );
      }),
      { numRuns: 100 },
    );
  });
});
