import { describe, expect, it } from "vitest";
import type { Prediction } from "../../../src/classifier.js";
import { createComparator } from "../../../src/comparison/comparator.js";
import { type ComparedReport, compareReports } from "../../../src/comparison/comparison.js";
import { formatComparison, formatComparisonMarkdown } from "../../../src/comparison/format-comparison.js";
import { parseReport } from "../../../src/comparison/parse-report.js";
import { checkGates } from "../../../src/comparison/regression-gate.js";
import { DatasetError, isNewsclfError } from "../../../src/errors.js";
import { createEvaluator, formatReportJson } from "../../../src/evaluation/index.js";

const NAMES = { a: "old.newsclf", b: "new.newsclf" };

const says = (label: string, score: number, other: string): readonly Prediction[] => [
  { label, score },
  { label: other, score: 1 - score },
];

/** Six articles: both right, mended twice, broken once, both wrong alike and apart. */
function sixArticles(options?: { readonly maxFlips: number }) {
  const comparator = createComparator(["경제", "정치"], ["경제", "정치", "사회"], options);
  const add = (truth: string, a: readonly Prediction[], b: readonly Prediction[], title: string, line: number) =>
    comparator.add(truth, a, b, { title, body: "본문", line });
  add("경제", says("경제", 0.9, "정치"), says("경제", 0.8, "정치"), "금리", 2);
  add("경제", says("정치", 0.6, "경제"), says("경제", 0.7, "정치"), "환율", 3);
  add("정치", says("경제", 0.6, "정치"), says("정치", 0.9, "경제"), "국회\n의원", 4);
  add("정치", says("정치", 0.8, "경제"), says("사회", 0.6, "정치"), "선거", 5);
  add("경제", says("정치", 0.7, "경제"), says("정치", 0.7, "경제"), "물가", 6);
  add("경제", says("정치", 0.7, "경제"), says("사회", 0.5, "경제"), "고용", 7);
  return comparator.finish(NAMES, "test.csv");
}

describe("createComparator", () => {
  it("counts who was right and lists what changed, the most certain first", () => {
    const { nDocuments, measures, paired, source } = sixArticles();
    expect([nDocuments, source]).toEqual([6, "test.csv"]);
    // A is right on 2 and 4 … of six: lines 2 and 5; B on 2, 3 and 4.
    expect(measures.accuracy).toEqual({ a: 2 / 6, b: 3 / 6, difference: 3 / 6 - 2 / 6 });
    expect(paired).toMatchObject({ nBothRight: 1, nBothWrong: 2, nBothWrongApart: 1 });
    // 2 (C(3,0) + C(3,1)) / 8 = 1.
    expect(paired?.mcnemar).toEqual({ nOnlyA: 1, nOnlyB: 2, pValue: 1 });
    expect(paired?.fixed.map(({ line, text }) => [line, text])).toEqual([
      [4, "국회 의원"],
      [3, "환율"],
    ]);
    expect(paired?.broken).toEqual([
      {
        trueLabel: "정치",
        a: { label: "정치", score: 0.8 },
        b: { label: "사회", score: 0.6 },
        index: 3,
        source: null,
        line: 5,
        text: "선거",
      },
    ]);
  });

  it("shows a label that one side alone knows", () => {
    const { labels } = sixArticles();
    expect(labels.map(({ label, support }) => [label, support])).toEqual([
      ["경제", 4],
      ["사회", 0],
      ["정치", 2],
    ]);
    // A does not know 사회; B gave it twice, never rightly.
    expect(labels[1]?.precision).toEqual({ a: null, b: 0, difference: null });
    // 경제: A has 1 of 4 and gave it twice: 2/6; B has 2 of 4 and gave it twice: 4/6.
    expect(labels[0]?.f1.a).toBeCloseTo(2 / 6, 12);
    expect(labels[0]?.f1.b).toBeCloseTo(4 / 6, 12);
  });

  it("lists no more than asked for but counts all", () => {
    const { paired } = sixArticles({ maxFlips: 1 });
    expect(paired?.fixed.map(({ line }) => line)).toEqual([4]);
    expect(paired?.mcnemar.nOnlyB).toBe(2);
    expect(sixArticles({ maxFlips: 0 }).paired?.fixed).toEqual([]);
  });

  it("refuses to compare on nothing", () => {
    expect(() => createComparator(["가"], ["가"]).finish(NAMES, "empty.csv")).toThrow(DatasetError);
  });
});

