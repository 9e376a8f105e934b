import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../../src/classifier.js";
import { OptionError } from "../../../src/errors.js";
import type { Explanation } from "../../../src/explanation/explain.js";
import { encodeModel } from "../../../src/model-file/model-file.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";
import { SMALL_SETTINGS, smallParts, withMembers } from "../model-file/small-model.js";

const LABELS = ["경제", "스포츠", "정치"];
const TERMS = ["골/NNG", "국회/NNG", "금리/NNG"];

/** Single precision of the weights, and 1e-5 of batch norm's epsilon in each of three layers. */
const WEIGHT_TOLERANCE = 1e-4;

/** One unit in each layer, h = max(0, x · w1 + b1); logits [3 h, 0.5, 0]. "금리" weighs 1, "국회" -0.5, "골" 0. */
const NETWORK = {
  w1: Float32Array.of(0, -0.5, 1),
  w2: Float32Array.of(1),
  w3: Float32Array.of(1),
  w4: Float32Array.of(3, 0, 0),
  b4: Float32Array.of(0, 0.5, 0),
};

const SMALL = {
  labels: LABELS,
  terms: TERMS,
  settings: { ...SMALL_SETTINGS, terms: { ...SMALL_SETTINGS.terms, charNgrams: false } },
};

const load = async (parts: Parameters<typeof encodeModel>[0]): Promise<Classifier> =>
  Classifier.load(await encodeModel(parts), { tokenizer: wordTokenizer() });

const sumOf = (parts: readonly { readonly contribution: number }[]): number =>
  parts.reduce((sum, { contribution }) => sum + contribution, 0);

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(WEIGHT_TOLERANCE);
}

let classifier: Classifier;
let kinked: Classifier;

beforeAll(async () => {
  classifier = await load(smallParts({ ...SMALL, weights: NETWORK }));
  kinked = await load(smallParts({ ...SMALL, weights: { ...NETWORK, b1: Float32Array.of(-0.3) } }));
});

