import { describe, expect, it } from "vitest";
import { OptionError } from "../../../src/errors.js";
import { createEvaluator } from "../../../src/evaluation/evaluator.js";
import { formatReportJson } from "../../../src/evaluation/format-report-json.js";
import type { EvaluationReport, ReportContext } from "../../../src/evaluation/report.js";

function reportOf(context?: ReportContext): EvaluationReport {
  const evaluator = createEvaluator(["가", "나"]);
  evaluator.addScores("가", [0.75, 0.25]);
  evaluator.addScores("가", [0.5, 0.5]);
  evaluator.addScores("나", [0.25, 0.75]);
  evaluator.addScores("모름", [0.25, 0.75]);
  return evaluator.finish(context);
}

describe("buildReport", () => {
  it("gives each label's share of the true, the predicted and the training documents", () => {
    expect(reportOf({ trainSupport: [30, 10] }).labels).toMatchObject([
      { supportShare: 2 / 4, predictedShare: 2 / 4, trainSupport: 30, trainShare: 3 / 4 },
      { supportShare: 1 / 4, predictedShare: 2 / 4, trainSupport: 10, trainShare: 1 / 4 },
    ]);
  });

  it("has null or nothing for what was not given", () => {
    expect(reportOf()).toMatchObject({ split: null, articles: null, learningCurve: [], selectedEpoch: null });
    expect(reportOf().labels[0]).toMatchObject({ trainSupport: null, trainShare: null });
    expect(reportOf({ trainSupport: [0, 0] }).labels[0]).toMatchObject({ trainSupport: 0, trainShare: null });
  });

  it("reports unknown labels beside the confusion matrix", () => {
    expect(reportOf().confusion).toEqual([
      [2, 0],
      [0, 1],
    ]);
    expect(reportOf().unknownLabels).toEqual({
      nDocuments: 1,
      predicted: [0, 1],
      labels: [{ label: "모름", support: 1 }],
    });
  });

  it("is the same after a way through JSON", () => {
    const report = reportOf({ split: { kind: "test", source: "a.csv" }, selectedEpoch: 2 });
    expect(JSON.parse(formatReportJson(report))).toEqual(report);
  });

  it("writes the fields in its own order, not in that of the input", () => {
    const record = {
      epoch: 1,
      learningRate: 0.5,
      trainLoss: 1,
      validationLoss: 2,
      validationAccuracy: 0.5,
      validationMacroF1: 0.25,
    };
    const reversed = Object.fromEntries(Object.entries(record).reverse()) as unknown as typeof record;
    const articles = { nRead: 4, nRejected: 0, nExcluded: 0, nTrain: 40, nValidation: 4 };
    const split = { kind: "validation", source: "a.csv", validationFraction: 0.1, seed: 42, isRefitted: true } as const;
    expect(
      formatReportJson(
        reportOf({
          learningCurve: [reversed],
          articles: Object.fromEntries(Object.entries(articles).reverse()) as unknown as typeof articles,
          split: Object.fromEntries(Object.entries(split).reverse()) as unknown as typeof split,
        }),
      ),
    ).toBe(formatReportJson(reportOf({ split, articles, learningCurve: [record] })));
  });

  it("rejects training counts that do not fit the labels", () => {
    expect(() => reportOf({ trainSupport: [1] })).toThrow(OptionError);
    expect(() => reportOf({ trainSupport: [1] })).toThrow(
      "trainSupport must be 2 numbers, one for each label; got [1]",
    );
  });
});
