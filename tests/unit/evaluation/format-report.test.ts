import { describe, expect, it } from "vitest";
import { OptionError } from "../../../src/errors.js";
import { createEvaluator } from "../../../src/evaluation/evaluator.js";
import { formatReport } from "../../../src/evaluation/format-report.js";
import { formatReportMarkdown } from "../../../src/evaluation/format-report-markdown.js";
import type { EvaluationReport } from "../../../src/evaluation/report.js";
import { MAX_MATRIX_LABELS } from "../../../src/evaluation/report-text.js";

const renderers = [
  ["formatReport", formatReport],
  ["formatReportMarkdown", formatReportMarkdown],
] as const;

/** A report over `nLabels` labels in which document i of label i mod nLabels is taken for the next label. */
function reportOfErrors(nLabels: number, nDocuments: number): EvaluationReport {
  const labels = Array.from({ length: nLabels }, (_, index) => `분야${index}`);
  const evaluator = createEvaluator(labels);
  for (let index = 0; index < nDocuments; index += 1) {
    const label = labels[(index + 1) % nLabels] as string;
    evaluator.add(labels[index % nLabels] as string, [{ label, score: 0.5 }]);
  }
  return evaluator.finish();
}

describe.each(renderers)("%s", (_, format) => {
  it("shows scores with the digits asked for, three unless told", () => {
    const report = reportOfErrors(2, 2);
    expect(format(report)).toMatch(/Accuracy[ |]+0\.000\b/);
    expect(format(report, { digits: 5 })).toMatch(/Accuracy[ |]+0\.00000\b/);
  });

  it.each([0, 16, 2.5])("rejects %d digits", (digits) => {
    expect(() => format(reportOfErrors(2, 2), { digits })).toThrow(OptionError);
  });

  it("shows the matrix up to its limit of labels and the most frequent confusions beyond", () => {
    expect(format(reportOfErrors(MAX_MATRIX_LABELS, 1))).toContain("Confusion matrix");
    const wide = format(reportOfErrors(MAX_MATRIX_LABELS + 1, MAX_MATRIX_LABELS + 2));
    expect(wide).not.toContain("Confusion matrix");
    expect(wide).toContain("Most frequent confusions");
    // Document 0 and document 13 are both 분야0 taken for 분야1; every other pair occurs once.
    expect(wide).toMatch(/Documents[^분]*분야0[ |]+분야1[ |]+2/);
  });

  it("lets no control character and no change of direction of a label through", () => {
    const evaluator = createEvaluator(["가\u001B[31m\u202E\n나", "다"]);
    evaluator.add("모\u0007름", [{ label: "다", score: 1 }]);
    const text = format(evaluator.finish()).replaceAll("\n", "");
    expect(text).not.toMatch(/[\p{Control}\u202E]/u);
    expect(text).toContain("모 름 1");
  });

  it("cuts a label that is too long, whether known or not", () => {
    const evaluator = createEvaluator(["아주".repeat(40), "다"]);
    evaluator.add("매우".repeat(4000), [{ label: "다", score: 1 }]);
    const text = format(evaluator.finish());
    // 24 columns: 11 syllables and "…".
    expect(text).toContain(`${"아주".repeat(5)}아…`);
    expect(text).toContain(`${"매우".repeat(5)}매… 1`);
    expect(text).not.toMatch(/(?:아주){6}|(?:매우){6}/);
  });

  it("warns of scores on the articles that chose the epoch, and only of those", () => {
    const evaluator = createEvaluator(["가"]);
    evaluator.add("가", [{ label: "가", score: 1 }]);
    const split = { kind: "validation", source: "a.csv", validationFraction: 0.1, seed: 42, isRefitted: true } as const;
    const warning = "The epoch was chosen on these articles";
    expect(format(evaluator.finish({ split, selectedEpoch: 3 }))).toContain(warning);
    expect(format(evaluator.finish({ split }))).not.toContain(warning);
    expect(format(evaluator.finish({ split: { kind: "test", source: "a.csv" }, selectedEpoch: 3 }))).not.toContain(
      warning,
    );
  });

  it("ends with exactly one line break", () => {
    expect(format(reportOfErrors(2, 2))).toMatch(/[^\n]\n$/);
  });
});

describe("formatReportMarkdown", () => {
  function cellOf(title: string): string {
    const evaluator = createEvaluator(["가", "나"]);
    evaluator.add("가", [{ label: "나", score: 1 }], { title, body: "" });
    const row = formatReportMarkdown(evaluator.finish()).trimEnd().split("\n").at(-1) as string;
    // Row: | 가 | 나 | cell | 1.000 | - | - |
    return row.slice("| 가 | 나 | ".length, -" | 1.000 | - | - |".length);
  }

  it.each([
    ["a|b", "a\\|b"],
    ["a\\|b", "a\\\\\\|b"],
    ["`code`", "\\`code\\`"],
    ["줄\r\n바꿈", "줄 바꿈"],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert\\(1\\)&gt;"],
    ["&lt;", "&amp;lt;"],
    ["[링크](https://example.org)", "\\[링크\\]\\(https:<!-- -->//example.org\\)"],
    ["**굵게** _기울임_ ~~지움~~ $x$", "\\*\\*굵게\\*\\* \\_기울임\\_ \\~\\~지움\\~\\~ \\$x\\$"],
    ["@news #12", "@<!-- -->news #<!-- -->12"],
    ['한은, 금리 3.5%로 동결…"숨 고르기"', '한은, 금리 3.5%로 동결…"숨 고르기"'],
  ])("shows %j as it is", (title, expected) => {
    expect(cellOf(title)).toBe(expected);
  });

  it("gives every row of a table as many cells as its header", () => {
    const evaluator = createEvaluator(["가|나", "다"]);
    evaluator.add("가|나", [{ label: "다", score: 1 }], { title: "a | b", body: "c || d", line: 2 });
    const lines = formatReportMarkdown(evaluator.finish()).split("\n");
    const nCells = (line: string): number => line.split(/(?<!\\)\|/).length;
    for (const [index, line] of lines.entries()) {
      if (line.startsWith("|") && lines[index - 1]?.startsWith("|")) {
        expect(nCells(line), line).toBe(nCells(lines[index - 1] as string));
      }
    }
  });

  it("leaves out the sections that have nothing to show", () => {
    const evaluator = createEvaluator(["가"]);
    evaluator.add("가", [{ label: "가", score: 1 }]);
    const headings = formatReportMarkdown(evaluator.finish()).match(/^#+ .*$/gm);
    expect(headings).toEqual(["# Evaluation report", "## Labels", "## Confusion matrix"]);
  });
});
