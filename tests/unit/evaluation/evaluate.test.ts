import { beforeAll, describe, expect, it, vi } from "vitest";
import { Classifier } from "../../../src/classifier.js";
import { evaluate } from "../../../src/evaluation/evaluate.js";
import { encodeModel } from "../../../src/model-file/model-file.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";
import { SMALL_SETTINGS, smallParts } from "../model-file/small-model.js";

/** One unit in each layer, h = max(0, x · w1 + b1); logits [3 h, 0.5, 0]. "금리" weighs 1, "국회" -0.5, "골" 0. */
const PARTS = smallParts({
  labels: ["경제", "스포츠", "정치"],
  terms: ["골/NNG", "국회/NNG", "금리/NNG"],
  settings: { ...SMALL_SETTINGS, terms: { ...SMALL_SETTINGS.terms, charNgrams: false } },
  weights: {
    w1: Float32Array.of(0, -0.5, 1),
    w2: Float32Array.of(1),
    w3: Float32Array.of(1),
    w4: Float32Array.of(3, 0, 0),
    b4: Float32Array.of(0, 0.5, 0),
  },
});

let classifier: Classifier;

beforeAll(async () => {
  classifier = await Classifier.load(await encodeModel(PARTS), { tokenizer: wordTokenizer() });
});

describe("evaluate", () => {
  it("marks the words that speak for and against the predicted label, where they stand in title and body", () => {
    const articles = [
      { title: "금리 국회", body: "골", label: "정치" },
      { title: "", body: "그  금리", label: "정치" },
    ];
    const { errors } = evaluate(classifier, articles);
    const reasons = Object.fromEntries(errors.map((article) => [article.index, article.reasons]));
    // Three terms of equal idf weigh 1/√3 each: 3 · 1/√3 and 3 · -0.5/√3; "골" adds nothing.
    expect(reasons[0]?.title.map(([start, end]) => [start, end])).toEqual([
      [0, 2],
      [3, 5],
    ]);
    expect(reasons[0]?.title[0]?.[2]).toBeCloseTo(1.73205, 3);
    expect(reasons[0]?.title[1]?.[2]).toBeCloseTo(-0.86603, 3);
    expect(reasons[0]?.excerpt).toEqual([]);
    // One known term, 3 · 1. The excerpt has one space where the body has two.
    expect(errors.find(({ index }) => index === 1)?.excerpt).toBe("그 금리");
    expect(reasons[1]?.excerpt.map(([start, end]) => [start, end])).toEqual([[2, 4]]);
    expect(reasons[1]?.excerpt[0]?.[2]).toBeCloseTo(3, 3);
  });

  it("explains no article that the report does not show", () => {
    const explain = vi.spyOn(classifier, "explainArticle");
    const articles = Array.from({ length: 50 }, () => ({ title: "금리", body: "", label: "정치" }));
    expect(evaluate(classifier, articles, { maxErrors: 0, maxExamples: 0 }).nErrors).toBe(50);
    expect(explain).not.toHaveBeenCalled();
    // Equal ranks: the first three stay, and no later one comes in.
    expect(evaluate(classifier, articles, { maxErrors: 3, maxExamples: 0 }).errors).toHaveLength(3);
    expect(explain).toHaveBeenCalledTimes(3);
    explain.mockRestore();
  });
});
