import { describe, expect, it } from "vitest";
import { type RowSource, sliceRows } from "../../../src/features/csr-matrix.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { type Calibration, noCalibration } from "../../../src/nn/calibration.js";
import type { LabeledMatrix } from "../../../src/nn/validation.js";
import { type JoinedNetworks, oneNetwork } from "../../../src/nn/weights.js";
import { type TrainOptions, train } from "../../../src/train.js";
import { fitCalibration, fitSelfTrainedCalibration, raiseTemperature } from "../../../src/training/fit-calibration.js";
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

/** The best of two labels' scores that a calibration makes of a probability p: by odds o, (1 - w) o^(1/T) / (1 + o^(1/T)) + … */
function calibrated(
  p: number,
  { temperature, flattenedShare }: Pick<Calibration, "temperature" | "flattenedShare">,
): number {
  const shareOf = (odds: number): number => odds / (1 + odds);
  const odds = (p / (1 - p)) ** (1 / temperature);
  return (1 - flattenedShare) * shareOf(odds) + flattenedShare * shareOf(Math.sqrt(odds));
}

/** Both kinds of rows, one behind the other. */
function joined(...kinds: readonly [Float32Array, Int32Array][]): [Float32Array, Int32Array] {
  return [
    Float32Array.from(kinds.flatMap(([probabilities]) => [...probabilities])),
    Int32Array.from(kinds.flatMap(([, labels]) => [...labels])),
  ];
}

describe("fitCalibration", () => {
  it("brings scores down to the share of right answers", () => {
    // Of ten rows with 0.9 six are right, whose target is 7/8, and four wrong, with 1/6: the mean is 0.591667.
    const calibration = fitCalibration(...rows(10, 6, 0.9), 2);
    expect(calibrated(0.9, calibration)).toBeCloseTo(0.591667, 4);
  });

  it("brings scores of two heights down to the shares of right answers of each", () => {
    // Temperature 1.5 and a share of ½ make 0.9950 of 0.999999, and 0.6647 of 0.8, so both are within reach. Targets: 3320/3321 and 1/683.
    const calibration = fitCalibration(...joined(rows(2000, 1990, 0.999999), rows(2000, 1329, 0.8)), 2);
    expect(calibrated(0.999999, calibration)).toBeCloseTo(0.995 * (3320 / 3321) + 0.005 / 683, 5);
    expect(calibrated(0.8, calibration)).toBeCloseTo(0.6645 * (3320 / 3321) + 0.3355 / 683, 5);
  });

  it("takes a temperature alone where that fits, with an article of any label", () => {
    // At temperature 2 the odds 81 and 16 are 9 and 4: right in 90% and in 80%.
    const second = ([probabilities, labels]: [Float32Array, Int32Array]): [Float32Array, Int32Array] => [
      probabilities.slice().reverse(),
      labels.map((label) => 1 - label),
    ];
    const { temperature, flattenedShare, labelBias } = fitCalibration(
      ...joined(rows(20_000, 18_000, 81 / 82), second(rows(20_000, 16_000, 16 / 17))),
      2,
    );
    expect(temperature).toBeCloseTo(2, 1);
    expect(flattenedShare).toBeLessThan(0.01);
    expect(labelBias).toEqual([0, 0]);
  });

  it("does not raise scores that are right more often than they say", () => {
    expect(fitCalibration(...rows(10, 9, 0.6), 2)).toEqual(noCalibration(2));
    expect(fitCalibration(...rows(1000, 801, 0.8), 2)).toEqual(noCalibration(2));
  });

  it("does not take a handful of right answers for certainty", () => {
    // Four right answers count 5/6 each, a hundred 101/102.
    expect(calibrated(0.99, fitCalibration(...rows(4, 4, 0.99), 2))).toBeCloseTo(5 / 6, 4);
    expect(calibrated(0.999, fitCalibration(...rows(100, 100, 0.999), 2))).toBeCloseTo(101 / 102, 4);
  });

  it("flattens as far as its range goes where no answer is right", () => {
    const { temperature, flattenedShare } = fitCalibration(...rows(4, 0, 0.9), 2);
    expect(temperature).toBeCloseTo(20, 3);
    expect(flattenedShare).toBeCloseTo(1, 5);
  });

  it.each<readonly [string, readonly number[], readonly number[], number]>([
    ["one article that is right", [0.9, 0.1], [0], 2],
    ["one article that is wrong", [0.9, 0.1], [1], 2],
    ["a probability of zero for the true label", [1, 0, 1, 0], [0, 1], 2],
    ["certainty that is right", [1, 0, 0, 0, 1, 0], [0, 1], 3],
    ["ties, of which the first label is the answer", [0.5, 0.5, 0.5, 0.5], [0, 1], 2],
    ["ties of all labels", [0.25, 0.25, 0.25, 0.25], [3], 4],
    ["labels of no probability at all", [0, 0, 0, 0], [0, 1], 2],
  ])("gives numbers in range for %s", (_, probabilities, labels, nLabels) => {
    const { temperature, flattenedShare } = fitCalibration(Float32Array.from(probabilities), labels, nLabels);
    expect(temperature).toBeGreaterThanOrEqual(1);
    expect(temperature).toBeLessThanOrEqual(20);
    expect(flattenedShare).toBeGreaterThanOrEqual(0);
    expect(flattenedShare).toBeLessThanOrEqual(1);
  });
});

