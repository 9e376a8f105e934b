import { describe, expect, it } from "vitest";
import type { Classifier } from "../../src/classifier.js";
import { assignFolds, type CrossValidationOptions, crossValidate } from "../../src/cross-validation.js";
import { DatasetError, OptionError, TrainingError } from "../../src/errors.js";
import type { Article } from "../../src/text/article.js";
import { train } from "../../src/train.js";
import { createLocalAnalyzer, type DocumentAnalyzerFactory } from "../../src/training/document-analyzer.js";
import type { TrainingMemory } from "../../src/training/training-memory.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../conformance/training.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";
import { MemorySpool } from "./features/memory-spool.js";

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

  describe("with articles without labels", () => {
    const training = { ...OPTIONS.training, linear: true, pseudoLabelRounds: 1 };
    const options = { ...OPTIONS, training };
    /** Words that no article with a label holds. */
    const texts: readonly Article[] = ["금리 환율", "축구 투수", "국회 장관"].map((title) => ({ title, body: "" }));

    it.each([
      ["drawn at random", {}],
      ["of groups", { groups: SMALL_ARTICLES.map((_, index) => index >> 1) }],
      ["by date", { folds: 3, dates: SMALL_ARTICLES.map((_, index) => `2026-01-0${1 + (index % 8)}`) }],
    ])("gives them to every fold, from a source that gives them once: folds %s", async (_, more) => {
      async function* stream() {
        yield* texts;
      }
      const classifiers: Classifier[] = [];
      const onFold = (_: unknown, classifier: Classifier) => classifiers.push(classifier);
      const given = { ...options, ...more, training: { ...training, unlabeled: stream() }, onFold };
      const result = await crossValidate(SMALL_ARTICLES, given);
      expect(classifiers).toHaveLength(result.folds.length);
      for (const { metadata, vocabulary } of classifiers) {
        expect(metadata.unlabeled?.nDocuments).toBe(3);
        expect(vocabulary.columnOf("환율/NNG")).toBeGreaterThanOrEqual(0);
      }
      const ofArray = { ...options, ...more, training: { ...training, unlabeled: texts } };
      expect(await crossValidate(SMALL_ARTICLES, ofArray)).toEqual(result);
    });

    it("takes the very articles that are tried, and never sees a label of theirs", async () => {
      const bare = SMALL_ARTICLES.map(({ title, body }) => ({ title, body }));
      // Each with the label of the article eight places before it, which is another.
      const mislabeled = bare.map((text, index) => ({ ...text, label: SMALL_ARTICLES.at(index - 8)!.label }));
      const expected = await crossValidate(SMALL_ARTICLES, { ...options, training: { ...training, unlabeled: bare } });
      const given = { ...options, training: { ...training, unlabeled: mislabeled } };
      expect(await crossValidate(SMALL_ARTICLES, given)).toEqual(expected);
    });

    it("keeps what it was given, though the caller changes it", async () => {
      const changing = texts.map((text) => ({ ...text }));
      const hashes = new Set<string | undefined>();
      await crossValidate(SMALL_ARTICLES, {
        ...options,
        training: { ...training, unlabeled: changing },
        onFold: (_, { metadata }) => {
          hashes.add(metadata.unlabeled?.hash);
          for (const text of changing) text.title += " 나중";
        },
      });
      expect(hashes.size).toBe(1);
    });

    it("refuses them before it reads any when nothing would learn from them, and a part that is no text", async () => {
      let isRead = false;
      function* stream() {
        isRead = true;
        yield* texts;
      }
      for (const [idle, message] of [
        [{ linear: false }, "linear must be true where"],
        [{ pseudoLabelRounds: 0 }, "pseudoLabelRounds must be 1 or more where"],
        [{ pseudoLabelRounds: -1 }, "training.pseudoLabelRounds must be"],
      ] as const) {
        const given = { ...options, training: { ...training, ...idle, unlabeled: stream() } };
        const error = await crossValidate(SMALL_ARTICLES, given).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(OptionError);
        expect((error as OptionError).message).toContain(message);
      }
      expect(isRead).toBe(false);
      const wrong = [...texts, { title: "금리", body: 1 as unknown as string }];
      const given = { ...options, training: { ...training, unlabeled: wrong } };
      await expect(crossValidate(SMALL_ARTICLES, given)).rejects.toThrow(/unlabeled\[3\]\.body/);
    });

    it("stops while they are read when aborted", async () => {
      const abort = new AbortController();
      let nRead = 0;
      function* stream() {
        for (let i = 0; i < 600; i++) {
          if (++nRead === 2) abort.abort();
          yield texts[i % 3]!;
        }
      }
      const given = { ...options, training: { ...training, unlabeled: stream() }, signal: abort.signal };
      await expect(crossValidate(SMALL_ARTICLES, given)).rejects.toMatchObject({ code: "TRAINING_ABORTED" });
      // They are analysed by groups of 256.
      expect(nRead).toBe(256);
    });

    it("analyses all articles once, for the models that each fold by itself would give, also with a log in a file", async () => {
      const dates = SMALL_ARTICLES.map((_, index) => `2026-01-0${1 + (index % 8)}`);
      const given = { ...options, training: { ...training, unlabeled: texts, refit: "always" as const } };
      const assigned = assignFolds(SMALL_ARTICLES, ["경제", "스포츠", "정치"], 3, SMALL_TRAINING.seed ?? 0, { dates });
      const expected = await Promise.all(
        assigned.map(async ({ train: rows }) => {
          const { classifier } = await train(
            Array.from(rows, (row) => SMALL_ARTICLES[row]!),
            given.training,
          );
          return classifier.toBytes();
        }),
      );
      let nAnalyzed = 0;
      const analyzer: DocumentAnalyzerFactory = (terms) => ({
        async *analyze(groups) {
          async function* counted() {
            for await (const group of groups) {
              nAnalyzed += group.length;
              yield group;
            }
          }
          yield* createLocalAnalyzer(given.training.tokenizer!, terms, null).analyze(counted());
        },
      });
      const spools: MemorySpool[] = [];
      const memory: TrainingMemory = {
        maxBytes: 1e9,
        createSpool: () => {
          spools.push(new MemorySpool());
          return spools.at(-1)!;
        },
      };
      for (const more of [{}, { memory }]) {
        nAnalyzed = 0;
        const models: Uint8Array[] = [];
        await crossValidate(SMALL_ARTICLES, {
          ...given,
          folds: 3,
          dates,
          training: { ...given.training, analyzer, ...more },
          onFold: (_, classifier) => models.push(classifier.toBytes()),
        });
        expect(nAnalyzed).toBe(24 + 3);
        expect(models).toEqual(expected);
      }
      expect(spools.map(({ isOpen }) => isOpen)).toEqual([false]);
    });
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
