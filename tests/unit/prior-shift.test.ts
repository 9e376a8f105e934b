import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { adaptScores, estimateShares } from "../../src/prior-shift.js";

const LABELS = ["가", "나"];

describe("adaptScores", () => {
  it("weighs scores by how much more frequent labels are", () => {
    // 0.6 · 0.2 / 0.5 = 0.24 and 0.4 · 0.8 / 0.5 = 0.64; over their sum 0.88: 0.272727 and 0.727273.
    const adapted = adaptScores(
      [
        { label: "가", score: 0.6 },
        { label: "나", score: 0.4 },
      ],
      LABELS,
      [0.5, 0.5],
      [0.2, 0.8],
    );
    expect(adapted.map(({ label }) => label)).toEqual(["나", "가"]);
    expect(adapted[0].score).toBeCloseTo(0.727273, 6);
    expect(adapted[1]?.score).toBeCloseTo(0.272727, 6);
  });

  it("takes counts for shares and changes nothing where they are in proportion", () => {
    const predictions = [
      { label: "나", score: 0.75 },
      { label: "가", score: 0.25 },
    ] as const;
    const adapted = adaptScores(predictions, LABELS, [32, 8], [4, 1]);
    expect(adapted.map(({ label }) => label)).toEqual(["나", "가"]);
    expect(adapted[0].score).toBeCloseTo(0.75, 12);
  });

  it("keeps the order of equal scores", () => {
    const predictions = [
      { label: "나", score: 0.5 },
      { label: "가", score: 0.5 },
    ] as const;
    expect(adaptScores(predictions, LABELS, [1, 1], [2, 2])).toEqual(predictions);
  });

  it.each([
    [[1], [1, 1]],
    [
      [1, 1],
      [1, 0],
    ],
    [
      [1, 1],
      [1, Number.NaN],
    ],
  ])("refuses shares %j and %j", (from, to) => {
    expect(() => adaptScores([{ label: "가", score: 1 }], LABELS, from, to)).toThrow(OptionError);
  });

  it("refuses a label that it has no share of", () => {
    expect(() => adaptScores([{ label: "다", score: 1 }], LABELS, [1, 1], [1, 1])).toThrow(OptionError);
  });
});

describe("estimateShares", () => {
  it("finds the shares that give the articles the highest likelihood", () => {
    // Three articles of likelihoods 4 : 1 and one of 1 : 4. With share q of the first label the likelihood is
    // (4q + 1 - q)³ (q + 4 (1 - q)) = (1 + 3q)³ (4 - 3q); its derivative is 0 at 9 (4 - 3q) = 3 (1 + 3q): q = 33 / 36.
    const scores = [
      [0.8, 0.2],
      [0.8, 0.2],
      [0.8, 0.2],
      [0.2, 0.8],
    ];
    const [first, second] = estimateShares(scores, [0.5, 0.5]);
    expect(first).toBeCloseTo(33 / 36, 3);
    expect((first as number) + (second as number)).toBeCloseTo(1, 12);
  });

  it("takes into account which shares the scores rest on", () => {
    // Scores 0.9 : 0.1 from shares 0.9 : 0.1 say nothing: the likelihoods are equal, and the shares stay as they are.
    expect(estimateShares([[0.9, 0.1]], [9, 1])[0]).toBeCloseTo(0.9, 12);
  });

  it("keeps a label that no article seems to have above zero", () => {
    const shares = estimateShares([[1, 0]], [1, 1]);
    expect(shares[1]).toBeGreaterThan(0);
    expect(shares[0]).toBeCloseTo(1, 5);
  });

  it("refuses no articles, and rows of another length", () => {
    expect(() => estimateShares([], [1, 1])).toThrow(OptionError);
    expect(() => estimateShares([[1, 0, 0]], [1, 1])).toThrow(OptionError);
  });
});