/** A report as `report.json` has it. */
function report(nRight: number, nDocuments = 10): ComparedReport {
  const evaluator = createEvaluator(["경제", "정치"]);
  for (let i = 0; i < nDocuments; i++) {
    const truth = i % 2 === 0 ? "경제" : "정치";
    const other = i % 2 === 0 ? "정치" : "경제";
    evaluator.add(truth, i < nRight ? says(truth, 0.8, other) : says(other, 0.8, truth));
  }
  const json = formatReportJson(evaluator.finish({ split: { kind: "test", source: "test.csv" } }));
  return parseReport(json, "report.json");
}

describe("compareReports", () => {
  it("compares the scores of two reports and leaves out what needs the predictions", () => {
    const comparison = compareReports({ a: "a.json", b: "b.json" }, report(8), report(6));
    expect(comparison.paired).toBeNull();
    expect(comparison.source).toBe("test.csv");
    expect(comparison.measures.accuracy.difference).toBeCloseTo(-0.2, 12);
    expect(formatComparison(comparison)).toContain("Two reports hold scores, not the label of each article");
    expect(formatComparisonMarkdown(comparison)).toContain("McNemar");
  });

  it("refuses reports of other articles", () => {
    expect(() => compareReports({ a: "a.json", b: "b.json" }, report(8), report(8, 12))).toThrow(
      /^b\.json: is a report of other articles than a\.json: 10 and 12 documents/,
    );
  });
});

describe("parseReport", () => {
  const parse = (text: string) => () => parseReport(text, "r.json");

  it.each([
    ["", "r.json:1:1: is not JSON: expected a value; found the end; give a report.json"],
    ["[]", "the report must be an object"],
    ['{"split":null}', "nDocuments must be an integer ≥ 0"],
    ['{"split":null,"nDocuments":1,"accuracy":2}', "accuracy must be a number in [0, 1]"],
    ['{"split":3}', "split must be an object"],
  ])("says of %j that it %s", (text, problem) => {
    expect(parse(text)).toThrow(DatasetError);
    expect(parse(text)).toThrow(problem);
  });
});

describe("checkGates", () => {
  const comparison = compareReports({ a: "a.json", b: "b.json" }, report(8), report(7));

  it("lets a fall of exactly the allowed points pass, and any gain", () => {
    expect(() => checkGates(comparison, [{ measure: "accuracy", points: 10 }])).not.toThrow();
    const gain = compareReports({ a: "a.json", b: "b.json" }, report(7), report(8));
    expect(() => checkGates(gain, [{ measure: "macro-f1", points: 0 }])).not.toThrow();
  });

  it("names every measure that fell by more", () => {
    const gates = [
      { measure: "accuracy", points: 9.5 },
      { measure: "macro-f1", points: 50 },
      { measure: "weighted-f1", points: 0 },
    ];
    try {
      checkGates(comparison, gates);
      expect.unreachable();
    } catch (error) {
      if (!isNewsclfError(error)) throw error;
      expect(error.code).toBe("COMPARISON_WORSE");
      expect(error.message).toMatch(
        /^accuracy fell by 10\.00 points, from 80\.00 to 70\.00; at most 9\.5 are allowed; weighted-f1 fell by /,
      );
    }
  });
});

