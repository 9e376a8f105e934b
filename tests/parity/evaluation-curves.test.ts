import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../src/evaluation/evaluator.js";
import type { EvaluationReport } from "../../src/evaluation/report.js";

interface Case {
  readonly name: string;
  readonly trueIndices: readonly number[];
  readonly scores: readonly (readonly number[])[];
  readonly expected: {
    readonly curves: readonly {
      readonly averagePrecision: number;
      readonly points: readonly (readonly [recall: number, precision: number, threshold: number])[];
    }[];
    readonly reliability: readonly (readonly [nDocuments: number, meanScore: number, accuracy: number])[];
    readonly expectedCalibrationError: number;
    readonly logLoss: number;
  };
}

/** Digits after the point: sums of 90 terms of size 1 in another order differ by some 1e-14. */
const DIGITS = 12;

const { tool, cases } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../fixtures/evaluation-curves/cases.json"), "utf8"),
) as { tool: string; cases: Case[] };

function reportOf({ trueIndices, scores }: Case): EvaluationReport {
  const labels = Array.from(scores[0] as readonly number[], (_, index) => `label ${index}`);
  const evaluator = createEvaluator(labels, { nReplicates: 0 });
  for (const [document, row] of scores.entries()) evaluator.addScores(`label ${trueIndices[document]}`, row);
  return evaluator.finish();
}

const rounded = (rows: readonly (readonly (number | null)[])[]) =>
  rows.map((row) => row.map((value) => Number((value as number).toFixed(DIGITS))));

describe("curves of scikit-learn", () => {
  it("are those of the version that the documentation names", () => {
    expect(tool).toBe("scikit-learn 1.9.1");
  });

  it.each(cases)("have the same precision-recall points and average precision on $name", (example) => {
    const curves = reportOf(example).precisionRecall ?? [];
    expect(curves).toHaveLength(example.expected.curves.length);
    for (const [label, { averagePrecision, points }] of example.expected.curves.entries()) {
      expect(curves[label]?.averagePrecision).toBeCloseTo(averagePrecision, DIGITS);
      // With fewer than 100 documents of the label each one opens a hundredth of recall; points without a new one add nothing.
      const rising = points.filter(([recall], place) => recall > (points[place - 1]?.[0] ?? 0));
      expect(rounded(curves[label]?.points ?? [])).toEqual(rounded(rising));
    }
  });

  it.each(cases)("have the same reliability bins and calibration error on $name", (example) => {
    const { bins, expectedCalibrationError } = reportOf(example).reliability;
    const filled = bins.filter(({ nDocuments }) => nDocuments > 0);
    const rows = filled.map(({ nDocuments, meanScore, accuracy }) => [nDocuments, meanScore, accuracy]);
    expect(rounded(rows)).toEqual(rounded(example.expected.reliability));
    expect(expectedCalibrationError).toBeCloseTo(example.expected.expectedCalibrationError, DIGITS);
  });

  it.each(cases)("have the same log loss on $name", (example) => {
    expect(reportOf(example).logLoss).toBeCloseTo(example.expected.logLoss, DIGITS);
  });
});
