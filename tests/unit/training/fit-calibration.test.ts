import { describe, expect, it } from "vitest";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import type { LabeledMatrix } from "../../../src/nn/validation.js";
import { type JoinedNetworks, oneNetwork } from "../../../src/nn/weights.js";
import { type TrainOptions, train } from "../../../src/train.js";
import { fitSelfTrainedCalibration, fitTemperature, temperatureOfMean } from "../../../src/training/fit-calibration.js";
import { scoreRows } from "../../../src/training/score-rows.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";
import { randomWeights } from "../nn/random-weights.js";
import { csrOf } from "../nn/small-matrix.js";

/** `n` rows that give the first of two labels the probability p, of which the first `nRight` have it. */
function rows(n: number, nRight: number, p: number): [Float32Array, Int32Array] {
  return [
    Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? p : 1 - p)),
    Int32Array.from({ length: n }, (_, i) => (i < nRight ? 0 : 1)),
  ];
}

describe("fitTemperature", () => {
  // Ten rows: ε = 1/12, so a share f of right answers counts as 11/12 f + 1/24.
  it("evens out scores that are surer than they are right", () => {
    // Of ten rows with 0.9 only six are right, f = 0.591667. softmax(ln p / T) = f: ln(0.9 / 0.1) / T = ln(f / (1 - f)),
    // so T = 2.197225 / 0.370859 = 5.92469.
    expect(fitTemperature(...rows(10, 6, 0.9), 2)).toBeCloseTo(5.92469, 4);
  });

  it("sharpens scores that are right more often than they say", () => {
    // f = 0.866667: T = ln(0.6 / 0.4) / ln(f / (1 - f)) = 0.405465 / 1.871802 = 0.216618.
    expect(fitTemperature(...rows(10, 9, 0.6), 2)).toBeCloseTo(0.216618, 5);
  });

  it("leaves scores that are right as often as they say", () => {
    // With 1000 rows the smoothing is next to nothing: f = 0.7997.
    expect(fitTemperature(...rows(1000, 800, 0.8), 2)).toBeCloseTo(1, 2);
  });

  it("does not take four right answers for certainty, and ends at its limit where none is right", () => {
    // ε = 1/6, f = 11/12: T = ln 9 / ln 11 = 2.197225 / 2.397895 = 0.916314.
    expect(fitTemperature(...rows(4, 4, 0.9), 2)).toBeCloseTo(0.916314, 5);
    expect(fitTemperature(...rows(4, 0, 0.9), 2)).toBeCloseTo(20, 6);
  });

  it("takes a probability of zero for the true label", () => {
    const temperature = fitTemperature(Float32Array.of(1, 0, 1, 0), Int32Array.of(0, 1), 2);
    expect(temperature).toBeGreaterThan(1);
    expect(Number.isFinite(temperature)).toBe(true);
  });
});

describe("temperatureOfMean", () => {
  it("lowers the mean of the best scores to the one that is wanted", () => {
    // 0.9 and 0.1 to 0.75 and 0.25: ln 9 / T = ln 3, T = 2. Rows whose best label is the second count alike.
    const probabilities = Float32Array.of(0.9, 0.1, 0.1, 0.9);
    expect(temperatureOfMean(probabilities, 2, 0.75, 1)).toBeCloseTo(2, 6);
  });

  it("takes the least one where the mean is no more than that, and ends at 20", () => {
    const probabilities = Float32Array.of(0.9, 0.1);
    expect(temperatureOfMean(probabilities, 2, 0.95, 1.5)).toBe(1.5);
    expect(temperatureOfMean(probabilities, 2, 0.1, 1)).toBeCloseTo(20, 6);
  });
});

describe("fitCalibration", () => {
  it("changes scores but not labels, and only with a validation share", async () => {
    const options = { ...SMALL_TRAINING, tokenizer: wordTokenizer() };
    const { classifier: plain } = await train(SMALL_ARTICLES, options);
    const { classifier: calibrated } = await train(SMALL_ARTICLES, { ...options, calibrate: true });
    const { temperature, labelBias } = calibrated.metadata.calibration;
    expect(temperature).toBeGreaterThan(1);
    expect(labelBias).toEqual([0, 0, 0]);
    for (const article of SMALL_ARTICLES) {
      const [before, after] = [plain, calibrated].map((classifier) => classifier.classifyArticle(article, { topK: 3 }));
      expect(after?.map(({ label }) => label)).toEqual(before?.map(({ label }) => label));
      expect(after?.[0].score).not.toBe(before?.[0].score);
    }
    const all = await train(SMALL_ARTICLES, { ...options, calibrate: true, validationFraction: 0 });
    expect(all.classifier.metadata.calibration.temperature).toBe(1);
  });

  it("does not raise scores that are lower than the share of right answers", async () => {
    // So much smoothing keeps the scores of articles that are all answered rightly near 2/3.
    const optimizer = { ...SMALL_TRAINING.optimizer, labelSmoothing: 0.5, epochs: 60 };
    const options = { ...SMALL_TRAINING, optimizer, tokenizer: wordTokenizer(), calibrate: true };
    const { classifier, validation } = await train(SMALL_ARTICLES, options);
    const scores = validation.map(({ article }) => classifier.classifyArticle(article)[0]);
    expect(scores.map(({ label }) => label)).toEqual(validation.map(({ article }) => article.label));
    expect(Math.max(...scores.map(({ score }) => score))).toBeLessThan(0.95);
    expect(classifier.metadata.calibration.temperature).toBe(1);
  });
});

