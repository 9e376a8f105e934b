import { describe, expect, it } from "vitest";
import { decodeModel } from "../../../src/model-file/model-file.js";
import { type MlpWeights, splitNetworks } from "../../../src/nn/weights.js";
import { type TrainOptions, type TrainResult, type TrainStage, train } from "../../../src/train.js";
import type { NetworkProgress } from "../../../src/training/progress.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";

const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  network: { ...SMALL_TRAINING.network, dropout: 0.1, inputDropout: 0.3 },
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 10 },
  ensemble: 2,
  linear: true,
  distill: true,
  calibrate: true,
  tokenizer: wordTokenizer(),
};

const train2 = (options: Partial<TrainOptions> = {}): Promise<TrainResult> =>
  train(SMALL_ARTICLES, { ...OPTIONS, ...options });

/** The networks of a model; all have first layers of float32. */
async function networksOf({ classifier }: Pick<TrainResult, "classifier">): Promise<readonly MlpWeights[]> {
  return splitNetworks((await decodeModel(classifier.toBytes())).networks);
}

describe("train with distill", () => {
  it("makes a model of one network of the size of a member, which answers as they all do", async () => {
    const stages: TrainStage[] = [];
    const { classifier, measured, history } = await train2({ onStage: (stage) => stages.push(stage) });
    expect(stages).toEqual(["analyze", "vectorize", "train", "distill", "encode"]);
    expect(measured).toBe(classifier);
    expect(classifier.metadata).toMatchObject({
      settings: { ensemble: 2, linear: true, distill: true },
      members: [{ hiddenUnits: [16, 8, 8], votes: 1 }],
      isRefitted: false,
      isDistilled: true,
    });
    // Four times as many epochs as a member, and the last of them.
    expect(history).toHaveLength(40);
    expect(classifier.metadata.selectedEpochs).toEqual([history.at(-1)]);
    const whole = await train2({ distill: false });
    for (const text of ["국회 표결", "금리 동결", "축구 승리"]) {
      expect(classifier.classify(text)[0].label).toBe(whole.classifier.classify(text)[0].label);
    }
  });

  it("learns from what the networks say, and from the linear member where that has no units beside it", async () => {
    const narrow = { network: { ...OPTIONS.network, hiddenUnits: [16, 8, 5] } } as const;
    const weightsOf = async (options: Partial<TrainOptions>): Promise<string> =>
      String((await networksOf(await train2(options)))[0]?.w2);
    const [wide, ofOne, alone] = await Promise.all([{}, { ensemble: 1 }, { linear: false }].map(weightsOf));
    expect(new Set([wide, ofOne, alone]).size).toBe(3);
    expect(await weightsOf({ ...narrow, linear: false })).not.toBe(await weightsOf(narrow));
  });

  it("gives the same bytes for the same articles, options and seed", async () => {
    const first = await train2();
    const second = await train2();
    expect(second.classifier.toBytes()).toEqual(first.classifier.toBytes());
    expect((await train2({ seed: 2 })).classifier.toBytes()).not.toEqual(first.classifier.toBytes());
  });

  it("tells its epochs as those of the network after the others, and its steps as a stage", async () => {
    const members: number[] = [];
    const progress: NetworkProgress[] = [];
    await train2({
      onEpoch: (_, member) => members.push(member),
      onProgress: (state) => {
        if (state.stage === "distill") progress.push(state);
      },
    });
    expect(members).toEqual([0, 1, 2].flatMap((member) => Array.from({ length: member < 2 ? 10 : 40 }, () => member)));
    // 18 articles in batches of 6, 40 times; an event each epoch.
    expect(progress).toHaveLength(40);
    expect(progress.at(-1)).toMatchObject({ member: 0, nMembers: 1, nSteps: 120, nStepsDone: 120, nDocuments: 720 });
  });

  it("resumes to the same bytes from any checkpoint, those of the student among them", async () => {
    const optimizer = { ...SMALL_TRAINING.optimizer, epochs: 2 };
    const saved: Uint8Array[] = [];
    const whole = await train2({
      optimizer,
      checkpoints: {
        isDue: () => true,
        save: async (bytes) => {
          saved.push(bytes.slice());
        },
      },
    });
    // After each step event and each epoch: 2 and 2 epochs of the members, 8 of the student.
    expect(saved).toHaveLength(24);
    for (const [place, bytes] of saved.entries()) {
      const members = new Set<number>();
      const resumed = await train2({
        optimizer,
        resume: { name: "a.checkpoint", bytes },
        onEpoch: (_, member) => members.add(member),
      });
      expect(resumed.classifier.toBytes()).toEqual(whole.classifier.toBytes());
      expect(resumed.history).toEqual(whole.history);
      // The members are not trained again for a checkpoint of the student.
      if (place >= 8) expect(Math.min(2, ...members)).toBe(2);
    }
  });

  it("keeps the networks that are done when it is stopped, and says so", async () => {
    const abort = new AbortController();
    const { classifier, isInterrupted } = await train2({
      signal: abort.signal,
      onEpoch: ({ epoch }, member) => {
        if (member === 2 && epoch === 3) abort.abort();
      },
    });
    expect(isInterrupted).toBe(true);
    expect(classifier.metadata.isDistilled).toBe(false);
    expect(classifier.metadata.members).toHaveLength(3);
    expect(classifier.metadata.selectedEpochs).toHaveLength(2);
    const { classifier: whole } = await train2({ distill: false, refit: "never" });
    expect(classifier.classify("국회 표결", { topK: 3 })).toEqual(whole.classify("국회 표결", { topK: 3 }));
  });
});

