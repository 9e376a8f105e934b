import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, truncateToWidth } from "../../src/evaluation/display-width.js";
import { createEvaluator } from "../../src/evaluation/evaluator.js";
import { formatReport } from "../../src/evaluation/format-report.js";
import { formatReportJson } from "../../src/evaluation/format-report-json.js";
import { escapeMarkdown, formatReportMarkdown } from "../../src/evaluation/format-report-markdown.js";
import type { EvaluationReport, ReportArticle } from "../../src/evaluation/report.js";

const SEED = 20_240_607;
const CHECK = { seed: SEED, numRuns: 200 };

/** Averages of up to 6 labels summed in another order. */
const TOLERANCE = 1e-12;

interface Example {
  readonly labels: readonly string[];
  readonly trueLabels: readonly string[];
  /** `[nDocuments, nLabels]`, each row sums to 1. */
  readonly scores: readonly (readonly number[])[];
}

/** Documents with whole-number weights as scores, so that ties are frequent. */
function examples(options: { readonly unknown: boolean }): fc.Arbitrary<Example> {
  return fc
    .uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 })
    .chain((labels) => {
      const trueLabel = options.unknown
        ? fc.oneof(fc.constantFrom(...labels), fc.constant("a label that is too long to be drawn"))
        : fc.constantFrom(...labels);
      const weights = fc
        .array(fc.integer({ min: 0, max: 4 }), { minLength: labels.length, maxLength: labels.length })
        .filter((row) => row.some((weight) => weight > 0));
      return fc.array(fc.tuple(trueLabel, weights), { minLength: 1, maxLength: 40 }).map((documents) => ({
        labels,
        trueLabels: documents.map(([label]) => label),
        scores: documents.map(([, row]) => {
          const total = row.reduce((sum, weight) => sum + weight, 0);
          return row.map((weight) => weight / total);
        }),
      }));
    });
}

function reportOf({ labels, trueLabels, scores }: Example): EvaluationReport {
  const evaluator = createEvaluator(labels, { nReplicates: 0 });
  for (const [index, trueLabel] of trueLabels.entries()) evaluator.addScores(trueLabel, scores[index] ?? []);
  return evaluator.finish();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function expectNear(actual: number | null, expected: number | null): void {
  expect(actual === null).toBe(expected === null);
  expect(Math.abs((actual ?? 0) - (expected ?? 0))).toBeLessThanOrEqual(TOLERANCE);
}

function marginOf({ score, secondScore }: ReportArticle): number {
  return score - (secondScore ?? 0);
}

describe("an evaluation", () => {
  it("has the trace of the confusion matrix over the number of documents as accuracy", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        const report = reportOf(example);
        const trace = sum(report.confusion.map((row, index) => row[index] ?? 0));
        expectNear(report.accuracy, trace / example.trueLabels.length);
        expect(report.nErrors).toBe(example.trueLabels.length - trace);
      }),
      CHECK,
    );
  });

  it("counts each document once, in the matrix or among the unknown labels", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        const report = reportOf(example);
        expect(sum(report.confusion.flat()) + report.unknownLabels.nDocuments).toBe(report.nDocuments);
        expect(sum(report.labels.map((label) => label.nPredicted))).toBe(report.nDocuments);
        expect(sum(report.labels.map((label) => label.support))).toBe(
          report.nDocuments - report.unknownLabels.nDocuments,
        );
        expect(sum(report.unknownLabels.predicted)).toBe(report.unknownLabels.nDocuments);
      }),
      CHECK,
    );
  });

  it("has the accuracy as weighted recall when every label is known", () => {
    fc.assert(
      fc.property(examples({ unknown: false }), (example) => {
        const report = reportOf(example);
        expectNear(report.weightedRecall, report.accuracy);
      }),
      CHECK,
    );
  });

  it("has the harmonic mean of precision and recall as F1 where that is defined", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        for (const { precision, recall, f1 } of reportOf(example).labels) {
          if (precision !== null && recall !== null && precision + recall > 0) {
            expectNear(f1, (2 * precision * recall) / (precision + recall));
          } else {
            expect(f1 ?? 0).toBe(0);
          }
        }
      }),
      CHECK,
    );
  });

  it("keeps every score in [0, 1] and the log loss at 0 or above", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        const report = reportOf(example);
        const scores = [report.accuracy, report.macroF1, report.weightedF1, report.macroPrecision, report.macroRecall];
        const byLabel = report.labels.flatMap((label) => [label.precision ?? 0, label.recall ?? 0, label.f1 ?? 0]);
        for (const score of [...scores, ...byLabel]) expect(score >= 0 && score <= 1).toBe(true);
        expect(report.logLoss ?? 0).toBeGreaterThanOrEqual(0);
      }),
      CHECK,
    );
  });

  it("does not depend on the order of the documents but for the order of equally certain articles", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        const reversed = {
          ...example,
          trueLabels: [...example.trueLabels].reverse(),
          scores: [...example.scores].reverse(),
        };
        const { errors, uncertain, logLoss, reliability, riskCoverage, ...report } = reportOf(example);
        const { errors: otherErrors, logLoss: otherLogLoss, ...others } = reportOf(reversed);
        const { uncertain: otherUncertain, reliability: otherReliability, ...rest } = others;
        const { riskCoverage: otherRiskCoverage, ...other } = rest;
        expect(other).toEqual(report);
        expectNear(otherLogLoss, logLoss);
        expectNear(otherReliability.expectedCalibrationError, reliability.expectedCalibrationError);
        expectNear(otherReliability.meanScore, reliability.meanScore);
        expect(otherRiskCoverage).toEqual(riskCoverage);
        expect(otherUncertain.map(marginOf)).toEqual(uncertain.map(marginOf));
        expect(otherErrors.map(({ score }) => score)).toEqual(errors.map(({ score }) => score));
      }),
      CHECK,
    );
  });

  it("renames its labels along with the model", () => {
    fc.assert(
      fc.property(examples({ unknown: false }), (example) => {
        const rename = (label: string): string => `${label}!`;
        const renamed = reportOf({
          ...example,
          labels: example.labels.map(rename),
          trueLabels: example.trueLabels.map(rename),
        });
        const report = reportOf(example);
        expect(renamed.confusion).toEqual(report.confusion);
        expect(renamed.labels).toEqual(report.labels.map((label) => ({ ...label, label: rename(label.label) })));
        expect(renamed.macroF1).toBe(report.macroF1);
      }),
      CHECK,
    );
  });

  it("permutes rows, columns and labels when the model's labels are permuted", () => {
    fc.assert(
      // Without ties: among equal scores the first label of the model is predicted, and "first" changes.
      fc.property(
        examples({ unknown: true }).filter(({ scores }) =>
          scores.every((row) => row.filter((score) => score === Math.max(...row)).length === 1),
        ),
        (example) => {
          const turned = reportOf({
            labels: [...example.labels].reverse(),
            trueLabels: example.trueLabels,
            scores: example.scores.map((row) => [...row].reverse()),
          });
          const report = reportOf(example);
          expect(turned.labels).toEqual([...report.labels].reverse());
          expect(turned.confusion).toEqual([...report.confusion].reverse().map((row) => [...row].reverse()));
          expect(turned.accuracy).toBe(report.accuracy);
          expectNear(turned.macroF1, report.macroF1);
          expectNear(turned.weightedF1, report.weightedF1);
          // The second label may be one of several equal ones.
          const known = ({ secondLabel, ...error }: ReportArticle) => error;
          expect(turned.errors.map(known)).toEqual(report.errors.map(known));
        },
      ),
      CHECK,
    );
  });

  it("lists the same errors as sorting all of them does", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), fc.integer({ min: 0, max: 5 }), (example, maxErrors) => {
        const evaluator = createEvaluator(example.labels, { maxErrors, nReplicates: 0 });
        for (const [index, label] of example.trueLabels.entries())
          evaluator.addScores(label, example.scores[index] ?? []);
        const all = example.scores
          .map((row, index) => ({ index, score: Math.max(...row), best: row.indexOf(Math.max(...row)) }))
          .filter(({ index, best }) => example.labels[best] !== example.trueLabels[index])
          .sort((a, b) => b.score - a.score || a.index - b.index);
        expect(evaluator.finish().errors.map(({ index }) => index)).toEqual(
          all.slice(0, maxErrors).map(({ index }) => index),
        );
      }),
      CHECK,
    );
  });
});

