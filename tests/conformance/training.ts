/** What training must do, whatever computes it; run over each way to train. */

import { describe, expect, it } from "vitest";
import type { LabeledArticle } from "../../src/text/article.js";
import type { TrainOptions, TrainResult } from "../../src/train.js";
import type { NetworkProgress } from "../../src/training/progress.js";
import { wordTokenizer } from "./word-tokenizer.js";

export type Train = (
  articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>,
  options?: TrainOptions,
) => Promise<TrainResult>;

/** All that the result depends on, so that no test rests on a default. */
export const SMALL_TRAINING = {
  seed: 1,
  engine: "wasm",
  pretrain: "none",
  pretrainEpochs: 1,
  pseudoLabelRounds: 0,
  validationFraction: 0.25,
  ensemble: 1,
  linear: false,
  refit: "never",
  bootstrap: false,
  distill: false,
  calibrate: false,
  weights: "float32",
  terms: {
    tags: "content",
    decompose: false,
    stopWords: true,
    stem: true,
    ngramRange: [1, 1],
    charNgrams: false,
    charNgramRange: [2, 4],
  },
  vectorizer: { minDf: 1, maxDfFraction: 1, maxFeatures: 1000, sublinearTf: true },
  network: { hiddenUnits: [16, 8, 8], dropout: 0, inputDropout: 0 },
  optimizer: {
    optimizer: "adamw",
    momentum: 0,
    nesterov: false,
    epochs: 20,
    minSteps: 1,
    batchSize: 6,
    learningRate: 0.02,
    weightDecay: 0,
    epsilon: 1e-8,
    schedule: "constant",
    warmupFraction: 0,
    labelSmoothing: 0,
    classWeight: "none",
    patience: 20,
  },
} as const satisfies TrainOptions;

/** Eight articles of each label; the first word of the title tells the label. */
export const SMALL_ARTICLES: readonly LabeledArticle[] = [
  ...["동결", "인하", "인상", "은행", "시장", "대출", "물가", "전망"].map((word) => article("경제", "금리", word)),
  ...["승리", "패배", "감독", "선수", "연장", "결승", "부상", "전망"].map((word) => article("스포츠", "축구", word)),
  ...["표결", "협상", "의원", "법안", "개헌", "야당", "여당", "전망"].map((word) => article("정치", "국회", word)),
];

function article(label: string, topic: string, word: string): LabeledArticle {
  return { label, title: `${topic} ${word}`, body: `${topic} 소식` };
}

