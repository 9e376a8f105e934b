import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../../src/evaluation/evaluator.js";
import { listFindings } from "../../../src/evaluation/findings.js";
import type { ReportContext } from "../../../src/evaluation/report.js";
import { smallModelCard } from "./small-model-card.js";

type Document = readonly [label: string, scores: readonly number[]];

function findingsOf(documents: readonly Document[], context?: ReportContext): string[] {
  const evaluator = createEvaluator(["가", "나"], { nReplicates: 0 });
  for (const [label, scores] of documents) evaluator.addScores(label, scores);
  return listFindings(evaluator.finish(context)).map(({ en }) => en);
}

const RIGHT: Document = ["가", [0.75, 0.25]];
const WRONG: Document = ["나", [1, 0]];

describe("listFindings", () => {
  it("names the confusions, the weakest label and the errors to read first", () => {
    expect(findingsOf([RIGHT, RIGHT, RIGHT, WRONG, ["나", [0.25, 0.75]]])).toEqual([
      "Most frequent confusions (true → predicted, share of the errors): 나 → 가 1 (100.0%)",
      // Recall 1/2, precision 1/1, F1 = 2 * 1 / (2 + 1).
      "Weakest label: 나 (F1 0.667). It is missed more often than given wrongly: recall 0.500",
      "Errors with a score above 0.9: 1. Read these first: often it is the label in the data that is wrong",
    ]);
  });

  it("says what can be left to the model", () => {
    const findings = findingsOf([
      ["가", [1, 0]],
      ["나", [0.625, 0.375]],
      ["나", [0, 1]],
    ]);
    expect(findings).toContain(
      "With articles scored 1.000 or more left to the model: 66.7% of all, at an accuracy of 99.0%. The rest is for people",
    );
  });

  it("says when scores are too high or too low", () => {
    expect(findingsOf([WRONG, RIGHT]).join()).toContain(
      "Scores are too high to be read as probabilities: mean score 0.875",
    );
    expect(findingsOf([RIGHT]).join()).toContain(
      "Scores are lower than they need be: mean score 0.750, accuracy 1.000",
    );
  });

  it("says why scores of a model that learned from articles without labels are low on those kept back", () => {
    const learned = { nDocuments: 100, hash: "11", nPseudoLabelRounds: 3 };
    const model = { ...smallModelCard(), unlabeled: learned };
    const keptBack = {
      kind: "validation",
      source: "a.csv",
      validationFraction: 0.1,
      seed: 1,
      isRefitted: false,
    } as const;
    const reason = "Scores are made for articles like those without labels, and low for these: mean score 0.750";
    expect(findingsOf([RIGHT], { model, split: keptBack }).join()).toContain(reason);
    for (const other of [
      { model: { ...model, unlabeled: null }, split: keptBack },
      { model: { ...model, unlabeled: { ...learned, nPseudoLabelRounds: 0 } }, split: keptBack },
      { model: { ...model, unlabeled: { ...learned, nDocuments: 99 } }, split: keptBack },
      { model, split: { kind: "test", source: "b.csv" } as const },
    ]) {
      expect(findingsOf([RIGHT], other).join()).toContain("Scores are lower than they need be: mean score 0.750");
    }
  });

  it("tells of small labels, shifted shares, unknown labels and rejected rows", () => {
    const findings = findingsOf([RIGHT, RIGHT, RIGHT, WRONG, ["다", [1, 0]]], {
      trainSupport: [90, 10],
      articles: { nRead: 8, nRejected: 3, nExcluded: 1, nTrain: 100, nValidation: 0 },
    }).join("\n");
    expect(findings).toContain("Few training articles, and below the average: 나 (10)");
    expect(findings).toContain("Shares differ from those in training: 가 90.0% → 60.0%, 나 10.0% → 20.0%");
    expect(findings).toContain(
      "Faults of the data: articles with labels unknown to the model: 1, rows that could not be used: 2",
    );
  });

  it("has nothing to say of a model without faults", () => {
    expect(
      findingsOf([
        ["가", [1, 0]],
        ["나", [0, 1]],
      ]),
    ).toEqual([]);
  });
});
