import { describe, expect, it } from "vitest";
import { bootstrapScores } from "../../../src/evaluation/bootstrap.js";
import { tracePrecisionRecall } from "../../../src/evaluation/precision-recall.js";
import { countScores, measureReliability } from "../../../src/evaluation/reliability.js";
import { measureRiskCoverage } from "../../../src/evaluation/risk-coverage.js";
import { ScoreTable, UNKNOWN_LABEL } from "../../../src/evaluation/score-table.js";

/** Two labels; each row is the true label's number and the score of label 0. */
function tableOf(rows: readonly (readonly [trueIndex: number, score: number])[]): ScoreTable {
  const table = new ScoreTable(2);
  for (const [trueIndex, score] of rows) table.append(trueIndex, score >= 0.5 ? 0 : 1).set([score, 1 - score]);
  return table;
}

describe("ScoreTable", () => {
  it("grows and keeps what was there", () => {
    const table = new ScoreTable(3);
    for (let index = 0; index < 3000; index++) table.append(index % 3, 0).set([0.5, 0.25, (index % 4) / 16]);
    expect(table.nDocuments).toBe(3000);
    expect(table.scores.length).toBe(9000);
    expect([...table.scores.subarray(3 * 2999)]).toEqual([0.5, 0.25, 3 / 16]);
    expect(table.isCorrect(2997)).toBe(true);
    expect(table.isCorrect(2998)).toBe(false);
    expect(table.topScore(2999)).toBe(0.5);
  });
});

describe("measureReliability", () => {
  it("weighs each bin's distance of accuracy and mean score by its documents", () => {
    // (14/15, 1]: scores 1 and 1, one of them right: |1 - 2| = 1. (11/15, 12/15]: 0.75, right: |1 - 0.75| = 0.25. ECE = 1.25 / 3.
    const reliability = measureReliability(
      tableOf([
        [0, 1],
        [1, 1],
        [1, 0.25],
      ]),
    );
    expect(reliability.expectedCalibrationError).toBeCloseTo(1.25 / 3, 15);
    expect(reliability.meanScore).toBeCloseTo(2.75 / 3, 15);
    expect(reliability.bins[14]).toEqual({ from: 14 / 15, to: 1, nDocuments: 2, meanScore: 1, accuracy: 0.5 });
    expect(reliability.bins[11]).toMatchObject({ nDocuments: 1, meanScore: 0.75, accuracy: 1 });
    expect(reliability.bins[0]).toMatchObject({ nDocuments: 0, meanScore: null, accuracy: null });
  });
});

describe("countScores", () => {
  it("counts right and wrong answers apart; a bin holds its upper end", () => {
    const { correct, wrong } = countScores(
      tableOf([
        [0, 1],
        [1, 0.75],
        [1, 0.5],
      ]),
    );
    // 0.5 and 0.75 are the upper ends of bins 9 and 14.
    expect(correct.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([[19, 1]]);
    expect(wrong.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [9, 1],
      [14, 1],
    ]);
  });
});

describe("measureRiskCoverage", () => {
  it("answers the surest documents first and equal scores together", () => {
    const { points, area, targets } = measureRiskCoverage(
      tableOf([
        [0, 1],
        [1, 0.75],
        [0, 0.75],
        [0, 0.5],
      ]),
    );
    // Thresholds 1, 0.75, 0.5 answer 1, 3, 4 documents with 0, 1, 1 errors.
    expect(points).toEqual([
      { coverage: 0.25, threshold: 1, errorRate: 0 },
      { coverage: 0.75, threshold: 0.75, errorRate: 1 / 3 },
      { coverage: 1, threshold: 0.5, errorRate: 0.25 },
    ]);
    // (1 * 0 + 2 * 1/3 + 1 * 1/4) / 4
    expect(area).toBeCloseTo((2 / 3 + 1 / 4) / 4, 15);
    expect(targets).toEqual([0.99, 0.98, 0.95, 0.9].map((accuracy) => ({ accuracy, coverage: 0.25, threshold: 1 })));
  });

  it("has no threshold for an accuracy that is never reached", () => {
    const { targets } = measureRiskCoverage(tableOf([[1, 1]]));
    expect(targets[0]).toEqual({ accuracy: 0.99, coverage: 0, threshold: null });
  });

  it("keeps 20 points of many documents, the last of which answers all", () => {
    const { points } = measureRiskCoverage(
      tableOf(Array.from({ length: 1000 }, (_, i) => [0, 0.5 + i / 2048] as const)),
    );
    expect(points).toHaveLength(20);
    expect(points.at(-1)?.coverage).toBe(1);
  });
});