describe("raiseTemperature", () => {
  it("lowers the mean of the best scores to the one that is wanted", () => {
    // 0.9 and 0.1 to 0.75 and 0.25: ln 9 / T = ln 3, T = 2. Rows whose best label is the second count alike.
    const probabilities = Float32Array.of(0.9, 0.1, 0.1, 0.9);
    expect(raiseTemperature(probabilities, 2, 0.75, noCalibration(2)).temperature).toBeCloseTo(2, 4);
  });

  it("keeps the share, which counts in the mean", () => {
    // Odds of 9 to 3 and, flattened, to √3: with half of both the mean is (3/4 + √3 / (1 + √3)) / 2.
    const probabilities = Float32Array.of(0.9, 0.1, 0.1, 0.9);
    const mean = (0.75 + Math.sqrt(3) / (1 + Math.sqrt(3))) / 2;
    const raised = raiseTemperature(probabilities, 2, mean, { temperature: 1.2, flattenedShare: 0.5 });
    expect(raised.temperature).toBeCloseTo(2, 4);
    expect(raised.flattenedShare).toBe(0.5);
  });

  it("takes the least one where the mean is no more than that, and ends at 20", () => {
    const probabilities = Float32Array.of(0.9, 0.1);
    const least = { temperature: 1.5, flattenedShare: 0.1 };
    expect(raiseTemperature(probabilities, 2, 0.95, least)).toEqual(least);
    expect(raiseTemperature(probabilities, 2, 0.1, least).temperature).toBeCloseTo(20, 3);
  });
});

describe("training with a calibration", () => {
  it("changes scores but not labels, and only with a validation share", async () => {
    const options = { ...SMALL_TRAINING, tokenizer: wordTokenizer() };
    const { classifier: plain } = await train(SMALL_ARTICLES, options);
    const { classifier: calibratedOne } = await train(SMALL_ARTICLES, { ...options, calibrate: true });
    const { calibration } = calibratedOne.metadata;
    expect(calibration).not.toEqual(noCalibration(3));
    expect(calibration.labelBias).toEqual([0, 0, 0]);
    for (const article of SMALL_ARTICLES) {
      const [before, after] = [plain, calibratedOne].map((classifier) =>
        classifier.classifyArticle(article, { topK: 3 }),
      );
      expect(after?.map(({ label }) => label)).toEqual(before?.map(({ label }) => label));
      expect(after?.[0].score).not.toBe(before?.[0].score);
    }
    const all = await train(SMALL_ARTICLES, { ...options, calibrate: true, validationFraction: 0 });
    expect(all.classifier.metadata.calibration).toEqual(noCalibration(3));
  });

  it("does not raise scores that are lower than the share of right answers", async () => {
    // So much smoothing keeps the scores of articles that are all answered rightly near 2/3.
    const optimizer = { ...SMALL_TRAINING.optimizer, labelSmoothing: 0.5, epochs: 60 };
    const options = { ...SMALL_TRAINING, optimizer, tokenizer: wordTokenizer(), calibrate: true };
    const { classifier, validation } = await train(SMALL_ARTICLES, options);
    const scores = validation.map(({ article }) => classifier.classifyArticle(article)[0]);
    expect(scores.map(({ label }) => label)).toEqual(validation.map(({ article }) => article.label));
    expect(Math.max(...scores.map(({ score }) => score))).toBeLessThan(0.95);
    expect(classifier.metadata.calibration).toEqual(noCalibration(classifier.labels.length));
  });
});

/** The mean over the rows of the best of two labels' scores. */
function meanBestOfTwo(probabilities: Float32Array, calibration: Calibration): number {
  const n = probabilities.length / 2;
  const bests = Array.from({ length: n }, (_, row) => Math.max(probabilities[2 * row]!, probabilities[2 * row + 1]!));
  return bests.reduce((sum, p) => sum + calibrated(p, calibration), 0) / n;
}

