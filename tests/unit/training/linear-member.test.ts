import { describe, expect, it } from "vitest";
import { Classifier } from "../../../src/classifier.js";
import { decodeModel } from "../../../src/model-file/model-file.js";
import { splitNetworks } from "../../../src/nn/weights.js";
import { type TrainOptions, train } from "../../../src/train.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";

const tokenizer = wordTokenizer();
const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 1 },
  ensemble: 2,
  linear: true,
  tokenizer,
};

describe("train with a linear member", () => {
  it("puts it behind the networks, without an epoch of its own, and leaves the networks as they are", async () => {
    const { classifier } = await train(SMALL_ARTICLES, OPTIONS);
    const { networks, metadata } = await decodeModel(classifier.toBytes());
    expect(networks.members).toHaveLength(3);
    expect(metadata.selectedEpochs).toHaveLength(2);
    const without = await train(SMALL_ARTICLES, { ...OPTIONS, linear: false });
    const { networks: others } = await decodeModel(without.classifier.toBytes());
    expect(splitNetworks(others)).toEqual(splitNetworks(networks).slice(0, 2));
  });

  it("gives the same bytes again, and the same scores after loading", async () => {
    const { classifier } = await train(SMALL_ARTICLES, OPTIONS);
    expect((await train(SMALL_ARTICLES, OPTIONS)).classifier.toBytes()).toEqual(classifier.toBytes());
    const loaded = await Classifier.load(classifier.toBytes(), { tokenizer });
    expect(loaded.classify("축구 소식", { topK: 3 })).toEqual(classifier.classify("축구 소식", { topK: 3 }));
  });

  it("learns from the articles what one epoch of the networks does not yet know", async () => {
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, ensemble: 1 });
    for (const { label, ...article } of SMALL_ARTICLES)
      expect(classifier.classifyArticle(article)[0].label).toBe(label);
  });

  it("has a unit for each label in each layer, whatever the networks have, and twice the votes of them all", async () => {
    const { classifier } = await train(SMALL_ARTICLES, {
      ...OPTIONS,
      network: { ...SMALL_TRAINING.network, hiddenUnits: [16, 8, 2] },
    });
    expect(classifier.labels).toHaveLength(3);
    expect(classifier.metadata.members).toEqual([
      { hiddenUnits: [16, 8, 2], votes: 1 },
      { hiddenUnits: [16, 8, 2], votes: 1 },
      { hiddenUnits: [3, 3, 3], votes: 4 },
    ]);
  });

  it("has them beside as many networks as there can be, too", async () => {
    const network = { ...SMALL_TRAINING.network, hiddenUnits: [2, 2, 2] } as const;
    const { classifier } = await train(SMALL_ARTICLES, { ...OPTIONS, network, ensemble: 100 });
    expect(classifier.metadata.members).toHaveLength(101);
    expect(classifier.metadata.members.at(-1)).toEqual({ hiddenUnits: [3, 3, 3], votes: 200 });
  });
});
