/** Training below a limit of memory, with threads that run what is in dist/. */

import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TrainingFiles } from "../../src/io/training-files.js";
import { WorkerTrainingThreads } from "../../src/io/training-threads.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { type Checkpoint, type TrainOptions, train } from "../../src/train.js";
import { StoredArticles } from "../../src/training/stored-articles.js";
import { SMALL_TRAINING } from "./training.js";
import { wordTokenizer } from "./word-tokenizer.js";

const N_WORDS = 3000;

/** 2,000 articles of 80 words each, most of them distinct: a matrix of more than 1 MB. */
const ARTICLES: readonly LabeledArticle[] = Array.from({ length: 2000 }, (_, i) => {
  const words = Array.from({ length: 80 }, (__, k) => `낱말${(i * 7919 + k * k * 104_729 + k * 31) % N_WORDS}`);
  return i % 2 === 0
    ? { title: "금리", body: words.join(" "), label: "경제" }
    : { title: "축구", body: words.join(" "), label: "스포츠" };
});

const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  vectorizer: { ...SMALL_TRAINING.vectorizer, maxFeatures: N_WORDS + 2 },
  network: { hiddenUnits: [8, 4, 4], dropout: 0.2, inputDropout: 0.1 },
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 2, batchSize: 32 },
  ensemble: 2,
  linear: true,
  refit: "always",
  tokenizer: wordTokenizer(),
};

let folder = "";
let expected: Uint8Array;
/** The least limit that is not refused, in whole megabytes: less than 1 MB is left for the matrix, which is larger. */
let leastBytes = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-memory-"));
  expected = (await train(ARTICLES, OPTIONS)).classifier.toBytes();
  const refusal = await trainBelow(231e6, 1).then(() => "", String);
  leastBytes = 1e6 * Number(/at least (\d+)MB for 2000 articles and networks of 3002 terms/.exec(refusal)?.[1]);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Counts its files. */
class CountedFiles extends TrainingFiles {
  nFiles = 0;

  override createSpool() {
    this.nFiles++;
    return super.createSpool();
  }
}

async function trainBelow(maxBytes: number, nThreads: number, more: TrainOptions = {}) {
  const files = new CountedFiles(maxBytes, folder);
  const threads = nThreads > 1 ? new WorkerTrainingThreads(nThreads) : undefined;
  try {
    const articles = new StoredArticles(files.createSpool());
    for (const article of ARTICLES) articles.add(article);
    const options = { ...OPTIONS, ...more, memory: files, ...(threads === undefined ? {} : { threads }) };
    return { ...(await train(articles, options)), nFiles: files.nFiles };
  } finally {
    await threads?.close();
    files.close();
  }
}

describe("training below a limit of memory", () => {
  it.each([1, 2])(
    "gives the same bytes with %i threads, and articles kept back, from three files",
    async (nThreads) => {
      const { classifier, validation, nFiles } = await trainBelow(leastBytes, nThreads);
      expect(classifier.toBytes()).toEqual(expected);
      expect(validation).toHaveLength(500);
      for (const { index, article } of validation) expect(article).toEqual(ARTICLES[index]);
      // Articles, terms, and the matrix that all shares are rows of.
      expect(nFiles).toBe(3);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("keeps the matrix in memory where there is room", async () => {
    const { classifier, nFiles } = await trainBelow(leastBytes + 100e6, 1);
    expect(classifier.toBytes()).toEqual(expected);
    expect(nFiles).toBe(2);
  });

  it("gives the same bytes where networks learn from samples, and another one from them", async () => {
    const more = { bootstrap: true, distill: true };
    const { classifier, nFiles } = await trainBelow(leastBytes + 1e6, 2, more);
    expect(classifier.toBytes()).toEqual((await train(ARTICLES, { ...OPTIONS, ...more })).classifier.toBytes());
    expect(nFiles).toBe(3);
  });

  it("gives the same bytes where articles have no labels, and some of them no known term", async () => {
    const unlabeled = ARTICLES.map(({ body }, i) => ({
      title: i % 10 === 0 ? "" : "금리",
      body: i % 10 === 0 ? "" : body,
    }));
    const more = { unlabeled, pseudoLabelRounds: 2 };
    const { classifier, nFiles } = await trainBelow(leastBytes + 1e6, 2, more);
    expect(classifier.toBytes()).toEqual((await train(ARTICLES, { ...OPTIONS, ...more })).classifier.toBytes());
    expect(nFiles).toBe(3);
    expect(classifier.toBytes()).not.toEqual(expected);
  });

  it("goes on from a checkpoint to the same bytes", async () => {
    let last: Checkpoint | null = null;
    const interrupt = new AbortController();
    const { isInterrupted } = await trainBelow(leastBytes, 1, {
      signal: interrupt.signal,
      checkpoints: {
        isDue: ({ kind }) => kind === "epoch",
        save: async (bytes) => {
          last = { name: "the last", bytes };
          interrupt.abort();
        },
      },
    });
    expect(isInterrupted).toBe(true);
    const { classifier } = await trainBelow(leastBytes, 1, { resume: last as unknown as Checkpoint });
    expect(classifier.toBytes()).toEqual(expected);
  });

  it("says how much the networks take where the limit is below that, and leaves no file", async () => {
    await expect(trainBelow(leastBytes - 1e6, 1)).rejects.toThrow(
      `maxMemory must be at least ${leastBytes / 1e6}MB for `,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