describe("tracePrecisionRecall", () => {
  it("takes average precision as the sum of precisions weighted by the steps of recall", () => {
    const table = tableOf([
      [0, 1],
      [1, 0.875],
      [0, 0.75],
      [UNKNOWN_LABEL, 0.25],
    ]);
    // Label 0 by falling score: right, wrong, right. AP = 1/2 * 1/1 + 1/2 * 2/3 = 5/6.
    const [first, second] = tracePrecisionRecall(table, ["가", "나"]) ?? [];
    expect(first?.averagePrecision).toBeCloseTo(5 / 6, 15);
    expect(first?.points).toEqual([
      [0.5, 1, 1],
      [1, 2 / 3, 0.75],
    ]);
    // Label 1 by falling score: unknown, wrong, right, wrong. AP = 1/3.
    expect(second?.averagePrecision).toBeCloseTo(1 / 3, 15);
  });

  it("says nothing of a label that no document has, and nothing at all when scores are missing", () => {
    expect(tracePrecisionRecall(tableOf([[0, 1]]), ["가", "나"])?.[1]).toEqual({
      label: "나",
      averagePrecision: null,
      points: [],
    });
    const table = new ScoreTable(2);
    table.append(0, 0)[0] = 1;
    expect(tracePrecisionRecall(table, ["가", "나"])).toBeNull();
  });
});

describe("bootstrapScores", () => {
  const LABELS = ["가", "나"];
  const options = { nReplicates: 1000, seed: 42, hasLoss: true, smallestScore: 2 ** -52 };

  it("gives an interval of about ±1.96 standard errors around an accuracy", () => {
    // 400 documents, 3 of 4 right: the standard error is sqrt(0.75 * 0.25 / 400) = 0.02165, the interval 0.7076 … 0.7924.
    const table = tableOf(Array.from({ length: 400 }, (_, i) => [i % 4 === 0 ? 1 : 0, 0.75] as const));
    const { accuracy, logLoss, labels } = bootstrapScores(table, LABELS, options);
    expect(Math.abs(accuracy[0] - 0.7076)).toBeLessThan(0.006);
    expect(Math.abs(accuracy[1] - 0.7924)).toBeLessThan(0.006);
    // -ln 0.75 = 0.2877 and -ln 0.25 = 1.3863: the mean is 0.5623.
    expect(logLoss?.[0]).toBeLessThan(0.5623);
    expect(logLoss?.[1]).toBeGreaterThan(0.5623);
    expect(labels[1]).toMatchObject({ precision: null, recall: [0, 0], f1: [0, 0] });
  });

  it("is the same for the same seed and another for another", () => {
    const table = tableOf(Array.from({ length: 50 }, (_, i) => [i % 3 === 0 ? 1 : 0, 0.75] as const));
    expect(bootstrapScores(table, LABELS, options)).toEqual(bootstrapScores(table, LABELS, options));
    expect(bootstrapScores(table, LABELS, { ...options, seed: 43 }).macroF1).not.toEqual(
      bootstrapScores(table, LABELS, options).macroF1,
    );
  });

  it("has no width where all documents are alike", () => {
    expect(
      bootstrapScores(
        tableOf([
          [0, 1],
          [0, 1],
        ]),
        LABELS,
        options,
      ),
    ).toMatchObject({
      accuracy: [1, 1],
      logLoss: [0, 0],
      labels: [{ f1: [1, 1] }, { precision: null, recall: null, f1: null }],
    });
  });
});