/** The mean over the rows of the best of two labels' scores at temperature T: p^(1/T) / (p^(1/T) + (1 - p)^(1/T)). */
function meanBestOfTwo(probabilities: Float32Array, temperature: number): number {
  const n = probabilities.length / 2;
  const bests = Array.from({ length: n }, (_, row) => Math.max(probabilities[2 * row]!, probabilities[2 * row + 1]!));
  const scores = bests.map((p) => 1 / (1 + ((1 - p) / p) ** (1 / temperature)));
  return scores.reduce((sum, score) => sum + score, 0) / n;
}

describe("fitSelfTrainedCalibration", () => {
  const matrix = csrOf(4, [[[0, 1]], [[1, 1]], [[2, 1]], [[3, 1]]]);
  const weights = randomWeights({ nTerms: 4, hiddenUnits: [5, 4, 3], nLabels: 2 });
  // Logits three times as large.
  const modest = oneNetwork(weights);
  const sure = oneNetwork({ ...weights, w4: weights.w4.map((w) => 3 * w), b4: weights.b4.map((b) => 3 * b) });
  const unlabeled = { matrix, nUnlabeled: 3 };
  const answer = (networks: JoinedNetworks) => scoreRows(networks, matrix, createReferenceMlp);
  const ofUnlabeled = (networks: JoinedNetworks) => answer(networks).subarray(0, 6);
  /** All articles kept back, with the label that both networks give, or with the other one. */
  const kept = (isRight: boolean): LabeledMatrix => ({
    matrix,
    labels: Int32Array.from({ length: 4 }, (_, row) => {
      const [first, second] = answer(modest).subarray(2 * row);
      return first! > second! === isRight ? 0 : 1;
    }),
  });
  const temperatureOf = (before: JoinedNetworks, after: JoinedNetworks, isRight: boolean): number =>
    fitSelfTrainedCalibration(
      after,
      answer(after),
      kept(isRight),
      2,
      { networks: before, unlabeled },
      createReferenceMlp,
    ).temperature;

  it("brings the scores of articles without labels half way back to those before labels of their own", () => {
    // All answers to the articles kept back are right, so they ask for no temperature, before and after.
    const temperature = temperatureOf(modest, sure, true);
    const [before, after] = [meanBestOfTwo(ofUnlabeled(modest), 1), meanBestOfTwo(ofUnlabeled(sure), 1)];
    expect(after).toBeGreaterThan(before + 0.05);
    expect(meanBestOfTwo(ofUnlabeled(sure), temperature)).toBeCloseTo((before + after) / 2, 5);
  });

  it("does not raise scores that were higher before", () => {
    expect(temperatureOf(sure, modest, true)).toBe(1);
  });

  it("keeps to the temperature that the articles kept back ask for where that is higher", () => {
    // All answers are wrong: 20, before and after, which leaves next to no scores to take back.
    expect(temperatureOf(modest, sure, false)).toBeCloseTo(20, 6);
  });

  it("is what a training with articles without labels takes", async () => {
    const base: TrainOptions = {
      ...SMALL_TRAINING,
      tokenizer: wordTokenizer(),
      linear: true,
      pseudoLabelRounds: 3,
      // New words, some beside one that tells their label.
      unlabeled: ["금리 환율", "축구 투수", "국회 장관", "환율", "투수", "장관"].map((title) => ({ title, body: "" })),
    };
    const { classifier } = await train(SMALL_ARTICLES, { ...base, calibrate: true });
    const plain = await train(SMALL_ARTICLES, base);
    const { labels } = plain.classifier;
    const scores = plain.validation.flatMap(({ article }) => {
      const predictions = plain.classifier.classifyArticle(article, { topK: labels.length });
      return labels.map((label) => predictions.find((prediction) => prediction.label === label)!.score);
    });
    const numbers = plain.validation.map(({ article }) => labels.indexOf(article.label));
    const ofKeptBack = Math.max(1, fitTemperature(Float32Array.from(scores), numbers, labels.length));
    expect(classifier.metadata.calibration.temperature).toBeGreaterThan(ofKeptBack + 0.3);
  });
});