describe("fitSelfTrainedCalibration", () => {
  const N_UNLABELED = 100;
  const ROWS = [[0, 1, 2, 3], [0], [1, 3], [2]];
  const row = (i: number) => ROWS[i % 4]!.map((column) => [column, 1 + (i % 7) / 4] as const);
  const matrix = csrOf(
    4,
    Array.from({ length: N_UNLABELED + 40 }, (_, i) => row(i)),
  );
  const keptBack = sliceRows(matrix, N_UNLABELED, N_UNLABELED + 40);
  const weights = randomWeights({ nTerms: 4, hiddenUnits: [5, 4, 3], nLabels: 2 });
  // Logits three times as large.
  const modest = oneNetwork(weights);
  const sure = oneNetwork({ ...weights, w4: weights.w4.map((w) => 3 * w), b4: weights.b4.map((b) => 3 * b) });
  const answer = (networks: JoinedNetworks, rows: RowSource) => scoreRows(networks, rows, createReferenceMlp);
  const ofUnlabeled = (networks: JoinedNetworks) => answer(networks, sliceRows(matrix, 0, N_UNLABELED));
  /** The articles kept back, some of which have the label that both networks give, the others the other one. */
  const kept = (nRight: number): LabeledMatrix => ({
    matrix: keptBack,
    labels: Int32Array.from({ length: 40 }, (_, i) => {
      const [first, second] = answer(modest, keptBack).subarray(2 * i);
      return first! > second! === i < nRight ? 0 : 1;
    }),
  });
  const ofKeptBack = (networks: JoinedNetworks, nRight: number): Calibration =>
    fitCalibration(answer(networks, keptBack), kept(nRight).labels, 2);
  const calibrationOf = (
    before: JoinedNetworks,
    after: JoinedNetworks,
    nRight: number,
    nUnlabeled = N_UNLABELED,
  ): Calibration =>
    fitSelfTrainedCalibration(
      after,
      answer(after, keptBack),
      kept(nRight),
      2,
      { networks: before, unlabeled: { matrix, nUnlabeled } },
      createReferenceMlp,
    );

  it("brings the scores of articles without labels half way back to those before labels of their own", () => {
    const calibration = calibrationOf(modest, sure, 40);
    const [before, after] = [modest, sure].map((networks) =>
      meanBestOfTwo(ofUnlabeled(networks), ofKeptBack(networks, 40)),
    ) as [number, number];
    expect(after).toBeGreaterThan(before + 0.05);
    expect(meanBestOfTwo(ofUnlabeled(sure), calibration)).toBeCloseTo((before + after) / 2, 5);
    expect(calibration.flattenedShare).toBe(ofKeptBack(sure, 40).flattenedShare);
  });

  it("does not raise scores that were higher before", () => {
    expect(calibrationOf(sure, modest, 40)).toEqual(ofKeptBack(modest, 40));
  });

  it("keeps to the calibration that the articles kept back ask for where that is lower", () => {
    // All answers are wrong: all but even, before and after, which leaves next to no scores to take back.
    const { temperature, flattenedShare } = calibrationOf(modest, sure, 0);
    expect(temperature).toBeCloseTo(20, 3);
    expect(flattenedShare).toBeCloseTo(1, 5);
  });

  it("keeps to it where there are too few articles without labels to tell a mean", () => {
    expect(calibrationOf(modest, sure, 40, N_UNLABELED - 1)).toEqual(ofKeptBack(sure, 40));
  });

  it("is what a training with articles without labels takes", async () => {
    const base: TrainOptions = {
      ...SMALL_TRAINING,
      tokenizer: wordTokenizer(),
      linear: true,
      pseudoLabelRounds: 3,
      // New words, some beside one that tells their label; numbers make them a hundred texts.
      unlabeled: Array.from({ length: 17 }, (_, i) =>
        ["금리 환율", "축구 투수", "국회 장관", "환율", "투수", "장관"].map((title) => ({ title, body: `${i}` })),
      ).flat(),
    };
    const { classifier } = await train(SMALL_ARTICLES, { ...base, calibrate: true });
    const plain = await train(SMALL_ARTICLES, base);
    const { labels } = plain.classifier;
    const scores = plain.validation.flatMap(({ article }) => {
      const predictions = plain.classifier.classifyArticle(article, { topK: labels.length });
      return labels.map((label) => predictions.find((prediction) => prediction.label === label)!.score);
    });
    const numbers = plain.validation.map(({ article }) => labels.indexOf(article.label));
    const { temperature } = fitCalibration(Float32Array.from(scores), numbers, labels.length);
    expect(classifier.metadata.calibration.temperature).toBeGreaterThan(temperature + 0.3);
  });
});
