/** `train` with pseudo-labels for articles without labels. */

import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { decodeModel } from "../../src/model-file/model-file.js";
import { splitNetworks } from "../../src/nn/weights.js";
import type { Article } from "../../src/text/article.js";
import { type Checkpoint, type TrainOptions, type TrainProgress, train } from "../../src/train.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../conformance/training.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";

const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 3 },
  tokenizer: wordTokenizer(),
  linear: true,
  pseudoLabelRounds: 2,
};

/** Words that no labelled article holds, by label. */
const NEW_WORDS = { 경제: "환율", 스포츠: "투수", 정치: "장관" } as const;
/** Each beside the word that tells its label; one article holds nothing at all. */
const UNLABELED: readonly Article[] = [
  ...["금리 환율", "축구 투수", "국회 장관"].flatMap((title) => Array.from({ length: 6 }, () => ({ title, body: "" }))),
  { title: "", body: "" },
];

const linearOf = async ({ classifier }: Awaited<ReturnType<typeof train>>) =>
  splitNetworks((await decodeModel(classifier.toBytes())).networks).at(-1)!;

describe("train with articles without labels", () => {
  it("answers words that only these hold by those that they are beside", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: UNLABELED });
    const without = await train(SMALL_ARTICLES, OPTIONS);
    for (const [label, word] of Object.entries(NEW_WORDS)) {
      const [{ label: answer, score }] = classifier.classify(word);
      expect([word, answer]).toEqual([word, label]);
      // Unknown, it says nothing: all labels are as likely, and as often among the articles.
      expect(score).toBeGreaterThan(without.classifier.classify(word)[0].score + 0.1);
    }
  });

  it("counts them all, those that hold no known term included, and leaves the networks to the articles with labels", async () => {
    const trained = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: UNLABELED });
    expect(trained.classifier.metadata.unlabeled).toMatchObject({ nDocuments: 19, nPseudoLabelRounds: 2 });
    const more = await train(SMALL_ARTICLES, { ...OPTIONS, pseudoLabelRounds: 3, unlabeled: UNLABELED });
    const [network, linear] = splitNetworks((await decodeModel(trained.classifier.toBytes())).networks);
    const [sameNetwork, otherLinear] = splitNetworks((await decodeModel(more.classifier.toBytes())).networks);
    expect(sameNetwork).toEqual(network);
    expect(otherLinear!.w1).not.toEqual(linear!.w1);
  });

  it("takes articles that are among those with labels, and some that all get one label", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: SMALL_ARTICLES });
    for (const article of SMALL_ARTICLES) expect(classifier.classifyArticle(article)[0].label).toBe(article.label);
    const ofOne = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: UNLABELED.slice(0, 6) });
    expect(ofOne.classifier.classify("환율")[0].label).toBe("경제");
    expect(ofOne.classifier.classify("축구")[0].label).toBe("스포츠");
  });

  it("says that no round was done where none of them holds a known term", async () => {
    const unlabeled = [{ title: "환율", body: "" }];
    const vectorizer = { ...SMALL_TRAINING.vectorizer, minDf: 2 };
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, vectorizer, unlabeled });
    expect(classifier.metadata.unlabeled).toMatchObject({ nDocuments: 1, nPseudoLabelRounds: 0 });
  });

  it("gives the model without them where there are none", async () => {
    const { classifier } = await train(SMALL_ARTICLES, OPTIONS);
    const given = await train(SMALL_ARTICLES, { ...OPTIONS, unlabeled: [] });
    expect(given.classifier.toBytes()).toEqual(classifier.toBytes());
  });

  it("lets the linear member learn them once more with the articles kept back", async () => {
    const options: TrainOptions = { ...OPTIONS, refit: "always", unlabeled: UNLABELED };
    const { classifier, measured } = await train(SMALL_ARTICLES, options);
    const never = await train(SMALL_ARTICLES, { ...options, refit: "never" });
    expect(measured.toBytes()).not.toEqual(classifier.toBytes());
    expect(await linearOf({ ...never, classifier: measured })).toEqual(await linearOf(never));
    expect(classifier.classify("환율")[0].label).toBe("경제");
  });

  it("teaches a network that is distilled from the others", async () => {
    const options: TrainOptions = { ...OPTIONS, distill: true, unlabeled: UNLABELED };
    const { classifier } = await train(SMALL_ARTICLES, options);
    const other = await train(SMALL_ARTICLES, { ...options, pseudoLabelRounds: 1 });
    expect(classifier.metadata.members).toHaveLength(1);
    expect(await linearOf({ ...other, classifier })).not.toEqual(await linearOf(other));
  });

  it("makes the same model with and without pre-training beside it each time, and another with it", async () => {
    const options: TrainOptions = { ...OPTIONS, unlabeled: UNLABELED };
    const pretrained: TrainOptions = { ...options, pretrain: "autoencoder" };
    const [plain, both] = [await train(SMALL_ARTICLES, options), await train(SMALL_ARTICLES, pretrained)];
    expect((await train(SMALL_ARTICLES, pretrained)).classifier.toBytes()).toEqual(both.classifier.toBytes());
    // The linear member learns the same either way.
    expect(await linearOf(both)).toEqual(await linearOf(plain));
    expect(both.classifier.toBytes()).not.toEqual(plain.classifier.toBytes());
  });

  it("goes on from a checkpoint to the same bytes", async () => {
    const options: TrainOptions = { ...OPTIONS, refit: "always", unlabeled: UNLABELED };
    const { classifier } = await train(SMALL_ARTICLES, options);
    const saved: Checkpoint[] = [];
    const save = async (bytes: Uint8Array): Promise<void> => {
      saved.push({ name: "run.checkpoint", bytes });
    };
    await train(SMALL_ARTICLES, { ...options, checkpoints: { isDue: () => true, save } });
    const resumed = await train(SMALL_ARTICLES, { ...options, resume: saved[1]! });
    expect(resumed.classifier.toBytes()).toEqual(classifier.toBytes());
  });

  it("tells of the rounds when the networks are done", async () => {
    const told: TrainProgress[] = [];
    await train(SMALL_ARTICLES, {
      ...OPTIONS,
      optimizer: { ...SMALL_TRAINING.optimizer, epochs: 1, batchSize: 100 },
      pseudoLabelRounds: 10,
      unlabeled: UNLABELED,
      onProgress: (progress) => told.push(progress),
    });
    const firstRound = told.findIndex(({ stage }) => stage === "pseudo-label");
    const rounds = told.slice(firstRound).map((progress) => (progress.stage === "pseudo-label" ? progress : null));
    expect(told.slice(0, firstRound).map(({ stage }) => stage)).toContain("train");
    expect(rounds).not.toContain(null);
    expect(rounds.at(-1)).toMatchObject({ round: 10, nRounds: 10 });
    const documents = rounds.map((progress) => progress!.nDocuments);
    expect(documents).toEqual([...documents].sort((a, b) => a - b));
  });

  it("says that it was stopped when it was before the rounds were done, and gives a model", async () => {
    const stop = new AbortController();
    const { classifier, isInterrupted } = await train(SMALL_ARTICLES, {
      ...OPTIONS,
      unlabeled: UNLABELED,
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === "train") stop.abort();
      },
    });
    expect(isInterrupted).toBe(true);
    expect(classifier.metadata.members).toHaveLength(2);
    expect(classifier.metadata.settings.pseudoLabelRounds).toBe(2);
    expect(classifier.metadata.unlabeled?.nPseudoLabelRounds).toBeLessThan(2);
  });

  it("refuses them where nothing would learn from them", async () => {
    for (const idle of [{ linear: false }, { pseudoLabelRounds: 0 }]) {
      const training = train(SMALL_ARTICLES, { ...OPTIONS, ...idle, unlabeled: UNLABELED });
      await expect(training).rejects.toThrow(OptionError);
      await expect(training).rejects.toThrow("where there are articles without labels");
    }
  });
});
