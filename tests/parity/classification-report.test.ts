import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../src/evaluation/evaluator.js";
import type { EvaluationReport } from "../../src/evaluation/report.js";

interface Case {
  readonly name: string;
  readonly labels: readonly string[];
  readonly trueLabels: readonly string[];
  readonly scores: readonly (readonly number[])[];
  readonly expected: {
    readonly precision: readonly (number | null)[];
    readonly recall: readonly (number | null)[];
    readonly f1: readonly (number | null)[];
    readonly support: readonly number[];
    readonly accuracy: number;
    readonly macro: readonly number[];
    readonly weighted: readonly number[];
    readonly confusion: readonly (readonly number[])[] | null;
    readonly logLoss: number | null;
  };
}

/** Sums of up to 120 terms of size 1 in another order differ by some 1e-14. */
const TOLERANCE = 1e-12;

const { tool, cases } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../fixtures/classification-report/cases.json"), "utf8"),
) as { tool: string; cases: Case[] };

function expectClose(actual: readonly (number | null)[], expected: readonly (number | null)[]): void {
  expect(actual.map((value) => value === null)).toEqual(expected.map((value) => value === null));
  const distances = actual.map((value, index) => Math.abs((value ?? 0) - (expected[index] ?? 0)));
  expect(Math.max(...distances)).toBeLessThanOrEqual(TOLERANCE);
}

function reportByScores({ labels, trueLabels, scores }: Case): EvaluationReport {
  const evaluator = createEvaluator(labels, { nReplicates: 0 });
  for (const [index, trueLabel] of trueLabels.entries()) evaluator.addScores(trueLabel, scores[index] ?? []);
  return evaluator.finish();
}

function reportByPredictions({ labels, trueLabels, scores }: Case): EvaluationReport {
  const evaluator = createEvaluator(labels, { nReplicates: 0 });
  for (const [index, trueLabel] of trueLabels.entries()) {
    const predictions = labels.map((label, column) => ({ label, score: scores[index]?.[column] ?? 0 }));
    evaluator.add(
      trueLabel,
      predictions.sort((a, b) => b.score - a.score),
    );
  }
  return evaluator.finish();
}

describe("scores beside scikit-learn", () => {
  it("are compared with the pinned version on every case", () => {
    expect(tool).toBe("scikit-learn 1.9.1");
    expect(cases).toHaveLength(9);
  });

  it.each(cases)("agree on $name", (example) => {
    const { expected } = example;
    const report = reportByScores(example);
    expectClose(
      report.labels.map((label) => label.precision),
      expected.precision,
    );
    expectClose(
      report.labels.map((label) => label.recall),
      expected.recall,
    );
    expectClose(
      report.labels.map((label) => label.f1),
      expected.f1,
    );
    expect(report.labels.map((label) => label.support)).toEqual(expected.support);
    expectClose([report.accuracy], [expected.accuracy]);
    expectClose([report.macroPrecision, report.macroRecall, report.macroF1], expected.macro);
    expectClose([report.weightedPrecision, report.weightedRecall, report.weightedF1], expected.weighted);
    const zeros = example.labels.map(() => example.labels.map(() => 0));
    expect(report.confusion).toEqual(expected.confusion ?? zeros);
  });

  it.each(cases.filter(({ expected }) => expected.logLoss !== null))("agree on the log loss of $name", (example) => {
    expectClose([reportByScores(example).logLoss], [example.expected.logLoss]);
  });

  it.each(cases)("are the same from best-first predictions as from score vectors on $name", (example) => {
    expect(reportByPredictions(example)).toEqual(reportByScores(example));
  });
});
