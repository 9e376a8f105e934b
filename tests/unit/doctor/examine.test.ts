import { describe, expect, it } from "vitest";
import { type Dataset, examine } from "../../../src/doctor/examine.js";
import { checkFindings, listFindings } from "../../../src/doctor/report.js";

const WORDS = { 경제: ["은행", "금리", "증시", "환율"], 체육: ["야구", "축구", "감독", "승리"] } as const;

/** Twelve articles a label, each of two of its words; one of 경제 is about sports. */
function makeDataset(): Dataset {
  const articles = Object.entries(WORDS).flatMap(([label, words]) =>
    Array.from({ length: 12 }, (_, i) => ({
      title: `${words[i % 4]} ${words[(i + 1 + (i % 3)) % 4]} ${i}`,
      body: "",
      label,
    })),
  );
  articles[5] = { title: "야구 축구 감독 승리", body: "", label: "경제" };
  const sources = articles.map(() => "a.csv");
  return { name: "a.csv", articles, sources, lines: articles.map((_, i) => i + 2), files: [] };
}

const training = {
  terms: { charNgrams: false },
  vectorizer: { minDf: 1, maxDfFraction: 1 },
  network: { hiddenUnits: [8, 8, 8], dropout: 0, inputDropout: 0 },
  optimizer: { minSteps: 200, batchSize: 8, learningRate: 0.02 },
  validationFraction: 0,
} as const;

describe("examine", () => {
  it("suspects the article whose words are those of the other label, the same each time", async () => {
    const run = () => examine(makeDataset(), { folds: 2, similarity: 1 }, { training });
    const report = await run();
    expect(report.labelErrors?.suspects[0]).toMatchObject({ line: 7, label: "경제", suggested: "체육" });
    expect(await run()).toEqual(report);
  });

  it("refuses an empty data set, and lists of another length than the articles", async () => {
    const dataset = makeDataset();
    await expect(examine({ ...dataset, articles: [] })).rejects.toMatchObject({ code: "DATASET_EMPTY" });
    await expect(examine({ ...dataset, lines: [1] })).rejects.toMatchObject({ code: "OPTION_INVALID" });
    await expect(examine({ ...dataset, sources: [] })).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });
});

describe("checkFindings", () => {
  it("lets notices pass where problems alone are a failure", async () => {
    const report = await examine(makeDataset(), { labelErrors: false, similarity: 1 });
    expect(listFindings(report)).toContainEqual({ kind: "small-labels", severity: "notice", count: 2 });
    expect(() => checkFindings(report, "problem")).not.toThrow();
    expect(() => checkFindings(report, "notice")).toThrow(/^a\.csv: .*small-labels 2$/);
  });
});