describe("formatComparison", () => {
  it("shows measures, pairs, labels and flips", () => {
    expect(formatComparison(sixArticles({ maxFlips: 1 }))).toMatchInlineSnapshot(`
      "A  old.newsclf
      B  new.newsclf
      6 articles of test.csv

                       A      B  Change
      Accuracy     0.333  0.500  +0.167
      Macro-F1     0.333  0.389  +0.056
      Weighted F1  0.333  0.611  +0.278
      Log loss     0.762  0.583  -0.178

      Of 6 articles both had 1 right and 2 wrong (1 of these with different labels).
      B mends 2 errors of A and makes 1 of its own; McNemar's exact test: p = 1.0000

      Label  Support  F1 of A  F1 of B  Change  Precision change  Recall change
      경제         4    0.333    0.667  +0.333            +0.500         +0.250
      사회         0        -    0.000       -                 -              -
      정치         2    0.333    0.500  +0.167            +0.250          0.000

      Broken: only A is right (1)
        line 5  정치  A 정치 0.800  B 사회 0.600  선거

      Mended: only B is right (1 of 2)
        line 4  정치  A 경제 0.600  B 정치 0.900  국회 의원
      "
    `);
  });

  it("names the files of articles where there are several", () => {
    const comparator = createComparator(["경제", "정치"], ["경제", "정치"]);
    const [right, wrong] = [says("경제", 0.8, "정치"), says("정치", 0.6, "경제")];
    comparator.add("경제", wrong, right, { title: "금리", body: "", source: "a.csv", line: 2 });
    comparator.add("경제", right, wrong, { title: "환율", body: "", source: "b_c.csv", line: 2 });
    const comparison = comparator.finish(NAMES, "a.csv, b_c.csv");
    expect(comparison.paired?.broken.map(({ source }) => source)).toEqual(["b_c.csv"]);
    const text = formatComparison(comparison);
    expect(text).toContain("\n  a.csv  line 2  경제  A 정치 0.600  B 경제 0.800  금리\n");
    expect(text).toContain("\n  b_c.csv  line 2  경제  ");
    const markdown = formatComparisonMarkdown(comparison);
    expect(markdown).toContain("| File | Line | Label | A | B | Text |\n| --- | --- | --- | --- | --- | --- |\n");
    expect(markdown).toContain("\n| b\\_c.csv | 2 | 경제 |");
    const alone = createComparator(["경제", "정치"], ["경제", "정치"]);
    alone.add("경제", wrong, right, { title: "금리", body: "", source: "a.csv", line: 2 });
    expect(formatComparison(alone.finish(NAMES, "a.csv"))).toContain("\n  line 2  경제  ");
  });

  it("gives the same as Markdown", () => {
    expect(formatComparisonMarkdown(sixArticles({ maxFlips: 1 }))).toMatchInlineSnapshot(`
      "# Comparison

      A: old.newsclf  
      B: new.newsclf  
      6 articles of test.csv

      |  | A | B | Change |
      | --- | ---: | ---: | ---: |
      | Accuracy | 0.333 | 0.500 | +0.167 |
      | Macro-F1 | 0.333 | 0.389 | +0.056 |
      | Weighted F1 | 0.333 | 0.611 | +0.278 |
      | Log loss | 0.762 | 0.583 | -0.178 |

      Of 6 articles both had 1 right and 2 wrong \\(1 of these with different labels\\).  
      B mends 2 errors of A and makes 1 of its own; McNemar's exact test: p = 1.0000

      | Label | Support | F1 of A | F1 of B | Change | Precision change | Recall change |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: |
      | 경제 | 4 | 0.333 | 0.667 | +0.333 | +0.500 | +0.250 |
      | 사회 | 0 | - | 0.000 | - | - | - |
      | 정치 | 2 | 0.333 | 0.500 | +0.167 | +0.250 | 0.000 |

      ## Broken: only A is right (1)

      | Line | Label | A | B | Text |
      | --- | --- | --- | --- | --- |
      | 5 | 정치 | 정치 0.800 | 사회 0.600 | 선거 |

      ## Mended: only B is right (1 of 2)

      | Line | Label | A | B | Text |
      | --- | --- | --- | --- | --- |
      | 4 | 정치 | 경제 0.600 | 정치 0.900 | 국회 의원 |
      "
    `);
  });
});
