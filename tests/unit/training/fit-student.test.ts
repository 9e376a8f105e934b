import { describe, expect, it } from "vitest";
import { decodeModel } from "../../../src/model-file/model-file.js";
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

  it("learns from what the networks and the linear member say", async () => {
    const models = await Promise.all([{}, { linear: false }, { ensemble: 1 }].map((options) => train2(options)));
    const weights = await Promise.all(
      models.map(async ({ classifier }) => (await decodeModel(classifier.toBytes())).networks.members[0].w2),
    );
    expect(new Set(weights.map(String)).size).toBe(3);
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
