import { describe, expect, it } from "vitest";
import { DatasetError, NewsclfError, OptionError } from "../../../src/errors.js";
import { createEvaluator } from "../../../src/evaluation/evaluator.js";
import { EXCERPT_LENGTH } from "../../../src/evaluation/excerpt.js";

const LABELS = ["가", "나", "다"];

describe("createEvaluator", () => {
  it("counts documents as they come and reports at any time", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.addScores("가", [0.6, 0.3, 0.1]);
    expect(evaluator.finish().accuracy).toBe(1);
    evaluator.addScores("가", [0.1, 0.8, 0.1]);
    expect(evaluator.nDocuments).toBe(2);
    expect(evaluator.finish()).toMatchObject({ accuracy: 0.5, nDocuments: 2, nErrors: 1 });
  });

  it("explains each article that the report shows once, and none that others have driven out", () => {
    const evaluator = createEvaluator(LABELS, { maxErrors: 1, maxExamples: 0 });
    const explained: string[] = [];
    const add = (title: string, score: number, body = ""): void => {
      const explain = () => {
        explained.push(title);
        return { title: [], body: [] };
      };
      evaluator.addScores("가", [0, score, 1 - score], { title, body, explain });
    };
    // The error with the higher score stays, and the second is also the least certain.
    add("첫째", 0.6);
    add("둘째", 0.55);
    expect(explained).toEqual([]);
    add("셋째", 0.9);
    const { errors, uncertain } = evaluator.finish();
    expect([errors, uncertain].map((list) => list.map(({ title }) => title))).toEqual([["셋째"], ["둘째"]]);
    evaluator.finish();
    expect(explained).toEqual(["셋째", "둘째"]);
  });

  it("explains a long article at once, so that it need not be kept", () => {
    const evaluator = createEvaluator(LABELS);
    let nCalls = 0;
    const explain = () => {
      nCalls++;
      return { title: [], body: [] };
    };
    evaluator.addScores("가", [0, 0.7, 0.3], { title: "", body: "가".repeat(10_001), explain });
    expect(nCalls).toBe(1);
    evaluator.addScores("가", [0, 0.7, 0.3], { title: "", body: "가".repeat(10_000), explain });
    expect(nCalls).toBe(1);
    evaluator.finish();
    expect(nCalls).toBe(2);
  });

  it("takes typed arrays for scores", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.addScores("나", new Float32Array([0.25, 0.5, 0.25]));
    expect(evaluator.finish().confusion[1]).toEqual([0, 1, 0]);
  });

  it("predicts the first of equal scores", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.addScores("나", [0.2, 0.4, 0.4]);
    expect(evaluator.finish().accuracy).toBe(1);
  });

  it("takes the mean of -ln(score of the true label) as the log loss", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.addScores("가", [0.5, 0.25, 0.25]);
    evaluator.addScores("가", [0.25, 0.5, 0.25]);
    // (ln 2 + ln 4) / 2 = 1.5 ln 2
    expect(evaluator.finish().logLoss).toBeCloseTo(1.5 * Math.LN2, 15);
  });

  it("counts a score of 0 for the true label as 2^-52", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.addScores("다", [1, 0, 0]);
    expect(evaluator.finish().logLoss).toBeCloseTo(52 * Math.LN2, 12);
  });

  it("has no log loss when the predictions leave out a true label", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.add("가", [{ label: "가", score: 0.9 }]);
    expect(evaluator.finish().logLoss).toBeCloseTo(-Math.log(0.9), 15);
    evaluator.add("가", [{ label: "나", score: 0.9 }]);
    expect(evaluator.finish()).toMatchObject({ accuracy: 0.5, logLoss: null });
  });

  it("leaves unknown true labels out of the log loss", () => {
    const evaluator = createEvaluator(LABELS);
    evaluator.addScores("모름", [0.5, 0.25, 0.25]);
    expect(evaluator.finish().logLoss).toBeNull();
    evaluator.addScores("가", [0.5, 0.25, 0.25]);
    expect(evaluator.finish().logLoss).toBeCloseTo(Math.LN2, 15);
  });

  it("lists the most confident errors with what is known of their articles", () => {
    const evaluator = createEvaluator(LABELS, { maxErrors: 2 });
    evaluator.addScores("가", [0.9, 0.1, 0], { title: "맞힌 기사", body: "" });
    evaluator.addScores("가", [0.2, 0.7, 0.1], {
      title: "제목\n둘째 줄",
      body: " 본문 \t 문장. ",
      source: "a.csv",
      line: 4,
    });
    evaluator.addScores("가", [0.3, 0.6, 0.1], { title: "덜 틀린 기사", body: "" });
    evaluator.add("모름", [{ label: "다", score: 0.8 }]);
    expect(evaluator.finish()).toMatchObject({ nErrors: 3 });
    expect(evaluator.finish().errors).toEqual([
      {
        trueLabel: "모름",
        predictedLabel: "다",
        score: 0.8,
        trueScore: null,
        secondLabel: null,
        secondScore: null,
        index: 3,
        source: null,
        line: null,
        title: "",
        excerpt: "",
        reasons: null,
      },
      {
        trueLabel: "가",
        predictedLabel: "나",
        score: 0.7,
        trueScore: 0.2,
        secondLabel: "가",
        secondScore: 0.2,
        index: 1,
        source: "a.csv",
        line: 4,
        title: "제목 둘째 줄",
        excerpt: "본문 문장.",
        reasons: null,
      },
    ]);
  });

  it("cuts long texts between characters as readers see them", () => {
    const evaluator = createEvaluator(LABELS);
    const syllable = "각".normalize("NFD"); // three code units, one character
    evaluator.addScores("가", [0, 1, 0], {
      title: syllable.repeat(EXCERPT_LENGTH + 1),
      body: "가".repeat(EXCERPT_LENGTH),
    });
    const [error] = evaluator.finish().errors;
    expect(error?.title).toBe(`${syllable.repeat(EXCERPT_LENGTH)}…`);
    expect(error?.excerpt).toBe("가".repeat(EXCERPT_LENGTH));
  });

  it("leaves no half of a surrogate pair at the end of a cut text", () => {
    const evaluator = createEvaluator(LABELS);
    // 3 code units again and again, joined to one character; the window of 1600 units ends behind the first of a pair.
    evaluator.addScores("가", [0, 1, 0], { title: "\u{1F468}\u200D".repeat(1000), body: "" });
    expect(evaluator.finish().errors[0]?.title).toMatch(
      /^[^\uD800-\uDFFF]*(?:[\uD800-\uDBFF][\uDC00-\uDFFF][^\uD800-\uDFFF]*)*$/,
    );
  });

  it("does not change or keep the given predictions and labels", () => {
    const labels = [...LABELS];
    const evaluator = createEvaluator(labels);
    labels[0] = "바뀜";
    evaluator.addScores("가", Object.freeze([1, 0, 0]) as number[]);
    expect(evaluator.finish().labels.map(({ label }) => label)).toEqual(LABELS);
  });

  it("refuses to report on no document, and names the source", () => {
    expect(() => createEvaluator(LABELS).finish()).toThrow(DatasetError);
    expect(() => createEvaluator(LABELS).finish({ split: { kind: "test", source: "news.csv" } })).toThrow(
      "news.csv: an evaluation needs one or more labeled articles; got none",
    );
  });

  it.each([
    ["too few scores", [0.5, 0.5], "scores must be 3 numbers, one for each label; got [0.5,0.5]"],
    ["a score that is not a number", [0.5, Number.NaN, 0.5], "scores[1] must be a number in [0, 1]; got NaN"],
    ["a score above 1", [0, 0, 1.5], "scores[2] must be a number in [0, 1]; got 1.5"],
  ])("rejects %s and counts nothing", (_, scores, message) => {
    const evaluator = createEvaluator(LABELS);
    expect(() => evaluator.addScores("가", scores)).toThrow(message);
    expect(evaluator.nDocuments).toBe(0);
  });

  it.each([
    ["no prediction", [], "predictions must be one or more labels with scores; got []"],
    [
      "a label of another model",
      [{ label: "라", score: 1 }],
      'predictions[0].label must be a label of the evaluator; got "라"',
    ],
    ["a negative score", [{ label: "가", score: -0.1 }], "predictions[0].score must be a number in [0, 1]; got -0.1"],
    [
      "predictions that are not best first",
      [
        { label: "가", score: 0.1 },
        { label: "나", score: 0.9 },
      ],
      "predictions must be in falling order of their scores",
    ],
  ])("rejects %s and counts nothing", (_, predictions, message) => {
    const evaluator = createEvaluator(LABELS);
    expect(() => evaluator.add("가", predictions)).toThrow(message);
    expect(evaluator.nDocuments).toBe(0);
  });

  it("rejects options out of range and unknown ones", () => {
    expect(() => createEvaluator(LABELS, { maxErrors: -1 })).toThrow(OptionError);
    expect(() => createEvaluator(LABELS, { maxError: 1 } as never)).toThrow(NewsclfError);
  });
});
