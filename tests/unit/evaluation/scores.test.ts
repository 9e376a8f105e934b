import { describe, expect, it } from "vitest";
import { ConfusionMatrix } from "../../../src/evaluation/confusion-matrix.js";
import { computeScores } from "../../../src/evaluation/scores.js";

/** Fills a matrix from rows of counts by true label. */
function matrixOf(labels: readonly string[], rows: readonly (readonly number[])[]): ConfusionMatrix {
  const matrix = new ConfusionMatrix(labels);
  for (const [trueIndex, row] of rows.entries()) {
    for (const [predictedIndex, count] of row.entries()) {
      for (let n = 0; n < count; n += 1) matrix.add(labels[trueIndex] as string, predictedIndex);
    }
  }
  return matrix;
}

describe("computeScores", () => {
  it("gives precision, recall and F1 of each label and their averages", () => {
    const scores = computeScores(
      matrixOf(
        ["가", "나"],
        [
          [3, 1],
          [2, 4],
        ],
      ),
    );
    // 가: precision 3/5, recall 3/4, F1 2·3/(4+5) = 2/3. 나: precision 4/5, recall 4/6, F1 2·4/(6+5) = 8/11.
    expect(scores.labels).toEqual([
      { label: "가", precision: 3 / 5, recall: 3 / 4, f1: 2 / 3, support: 4, nPredicted: 5, nCorrect: 3 },
      { label: "나", precision: 4 / 5, recall: 4 / 6, f1: 8 / 11, support: 6, nPredicted: 5, nCorrect: 4 },
    ]);
    expect(scores.accuracy).toBe(7 / 10);
    expect(scores.macroF1).toBeCloseTo((2 / 3 + 8 / 11) / 2, 15);
    expect(scores.weightedF1).toBeCloseTo((4 * (2 / 3) + 6 * (8 / 11)) / 10, 15);
    expect(scores.nDocuments).toBe(10);
    expect(scores.undefinedScores).toEqual({ precision: [], recall: [], f1: [] });
  });

  it("gives null for 0/0, lists the label and counts it as 0 in the averages", () => {
    const scores = computeScores(
      matrixOf(
        ["가", "나", "다", "라"],
        [
          [1, 0, 1, 0], // 나 is never predicted
          [1, 0, 0, 0],
          [0, 0, 0, 0], // 다 is absent, but predicted once
          [0, 0, 0, 0], // 라 is neither
        ],
      ),
    );
    expect(scores.labels.map(({ precision, recall, f1 }) => [precision, recall, f1])).toEqual([
      [1 / 2, 1 / 2, 1 / 2], // 1 of 2 predicted, 1 of 2 present, 2/(2+2)
      [null, 0, 0],
      [0, null, 0],
      [null, null, null],
    ]);
    expect(scores.undefinedScores).toEqual({ precision: ["나", "라"], recall: ["다", "라"], f1: ["라"] });
    expect(scores.macroF1).toBe(1 / 8); // (1/2 + 0 + 0 + 0) / 4
    expect(scores.weightedF1).toBe(1 / 3); // (2 · 1/2 + 1 · 0) / 3
  });

  it("counts documents with an unknown label as errors and as false positives of what was predicted", () => {
    const matrix = matrixOf(["가", "나"], [[2], [0, 1]]);
    matrix.add("모름", 0);
    const scores = computeScores(matrix);
    expect(scores.accuracy).toBe(3 / 4);
    expect(scores.nDocuments).toBe(4);
    expect(scores.labels[0]).toMatchObject({ precision: 2 / 3, recall: 1, f1: 4 / 5, support: 2, nPredicted: 3 });
    expect(scores.macroF1).toBe((4 / 5 + 1) / 2);
  });

  it("is a bug without documents", () => {
    expect(() => computeScores(new ConfusionMatrix(["가"]))).toThrow("Bug: scores of no document");
  });
});
