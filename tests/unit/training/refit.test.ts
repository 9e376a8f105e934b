import { describe, expect, it } from "vitest";
import { decodeModel } from "../../../src/model-file/model-file.js";
import { splitNetworks } from "../../../src/nn/weights.js";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";
import { type TrainOptions, train } from "../../../src/train.js";
import { isRefitWanted } from "../../../src/training/refit.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";

const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 1 },
  linear: true,
  refit: "auto",
  weights: "float32",
  validationFraction: 0.25,
  tokenizer: wordTokenizer(),
};

describe("isRefitWanted", () => {
  const network = { ...resolveTrainingSettings({}).network, hiddenUnits: [16, 8, 8] } as const;
  const linear = { linear: true, distill: false, network };

  it("is so by itself for up to 20,000 articles, and beyond where asked for", () => {
    expect(isRefitWanted({ refit: "auto", ...linear }, 3, 18_000, 2000)).toBe(true);
    expect(isRefitWanted({ refit: "auto", ...linear }, 3, 18_001, 2000)).toBe(false);
    expect(isRefitWanted({ refit: "always", ...linear }, 3, 18_001, 2000)).toBe(true);
    expect(isRefitWanted({ refit: "never", ...linear }, 3, 18, 2)).toBe(false);
  });

  it("is not so without the linear member, or without articles kept back", () => {
    expect(isRefitWanted({ ...linear, refit: "always", linear: false }, 3, 18, 2)).toBe(false);
    expect(isRefitWanted({ ...linear, refit: "always", linear: false, distill: true }, 3, 18, 2)).toBe(false);
    expect(isRefitWanted({ refit: "always", ...linear }, 3, 20, 0)).toBe(false);
  });

  it("is so for a network that was distilled where the linear member has units in it", () => {
    // Of the smallest layer's 8 units it may have 4.
    expect(isRefitWanted({ ...linear, refit: "always", distill: true }, 4, 18, 2)).toBe(true);
    expect(isRefitWanted({ ...linear, refit: "always", distill: true }, 5, 18, 2)).toBe(false);
  });
});

describe("train with refit", () => {
  it("changes the linear member alone, and leaves the classifier to measure as without", async () => {
    const { classifier, measured } = await train(SMALL_ARTICLES, { ...OPTIONS, refit: "auto" });
    const before = await train(SMALL_ARTICLES, { ...OPTIONS, refit: "never" });
    expect(before.measured).toBe(before.classifier);
    expect(classifier.metadata.isRefitted).toBe(true);
    expect(measured.metadata.isRefitted).toBe(false);
    const [of, ofMeasured, ofBefore] = await Promise.all(
      [classifier, measured, before.classifier].map((one) => decodeModel(one.toBytes())),
    );
    expect(ofMeasured!.networks).toEqual(ofBefore!.networks);
    const [network, linear] = splitNetworks(of!.networks);
    const [networkBefore, linearBefore] = splitNetworks(ofBefore!.networks);
    expect(network).toEqual(networkBefore);
    expect(linear!.w1).not.toEqual(linearBefore!.w1);
    // Terms, document frequencies and calibration are those of the articles that were not kept back.
    expect(of!.vocabulary).toEqual(ofBefore!.vocabulary);
    expect(of!.labelDocumentFrequency).toEqual(ofBefore!.labelDocumentFrequency);
    expect(classifier.metadata.calibration).toEqual(measured.metadata.calibration);
  });

  it("learns what the articles kept back say", async () => {
    const { classifier, measured, validation } = await train(SMALL_ARTICLES, OPTIONS);
    const scoresOf = (one: typeof classifier): number =>
      validation.reduce((sum, { article: { label, ...article } }) => {
        const ofTrue = one.classifyArticle(article, { topK: one.labels.length }).find((p) => p.label === label);
        return sum + ofTrue!.score;
      }, 0);
    expect(validation.length).toBeGreaterThan(0);
    expect(scoresOf(classifier)).toBeGreaterThan(scoresOf(measured));
  });

  it("leaves the measured classifier as it is when the run is stopped", async () => {
    const controller = new AbortController();
    const { classifier, measured, isInterrupted } = await train(SMALL_ARTICLES, {
      ...OPTIONS,
      onEpoch: () => controller.abort(),
      signal: controller.signal,
    });
    expect(isInterrupted).toBe(true);
    expect(classifier).toBe(measured);
  });
});