describe("the renderers", () => {
  it("keep JSON the same on the way back", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        const report = reportOf(example);
        expect(JSON.parse(formatReportJson(report))).toEqual(report);
      }),
      CHECK,
    );
  });

  it("align the columns of the terminal table whatever the labels are", () => {
    fc.assert(
      fc.property(examples({ unknown: false }), (example) => {
        const lines = formatReport(reportOf(example)).split("\n");
        const header = lines.findIndex((line) => line.startsWith("Label "));
        const end = displayWidth(lines[header] ?? "");
        for (let row = 1; row <= example.labels.length; row += 1)
          expect(displayWidth(lines[header + row] ?? "")).toBe(end);
      }),
      CHECK,
    );
  });

  it("never let a text break out of a Markdown cell", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const escaped = escapeMarkdown(text).replaceAll("<!-- -->", "");
        expect(escaped).not.toMatch(/[\n\r<>]/);
        expect(escaped.replace(/\\[\\`*_{}[\]()~|$!]/g, "")).not.toMatch(/[\\`*_[\]|]/);
      }),
      CHECK,
    );
  });

  it("give every line of the Markdown tables a closed row", () => {
    fc.assert(
      fc.property(examples({ unknown: true }), (example) => {
        const rows = formatReportMarkdown(reportOf(example))
          .split("\n")
          .filter((line) => line.startsWith("|"));
        expect(rows.length).toBeGreaterThan(example.labels.length);
        for (const row of rows) expect(row).toMatch(/(?<!\\)\|$/);
      }),
      CHECK,
    );
  });

  it("cut a text to the columns asked for, or leave it as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 12 }), (text, nColumns) => {
        const cut = truncateToWidth(text, nColumns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(nColumns);
        expect(cut === text || (cut.endsWith("…") && text.startsWith(cut.slice(0, -1)))).toBe(true);
      }),
      CHECK,
    );
  });
});
