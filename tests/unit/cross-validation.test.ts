import { describe, expect, it } from "vitest";
import type { Classifier } from "../../src/classifier.js";
import { type CrossValidationOptions, crossValidate } from "../../src/cross-validation.js";
import { DatasetError, OptionError, TrainingError } from "../../src/errors.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../conformance/training.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";

const OPTIONS: CrossValidationOptions = {
  folds: 4,
  training: {
    ...SMALL_TRAINING,
    optimizer: { ...SMALL_TRAINING.optimizer, epochs: 12 },
    tokenizer: wordTokenizer(),
  },
};

describe("crossValidate", () => {
  it("tries every article once, by a model that did not see it", async () => {
    // Each article has a word of its own; a model that knows the word has seen the article.
    const articles = SMALL_ARTICLES.map((given, index) => ({ ...given, body: `${given.body} 카나리아${index}` }));
    const classifiers: Classifier[] = [];
    const { predictions, folds } = await crossValidate(articles, {
      ...OPTIONS,
      onFold: (_, classifier) => classifiers.push(classifier),
    });
    expect(predictions.map(({ index }) => index)).toEqual([...articles.keys()]);
    expect(folds.map(({ fold, nTrain, nTest }) => [fold, nTrain, nTest])).toEqual(
      [0, 1, 2, 3].map((fold) => [fold, 18, 6]),
    );
    for (const [fold, { vocabulary, metadata }] of classifiers.entries()) {
      const known = predictions.filter(({ index }) => vocabulary.columnOf(`카나리아${index}/NNG`) >= 0);
      // 18 to learn from, of which a quarter of each label, 1.5 → 2, chooses the epoch: the words of 12 are known.
      expect(known).toHaveLength(12);
      expect(known.filter((article) => article.fold === fold)).toEqual([]);
      expect(metadata).toMatchObject({ nDocuments: 12, nValidationDocuments: 6 });
    }
  });

  it("sums up the folds and all predictions", async () => {
    const { predictions, report, folds, accuracy, macroF1 } = await crossValidate(SMALL_ARTICLES, OPTIONS);
    for (const { index, trueLabel } of predictions) expect(trueLabel).toBe(SMALL_ARTICLES[index]?.label);
    const nCorrect = predictions.filter(({ trueLabel, predictions: [best] }) => best.label === trueLabel).length;
    expect(report.accuracy).toBeCloseTo(nCorrect / 24, 12);
    // Folds of equal size: the mean of their accuracies is that of all articles.
    expect(accuracy.mean).toBeCloseTo(nCorrect / 24, 12);
    const values = folds.map((fold) => fold.macroF1);
    const mean = values.reduce((sum, value) => sum + value) / 4;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3;
    expect(macroF1.mean).toBeCloseTo(mean, 12);
    expect(macroF1.standardDeviation).toBeCloseTo(Math.sqrt(variance), 12);
  });

  it("gives the same result for the same articles and options, and other folds for another seed", async () => {
    const first = await crossValidate(SMALL_ARTICLES, OPTIONS);
    expect(await crossValidate(SMALL_ARTICLES, OPTIONS)).toEqual(first);
    const other = await crossValidate(SMALL_ARTICLES, { ...OPTIONS, training: { ...OPTIONS.training, seed: 2 } });
    expect(other.predictions.map(({ fold }) => fold)).not.toEqual(first.predictions.map(({ fold }) => fold));
  });

  it("keeps groups together", async () => {
    const groups = SMALL_ARTICLES.map((_, index) => `story ${Math.floor(index / 2)}`);
    const { predictions } = await crossValidate(SMALL_ARTICLES, { ...OPTIONS, groups });
    for (let index = 0; index < 24; index += 2) expect(predictions[index]?.fold).toBe(predictions[index + 1]?.fold);
  });

  it("goes forward by date and never tries the first part", async () => {
    // Label by label in the list, so the dates mix them: article i has day i mod 8.
    const dates = SMALL_ARTICLES.map((_, index) => `2026-01-0${1 + (index % 8)}`);
    const { folds, predictions } = await crossValidate(SMALL_ARTICLES, { ...OPTIONS, folds: 3, dates });
    // Days 1-2, 3-4, 5-6 and 7-8: 6 articles each.
    expect(folds.map(({ nTrain, nTest }) => [nTrain, nTest])).toEqual([
      [6, 6],
      [12, 6],
      [18, 6],
    ]);
    expect(predictions.map(({ index }) => index % 8)).not.toContain(1);
    for (const { index, fold } of predictions) expect(Math.floor((index % 8) / 2)).toBe(fold + 1);
  });

  it("names the fold when it has too few articles of a label", async () => {
    const articles = [...SMALL_ARTICLES.slice(0, 16), ...SMALL_ARTICLES.slice(16, 18)];
    const error = await crossValidate(articles, { ...OPTIONS, source: "news.csv" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as DatasetError).message).toMatch(/^news\.csv, fold \d of 4: a label needs two articles or more/);
  });

  it("throws when aborted, for some folds are not all", async () => {
    const abort = new AbortController();
    const run = crossValidate(SMALL_ARTICLES, {
      ...OPTIONS,
      signal: abort.signal,
      onProgress: ({ fold }) => {
        if (fold === 1) abort.abort();
      },
    });
    await expect(run).rejects.toBeInstanceOf(TrainingError);
  });

  it("refuses groups with dates, a wrong number of either, and no articles", async () => {
    const dates = SMALL_ARTICLES.map(() => "2026-01-01");
    await expect(crossValidate(SMALL_ARTICLES, { ...OPTIONS, dates, groups: dates })).rejects.toThrow(OptionError);
    await expect(crossValidate(SMALL_ARTICLES, { ...OPTIONS, dates: ["2026-01-01"] })).rejects.toThrow(OptionError);
    await expect(crossValidate(SMALL_ARTICLES, { ...OPTIONS, folds: 1 })).rejects.toThrow(OptionError);
    await expect(crossValidate([], OPTIONS)).rejects.toThrow(DatasetError);
  });
});
