/** `train` with pre-training and articles without labels. */

import { describe, expect, it } from "vitest";
import { compress } from "../../src/compress.js";
import { NewsclfError } from "../../src/errors.js";
import { decodeModel, frequenciesOf } from "../../src/model-file/model-file.js";
import type { Article } from "../../src/text/article.js";
import { type TrainOptions, type TrainProgress, train } from "../../src/train.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../conformance/training.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";

const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 3 },
  tokenizer: wordTokenizer(),
  pretrain: "autoencoder",
  pretrainEpochs: 2,
};

/** Articles about what the labelled ones are about, with a word of their own. */
const UNLABELED: readonly Article[] = ["금리", "축구", "국회"].flatMap((topic) =>
  Array.from({ length: 5 }, () => ({ title: `${topic} 기별`, body: "소식" })),
);

describe("train with pretrain autoencoder", () => {
  it("makes another model than without, the same each time", async () => {
    const { pretrain: _, pretrainEpochs: __, ...plain } = OPTIONS;
    const { classifier } = await train(SMALL_ARTICLES, OPTIONS);
    const again = await train(SMALL_ARTICLES, OPTIONS);
    const without = await train(SMALL_ARTICLES, plain);
    expect(again.classifier.toBytes()).toEqual(classifier.toBytes());
    const [{ networks }, { networks: drawn }] = [
      await decodeModel(classifier.toBytes()),
      await decodeModel(without.classifier.toBytes()),
    ];
    expect(networks.w1).not.toEqual(drawn.w1);
  });

  it("learns labels after it", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, optimizer: SMALL_TRAINING.optimizer });
    const right = SMALL_ARTICLES.filter((given) => classifier.classifyArticle(given)[0].label === given.label);
    expect(right).toHaveLength(SMALL_ARTICLES.length);
  });

  it("takes terms and document frequencies from articles without labels, too", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: UNLABELED });
    const parts = await decodeModel(classifier.toBytes());
    const { vocabulary, metadata, labelDocumentFrequency } = parts;
    expect(metadata.unlabeled).toMatchObject({ nDocuments: 15 });
    expect(metadata.unlabeled?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(metadata.nDocuments).toBe(18);
    const { documentFrequency, nDocuments } = frequenciesOf(parts);
    // 18 articles to train on, 6 of each label, and 15 without labels.
    expect(nDocuments).toBe(33);
    const columnOf = (term: string): number => vocabulary.columnOf(`${term}/NNG`);
    expect(documentFrequency[columnOf("소식")]).toBe(33);
    expect(documentFrequency[columnOf("금리")]).toBe(6 + 5);
    expect(documentFrequency[columnOf("기별")]).toBe(15);
    // No labelled article holds it.
    for (const label of [0, 1, 2]) expect(labelDocumentFrequency[label * vocabulary.nTerms + columnOf("기별")]).toBe(0);
  });

  it("reads articles without labels from an asynchronous source, and none from an empty one", async () => {
    async function* stream(): AsyncGenerator<Article> {
      yield* UNLABELED;
    }
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: UNLABELED });
    const streamed = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: stream() });
    expect(streamed.classifier.toBytes()).toEqual(classifier.toBytes());
    const alone = await train(SMALL_ARTICLES, OPTIONS);
    expect((await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: [] })).classifier.toBytes()).toEqual(
      alone.classifier.toBytes(),
    );
  });

  it("keeps the frequencies of the terms that stay when a model is pruned", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: UNLABELED });
    const whole = await decodeModel(classifier.toBytes());
    const pruned = await compress(classifier, SMALL_ARTICLES, {
      prune: 0.5,
      quantize: "none",
      maxLoss: 1,
      tokenizer: wordTokenizer(),
    });
    const parts = await decodeModel(pruned.classifier.toBytes());
    expect(parts.vocabulary.nTerms).toBeLessThan(whole.vocabulary.nTerms);
    const before = frequenciesOf(whole).documentFrequency;
    const { documentFrequency } = frequenciesOf(parts);
    for (const [column, term] of [...parts.vocabulary].entries()) {
      expect(documentFrequency[column]).toBe(before[whole.vocabulary.columnOf(term)]);
    }
  });

  it("tells of pre-training before training", async () => {
    const stages: TrainProgress["stage"][] = [];
    await train(SMALL_ARTICLES, { ...OPTIONS, ensemble: 2, onProgress: ({ stage }) => stages.push(stage) });
    // Two networks, one after another: three layers of two epochs, then three epochs.
    const network = [...Array(6).fill("pretrain"), ...Array(3).fill("train")];
    expect(stages.filter((stage) => stage !== "analyze")).toEqual([...network, ...network]);
  });

  it("goes on from a checkpoint to the same bytes, and refuses one with other articles without labels", async () => {
    const options = { ...OPTIONS, unlabeled: UNLABELED };
    const { classifier } = await train(SMALL_ARTICLES, options);
    const saved: Uint8Array[] = [];
    const checkpoints = {
      isDue: () => true,
      save: async (bytes: Uint8Array) => {
        saved.push(bytes);
      },
    };
    await train(SMALL_ARTICLES, { ...options, checkpoints });
    const resume = { name: "run.checkpoint", bytes: saved[1] as Uint8Array };
    const resumed = await train(SMALL_ARTICLES, { ...options, resume });
    expect(resumed.classifier.toBytes()).toEqual(classifier.toBytes());
    const others = UNLABELED.map(({ title, body }) => ({ title, body: `${body} ${body}` }));
    await expect(train(SMALL_ARTICLES, { ...options, unlabeled: others, resume })).rejects.toThrow(
      /the articles are others/,
    );
  });

  it("still gives a model when it is stopped in pre-training", async () => {
    const stop = new AbortController();
    const { isInterrupted, history } = await train(SMALL_ARTICLES, {
      ...OPTIONS,
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === "pretrain") stop.abort();
      },
    });
    expect({ isInterrupted, nEpochs: history.length }).toEqual({ isInterrupted: true, nEpochs: 1 });
  });

  it("refuses articles without labels that are none", async () => {
    const wrong = [{ title: "금리", body: 7 as unknown as string }];
    await expect(train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: wrong })).rejects.toThrow(/unlabeled\[0\]\.body/);
    await expect(train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: wrong })).rejects.toThrow(NewsclfError);
  });
});