describe("the linear member within a student", () => {
  const unlabeled = [{ title: "금리", body: "동결 은행 창구" }];
  it.each([
    ["", {}],
    [", with what it has learned from articles without labels", { unlabeled, pseudoLabelRounds: 1 }],
  ])("has a unit for each label in each layer, beside it, and counts eight times as much%s", async (_, options) => {
    const [student] = await networksOf(await train2(options));
    const linear = (await networksOf(await train2({ ...options, distill: false }))).at(-1) as MlpWeights;
    // 16, 8 and 8 units, of which the last three are those of the labels. No weight joins both.
    const { w1, w2, w3, w4 } = student as MlpWeights;
    const factor = (w1[13] as number) / (linear.w1[0] as number);
    expect(Math.log2(factor)).toSatisfy(Number.isInteger);
    for (let t = 0; t < w1.length / 16; t++) {
      const own = linear.w1.subarray(3 * t, 3 * t + 3).map((weight) => factor * weight);
      expect(w1.subarray(16 * t + 13, 16 * t + 16)).toEqual(own);
    }
    for (let i = 0; i < 16; i++) {
      const row = [...w2.subarray(8 * i, 8 * i + 8)];
      if (i < 13) expect(row.slice(5)).toEqual([0, 0, 0]);
      else expect(row).toEqual(Array.from({ length: 8 }, (_, o) => (o === i - 8 ? 1 : 0)));
    }
    for (let i = 0; i < 5; i++) expect([...w3.subarray(8 * i + 5, 8 * i + 8)]).toEqual([0, 0, 0]);
    expect(w4.subarray(15)).toEqual(linear.w4.map((weight) => (8 / 9) * weight));
  });

  it("learns once more from the articles kept back, when they have measured the network", async () => {
    const { classifier, measured } = await train2({ refit: "auto" });
    const before = await train2();
    expect(classifier.metadata).toMatchObject({ isRefitted: true, isDistilled: true });
    expect(measured.metadata).toMatchObject({ isRefitted: false, isDistilled: true });
    const [ofMeasured] = await networksOf({ classifier: measured });
    expect([ofMeasured]).toEqual(await networksOf(before));
    const [of] = await networksOf({ classifier });
    const unitsOf = (network: MlpWeights | undefined, start: number, end: number): number[] =>
      [...(network as MlpWeights).w1].filter((_, i) => i % 16 >= start && i % 16 < end);
    expect(unitsOf(of, 0, 13)).toEqual(unitsOf(ofMeasured, 0, 13));
    expect(unitsOf(of, 13, 16)).not.toEqual(unitsOf(ofMeasured, 13, 16));
  });

  it("is not there where it would leave less than half of a layer, or without a linear member", async () => {
    const narrow = { ...OPTIONS.network, hiddenUnits: [16, 8, 5] } as const;
    for (const options of [{ network: narrow }, { linear: false }]) {
      const result = await train2({ ...options, refit: "always" });
      expect(result.classifier.metadata.isRefitted).toBe(false);
      const [{ w2 }] = (await networksOf(result)) as [MlpWeights];
      expect(w2.every((weight) => weight !== 0)).toBe(true);
    }
  });
});

describe("train with bootstrap", () => {
  it("trains each network on a sample of its own, and leaves the linear member as it is", async () => {
    const options = { distill: false, refit: "never", calibrate: false } as const;
    const { classifier: plain } = await train2(options);
    const { classifier: drawn } = await train2({ ...options, bootstrap: true });
    expect((await train2({ ...options, bootstrap: true })).classifier.toBytes()).toEqual(drawn.toBytes());
    const [of, ofDrawn] = await Promise.all(
      [plain, drawn].map(async (one) => (await decodeModel(one.toBytes())).networks),
    );
    const differs = of?.members.map((member, m) =>
      member.w2.some((weight, i) => weight !== ofDrawn?.members[m]?.w2[i]),
    );
    expect(differs).toEqual([true, true, false]);
  });
});
