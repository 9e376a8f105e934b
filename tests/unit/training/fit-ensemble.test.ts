import { describe, expect, it } from "vitest";
import { Classifier } from "../../../src/classifier.js";
import { decodeModel } from "../../../src/model-file/model-file.js";
import { splitNetworks } from "../../../src/nn/weights.js";
import { type TrainOptions, train } from "../../../src/train.js";
import { memberSeed } from "../../../src/training/fit-ensemble.js";
import type { NetworkProgress } from "../../../src/training/progress.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";

const tokenizer = wordTokenizer();
const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 3 },
  ensemble: 3,
  tokenizer,
};

const scoresOf = (classifier: Classifier, text: string): number[] => {
  const predictions = classifier.classify(text, { topK: 3 });
  return classifier.labels.map(
    (label) => predictions.find((prediction) => prediction.label === label)?.score as number,
  );
};

describe("fitEnsemble", () => {
  it("makes the networks that runs with the members' seeds would make, over one vocabulary", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, validationFraction: 0 });
    const { networks, metadata } = await decodeModel(classifier.toBytes());
    const members = splitNetworks(networks);
    expect(members).toHaveLength(3);
    expect(metadata.selectedEpochs).toHaveLength(3);
    const singles = await Promise.all(
      [0, 1, 2].map((member) =>
        train(SMALL_ARTICLES, {
          ...OPTIONS,
          validationFraction: 0,
          ensemble: 1,
          seed: memberSeed(SMALL_TRAINING.seed, member),
        }),
      ),
    );
    for (const [member, single] of singles.entries()) {
      const { networks: own } = await decodeModel(single.classifier.toBytes());
      expect(members[member]).toEqual(splitNetworks(own)[0]);
    }
    const text = "국회 금리 전망";
    // The softmax of mean logits is the geometric mean of the probabilities over their sum.
    const means = [0, 1, 2].map((c) =>
      Math.cbrt(singles.reduce((product, single) => product * (scoresOf(single.classifier, text)[c] as number), 1)),
    );
    const total = means.reduce((sum, mean) => sum + mean, 0);
    for (const [c, score] of scoresOf(classifier, text).entries()) expect(score).toBeCloseTo(means[c]! / total, 6);
  });

  it("gives the same bytes for the same seed, and classifies the same after loading", async () => {
    const { classifier } = await train(SMALL_ARTICLES, OPTIONS);
    expect((await train(SMALL_ARTICLES, OPTIONS)).classifier.toBytes()).toEqual(classifier.toBytes());
    const loaded = await Classifier.load(classifier.toBytes(), { tokenizer });
    expect(loaded.classify("축구 소식", { topK: 3 })).toEqual(classifier.classify("축구 소식", { topK: 3 }));
  });

  it("tells which network an epoch and a step belong to, and counts documents through all of them", async () => {
    const epochs: string[] = [];
    const steps: NetworkProgress[] = [];
    const { history } = await train(SMALL_ARTICLES, {
      ...OPTIONS,
      ensemble: 2,
      onEpoch: ({ epoch }, member) => epochs.push(`${member}:${epoch}`),
      onProgress: (progress) => {
        if (progress.stage === "train") steps.push(progress);
      },
    });
    expect(epochs).toEqual(["0:1", "0:2", "0:3", "1:1", "1:2", "1:3"]);
    expect(steps.map(({ member, nMembers }) => [member, nMembers])).toEqual([0, 0, 0, 1, 1, 1].map((m) => [m, 2]));
    // 18 articles to learn from in each epoch.
    expect(steps.map(({ nDocuments }) => nDocuments)).toEqual([18, 36, 54, 72, 90, 108]);
    expect(history).toHaveLength(3);
  });

  it("keeps the networks that are done when aborted in a later one", async () => {
    const abort = new AbortController();
    const { classifier, isInterrupted } = await train(SMALL_ARTICLES, {
      ...OPTIONS,
      signal: abort.signal,
      onEpoch: ({ epoch }, member) => {
        if (member === 1 && epoch === 2) abort.abort();
      },
    });
    expect(isInterrupted).toBe(true);
    expect(classifier.metadata.selectedEpochs).toHaveLength(1);
    expect(classifier.metadata.settings.ensemble).toBe(3);
  });

  it("resumes in a later network to the same bytes, without training the earlier ones again", async () => {
    const options = { ...OPTIONS, calibrate: true };
    const checkpoints: Uint8Array[] = [];
    const whole = await train(SMALL_ARTICLES, {
      ...options,
      checkpoints: {
        isDue: ({ kind }) => kind === "epoch",
        save: async (bytes) => {
          checkpoints.push(bytes.slice());
        },
      },
    });
    // Three networks of three epochs.
    expect(checkpoints).toHaveLength(9);
    for (const [place, bytes] of checkpoints.entries()) {
      const members = new Set<number>();
      const resumed = await train(SMALL_ARTICLES, {
        ...options,
        resume: { name: "a.checkpoint", bytes },
        onEpoch: (_, member) => members.add(member),
      });
      expect(resumed.classifier.toBytes()).toEqual(whole.classifier.toBytes());
      expect(resumed.history).toEqual(whole.history);
      // After epochs 1, 2 and 3 of network ⌊place / 3⌋; after the last there is nothing left to do in it.
      expect(Math.min(...members, 3)).toBe(Math.floor((place + 1) / 3));
    }
  });
});