describe("Classifier.explain", () => {
  it("divides the difference of two logits among the terms, and names what is left without any", () => {
    // Two terms of equal idf weigh 1/√2 each. h = (1 - 0.5)/√2 = 0.35355, logits [1.06066, 0.5, 0]: 경제 against 스포츠.
    const explanation = classifier.explain("금리 국회");
    expect(explanation).toMatchObject({ label: "경제", against: "스포츠", method: "active-units", nUnknownTerms: 0 });
    expect(explanation.terms.map(({ term }) => term)).toEqual(["금리/NNG", "국회/NNG"]);
    // 3 · 1/√2 and 3 · -0.5/√2; the biases differ by 0 - 0.5.
    expectClose(explanation.terms[0]?.contribution as number, 2.12132);
    expectClose(explanation.terms[1]?.contribution as number, -1.06066);
    expectClose(explanation.constant, -0.5);
    expectClose(explanation.logOdds, 0.56066);
    const [best, second] = classifier.classify("금리 국회", { topK: 2 });
    expect([explanation.score, explanation.againstScore]).toEqual([best.score, second?.score]);
    expectClose(explanation.logOdds, Math.log(explanation.score / explanation.againstScore));
  });

  it("compares any two labels", () => {
    const text = "금리 국회";
    const explanation = classifier.explain(text, "정치", { against: "경제" });
    expect(explanation).toMatchObject({ label: "정치", against: "경제" });
    expectClose(explanation.logOdds, -1.06066);
    expect(classifier.explain(text, "정치").against).toBe("경제");
    expect(classifier.explain(text, "경제").against).toBe("스포츠");
  });

  it("gives terms nothing where their unit is not active", () => {
    // h = max(0, -0.5) = 0: the logits are the biases.
    const explanation = classifier.explain("국회");
    expect(explanation).toMatchObject({ label: "스포츠", against: "경제" });
    expect(explanation.terms).toMatchObject([{ term: "국회/NNG", contribution: 0 }]);
    expectClose(explanation.constant, 0.5);
  });

  it("follows the odds from no terms to the text with integrated gradients", () => {
    // h = max(0, 1 - 0.3) = 0.7 and 0 without terms: 3 · 0.7 by the term. The linear piece of the text alone has 3 · 1 and
    // a constant of 3 · -0.3 - 0.5.
    const integrated = kinked.explain("금리", "경제", { against: "스포츠", method: "integrated-gradients" });
    expectClose(integrated.constant, -0.5);
    expectClose(integrated.terms[0]?.contribution as number, 2.1);
    const active = kinked.explain("금리", "경제", { against: "스포츠" });
    expectClose(active.terms[0]?.contribution as number, 3);
    expectClose(active.constant, -1.4);
    expectClose(active.logOdds, 1.6);
    expect(integrated.logOdds).toBe(active.logOdds);
  });

  it("explains several networks with a calibration: all parts add up to the odds of the scores", async () => {
    const parts = smallParts({
      ...SMALL,
      weights: NETWORK,
      calibration: { temperature: 1.5, flattenedShare: 0.3, labelBias: [0.2, 0, -0.1] },
    });
    const several = await load(
      withMembers(
        parts,
        { w1: Float32Array.of(1, 2, 0.5) },
        { w4: Float32Array.of(-1, 2, 0), b1: Float32Array.of(0.5) },
      ),
    );
    for (const text of ["금리 국회", "골", "금리 골 골", ""]) {
      const explanation = several.explain(text);
      const { logOdds, constant, terms, score, againstScore } = explanation;
      expect(Math.abs(constant + sumOf(terms) - logOdds)).toBeLessThan(1e-12);
      expectClose(logOdds, Math.log(score / againstScore));
      const integrated = several.explain(text, undefined, { method: "integrated-gradients" });
      const gap = Math.abs(integrated.constant + sumOf(integrated.terms) - logOdds);
      expect(gap).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(logOdds)));
    }
  });

  it("places terms and words in the text as it was given, through clean-up", () => {
    const text = "  <b>금리</b> &amp;  금리 ".replace("금리 ", "금리 ".normalize("NFD"));
    const { terms, words } = classifier.explain(text);
    const shown = (ranges: Explanation["terms"][number]["ranges"]) =>
      ranges.map(({ start, end }) => text.slice(start, end).normalize("NFC"));
    expect(terms.map(({ term, ranges }) => [term, shown(ranges)])).toEqual([["금리/NNG", ["금리", "금리"]]]);
    expect(shown(words)).toEqual(["금리", "&amp;", "금리"]);
    // "&" is a term of this tokenizer that the model does not know; both places of the other share its contribution.
    const [first, sign, last] = words.map(({ contribution }) => contribution) as [number, number, number];
    expect(sign).toBe(0);
    expect(first).toBeCloseTo(last, 12);
    expect(first + last).toBeCloseTo(sumOf(terms), 12);
  });

  it("says which part of an article a place is in", () => {
    const article = { title: "금리 골", body: "국회 금리" };
    const { terms, words } = classifier.explainArticle(article);
    expect(terms.find(({ term }) => term === "금리/NNG")?.ranges).toEqual([
      { part: "title", start: 0, end: 2 },
      { part: "body", start: 3, end: 5 },
    ]);
    expect(words.map(({ part, start, end }) => `${part} ${article[part].slice(start, end)}`)).toEqual([
      "title 금리",
      "title 골",
      "body 국회",
      "body 금리",
    ]);
  });

  it("counts unknown terms once each and takes a text without any", () => {
    expect(classifier.explain("금리 환율 환율 유가").nUnknownTerms).toBe(2);
    expect(classifier.explain("")).toMatchObject({ label: "스포츠", terms: [], words: [], nUnknownTerms: 0 });
  });

  it("refuses unknown labels, equal labels and unknown methods", () => {
    const explain =
      (...rest: unknown[]) =>
      () =>
        (classifier.explain as (...list: unknown[]) => unknown).call(classifier, "금리", ...rest);
    expect(explain("날씨")).toThrow(/^label must be one of the model's labels, 경제, 스포츠, 정치; got "날씨"$/);
    expect(explain("경제", { against: "날씨" })).toThrow(/^against must be /);
    expect(explain("경제", { against: "경제" })).toThrow(/^against must be another label than 경제/);
    expect(explain("경제", { method: "lime" })).toThrow(OptionError);
  });
});
