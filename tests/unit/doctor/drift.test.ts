import { describe, expect, it } from "vitest";
import { CorpusTerms, findReasons } from "../../../src/doctor/corpus-terms.js";
import { compareLabels, compareTerms } from "../../../src/doctor/drift.js";

function corpus(rows: readonly (readonly [label: string, terms: string])[]): CorpusTerms {
  const counts = new CorpusTerms([...new Set(rows.map(([label]) => label))]);
  for (const [label, terms] of rows) counts.add(terms.split(" "), label);
  return counts;
}

describe("compareLabels", () => {
  it("adds up (q - p) ln(q / p), half an article added to each count", () => {
    // a: p = 3.5/5, q = 1.5/5; b: p = 1.5/5, q = 3.5/5. Each adds 0.4 ln(7/3) = 0.338919; both 0.677838.
    const { labelPsi, labels } = compareLabels(["a", "a", "a", "b"], ["a", "b", "b", "b"]);
    expect(labelPsi).toBeCloseTo(0.677838, 5);
    const shares = labels.map(({ name, share, againstShare }) => [name, share, againstShare]);
    // Both moved as far, but for rounding.
    expect(shares.toSorted()).toEqual([
      ["a", 0.75, 0.25],
      ["b", 0.25, 0.75],
    ]);
  });

  it("is nothing for equal shares", () => {
    expect(compareLabels(["a", "b"], ["b", "a"]).labelPsi).toBe(0);
  });
});

describe("compareTerms", () => {
  it("finds the terms that moved most and the share of unknown ones", () => {
    const first = corpus([
      ["x", "비 눈"],
      ["x", "비"],
      ["x", "비"],
    ]);
    const second = corpus([
      ["x", "눈 달"],
      ["x", "눈"],
      ["x", "눈 달"],
    ]);
    const { terms, unknownTermShare } = compareTerms(first, second, 1);
    // Of 눈 ×3 and 달 ×2 the latter are unknown.
    expect(unknownTermShare).toBeCloseTo(2 / 5);
    expect(terms).toMatchObject([{ name: "비", share: 1, againstShare: 0 }]);
  });
});

describe("findReasons", () => {
  it("names the terms that speak for the other label, the article itself not counted", () => {
    const terms = corpus([
      ["경제", "금리 증시"],
      ["경제", "금리"],
      ["경제", "금리 증시"],
      ["경제", "증시 승리"],
      ["체육", "금리 승리 경기"],
      ["체육", "승리 경기"],
    ]);
    // 금리: (3.5 / 5) / (0.5 / 2) = 2.8; 승리 and 경기 are in fewer than three articles of 경제.
    expect(findReasons(terms, ["금리", "승리", "경기"], "체육", "경제", 3)).toEqual(["금리"]);
  });
});