/** Registers the suite. */
export function describeTraining(name: string, train: Train): void {
  const options: TrainOptions = { ...SMALL_TRAINING, tokenizer: wordTokenizer() };

  describe(`training by ${name}`, () => {
    it("learns labels that a word tells apart", async () => {
      const { classifier, history, validation } = await train(SMALL_ARTICLES, options);
      expect(classifier.labels).toEqual(["경제", "스포츠", "정치"]);
      for (const { article } of validation) expect(classifier.classifyArticle(article)[0].label).toBe(article.label);
      expect(classifier.classify("국회 처음 보는 낱말")[0].label).toBe("정치");
      const [first] = history;
      const last = history.at(-1);
      // Untrained, the loss is near ln 3 = 1.0986.
      expect(first?.trainLoss).toBeGreaterThan(0.4);
      expect(last?.trainLoss).toBeLessThan((first?.trainLoss as number) / 2);
    });

    it("gives the same bytes and history for the same articles, options and seed", async () => {
      const dropout = { ...options, network: { ...SMALL_TRAINING.network, dropout: 0.3, inputDropout: 0.2 } };
      const first = await train(SMALL_ARTICLES, dropout);
      const second = await train(structuredClone(SMALL_ARTICLES), dropout);
      expect(second.classifier.toBytes()).toEqual(first.classifier.toBytes());
      expect(second.history).toEqual(first.history);
    });

    it("gives other weights for another seed", async () => {
      const first = await train(SMALL_ARTICLES, options);
      const second = await train(SMALL_ARTICLES, { ...options, seed: 2 });
      expect(second.classifier.classify("금리")[0].score).not.toBe(first.classifier.classify("금리")[0].score);
    });

    it("keeps the epoch that was best on the validation share", async () => {
      const { classifier, history } = await train(SMALL_ARTICLES, options);
      const [selectedEpoch] = classifier.metadata.selectedEpochs;
      expect(history[selectedEpoch.epoch - 1]).toEqual(selectedEpoch);
      for (const { validationMacroF1, validationLoss } of history) {
        expect(validationMacroF1).toBeLessThanOrEqual(selectedEpoch.validationMacroF1 as number);
        if (validationMacroF1 !== selectedEpoch.validationMacroF1) continue;
        expect(validationLoss).toBeGreaterThanOrEqual(selectedEpoch.validationLoss as number);
      }
    });

    it("trains on all articles and keeps the last epoch without a validation share", async () => {
      const { classifier, history, validation } = await train(SMALL_ARTICLES, { ...options, validationFraction: 0 });
      expect(validation).toEqual([]);
      expect(classifier.metadata).toMatchObject({ nDocuments: 24, nValidationDocuments: 0, trainSupport: [8, 8, 8] });
      expect(classifier.metadata.selectedEpochs[0]).toEqual(history.at(-1));
      expect(history).toHaveLength(20);
      for (const { validationLoss, validationAccuracy, validationMacroF1 } of history) {
        expect([validationLoss, validationAccuracy, validationMacroF1]).toEqual([null, null, null]);
      }
    });

    it("tells each epoch and each step in order", async () => {
      const events: string[] = [];
      const progress: NetworkProgress[] = [];
      const { history } = await train(SMALL_ARTICLES, {
        ...options,
        optimizer: { ...SMALL_TRAINING.optimizer, epochs: 3 },
        onEpoch: ({ epoch }) => events.push(`epoch ${epoch}`),
        onProgress: (state) => {
          if (state.stage !== "train") return;
          events.push(`step of ${state.epoch}`);
          progress.push(state);
        },
      });
      const order = [1, 2, 3].flatMap((epoch) => [`step of ${epoch}`, `epoch ${epoch}`]);
      expect(events).toEqual(order);
      // 18 training articles in batches of 6: 3 steps.
      expect(progress.map(({ step }) => step)).toEqual([3, 6, 9]);
      expect(progress.map(({ nDocuments }) => nDocuments)).toEqual([18, 36, 54]);
      for (const state of progress) expect(state).toMatchObject({ nEpochs: 3, nSteps: 9 });
      expect(progress.map(({ loss }) => loss)).toEqual(history.map(({ trainLoss }) => trainLoss));
      const known = [null, ...history.slice(0, 2).map(({ validationMacroF1 }) => validationMacroF1)];
      expect(progress.map(({ validationMacroF1 }) => validationMacroF1)).toEqual(known);
    });

    it("ends with the best weights so far when aborted between epochs", async () => {
      const abort = new AbortController();
      const { classifier, history, isInterrupted } = await train(SMALL_ARTICLES, {
        ...options,
        signal: abort.signal,
        onEpoch: ({ epoch }) => {
          if (epoch === 2) abort.abort();
        },
      });
      expect(isInterrupted).toBe(true);
      expect(history).toHaveLength(2);
      expect(classifier.metadata.selectedEpochs[0].epoch).toBeLessThanOrEqual(2);
      const whole = await train(SMALL_ARTICLES, options);
      expect(whole.isInterrupted).toBe(false);
      expect(history).toEqual(whole.history.slice(0, 2));
    });

    it("cuts the present epoch short when aborted within it, and judges it", async () => {
      const abort = new AbortController();
      const { classifier, history, isInterrupted } = await train(SMALL_ARTICLES, {
        ...options,
        signal: abort.signal,
        onProgress: ({ stage }) => {
          if (stage === "train") abort.abort();
        },
      });
      expect(isInterrupted).toBe(true);
      expect(history).toHaveLength(1);
      expect(classifier.metadata.selectedEpochs[0]).toEqual(history[0]);
    });
  });
}
