import { describe, expect, it } from "vitest";
import { crossValidate } from "../../../src/cross-validation.js";
import { ConfigError, DatasetError, NewsclfError, OptionError } from "../../../src/errors.js";
import { resolveTrainingSettings, type TrainingSettings } from "../../../src/options/train-options.js";
import type { LabeledArticle } from "../../../src/text/article.js";
import { train } from "../../../src/train.js";
import { measureVocabulary, modelBytesAtMost } from "../../../src/tuning/model-size.js";
import { type TuneInput, type TuneResult, tune } from "../../../src/tuning/tune.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";

const { maxDfFraction: _, ...VECTORIZER } = SMALL_TRAINING.vectorizer;
/** All options but one are given. */
const ALL_BUT_MAX_DF: TrainingSettings = { ...SMALL_TRAINING, vectorizer: VECTORIZER };
const { dropout: _dropout, inputDropout: _inputDropout, ...NETWORK } = SMALL_TRAINING.network;
/** Some options are left to the search. */
const SOME: TrainingSettings = { ...ALL_BUT_MAX_DF, network: NETWORK };

/** 금리 tells the label and is in 18 of 30 articles, which is more than half; what else there is tells nothing. */
const ONE_WORD: readonly LabeledArticle[] = Array.from({ length: 30 }, (__, i) => ({
  label: i % 5 < 3 ? "경제" : "기타",
  title: `${i % 5 < 3 ? "금리" : ""} 기사${Math.floor(i / 5) % 3}`,
  body: `소식${Math.floor(i / 5) % 2}`,
}));

/** Words that are more often with a label than not, so that no model is right about all articles. */
const MANY_WORDS: readonly LabeledArticle[] = Array.from({ length: 90 }, (__, i) => ({
  label: ["경제", "기타", "정치"][i % 3] as string,
  title: `낱말${(i * i + 3 * (i % 3)) % 11} 낱말${(i * 7 + (i % 3)) % 13}`,
  body: `낱말${(i * i * i + (i % 3)) % 9}`,
}));

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function search(articles: readonly LabeledArticle[], input: TuneInput): Promise<TuneResult> {
  return tune(articles, { folds: 3, tokenizer: wordTokenizer(), ...input });
}

describe("tune", () => {
  it("finds the option that the articles need, and adds it to those given", async () => {
    const optimizer = { ...SMALL_TRAINING.optimizer, epochs: 80, patience: 80 };
    const base = { ...ALL_BUT_MAX_DF, validationFraction: 0, optimizer };
    const { best, start, trials } = await search(ONE_WORD, { base, maxTrainings: 9 });
    expect(best?.settings).toEqual({ ...base, vectorizer: { ...VECTORIZER, maxDfFraction: 1 } });
    expect(best?.gain).toBeGreaterThan(0);
    expect(best?.mean as number).toBeGreaterThan(0.9);
    expect(start.mean as number).toBeLessThan(0.7);
    expect(trials[0]).toEqual(best);
  });

  it.each<[string, TrainingSettings]>([
    ["one network", {}],
    ["two networks", { ensemble: 2 }],
    ["two networks of articles drawn anew", { ensemble: 2, bootstrap: true }],
    ["a network and the linear member, which learns from all articles", { linear: true }],
    ["the same, which does not learn from those kept back", { linear: true, refit: "never" }],
    [
      "two networks and the linear member, without articles kept back",
      { linear: true, ensemble: 2, validationFraction: 0 },
    ],
  ])("scores a fold as training on it and evaluating do: %s", async (_name, more) => {
    const optimizer = { ...SMALL_TRAINING.optimizer, epochs: 6, learningRate: 0.005 };
    const training = { ...SMALL_TRAINING, optimizer, ...more };
    const { start } = await search(MANY_WORDS, { base: training });
    const { folds } = await crossValidate(MANY_WORDS, {
      folds: 3,
      training: { ...training, tokenizer: wordTokenizer() },
    });
    expect(start.scores.map(({ fold, accuracy, macroF1 }) => ({ fold, accuracy, macroF1 }))).toEqual(
      folds.map(({ fold, accuracy, macroF1 }) => ({ fold, accuracy, macroF1 })),
    );
    expect(start.mean).toBeLessThan(1);
  });

  it.each(["macro-f1", "weighted-f1", "accuracy"] as const)(
    "goes by the metric that is asked for: %s",
    async (metric) => {
      // Two of three articles have one label, so that the measures differ.
      const articles = MANY_WORDS.filter((_article, i) => i % 3 === 0 || i % 6 === 1);
      const optimizer = { ...SMALL_TRAINING.optimizer, epochs: 6, learningRate: 0.005 };
      const { start } = await search(articles, { base: { ...SMALL_TRAINING, optimizer }, metric });
      const means = {
        "macro-f1": meanOf(start.scores.map(({ macroF1 }) => macroF1)),
        "weighted-f1": meanOf(start.scores.map(({ weightedF1 }) => weightedF1)),
        accuracy: meanOf(start.scores.map(({ accuracy }) => accuracy)),
      };
      expect(new Set(Object.values(means)).size).toBe(3);
      expect(start.mean).toBeCloseTo(means[metric], 12);
    },
  );

  it("tries nothing on a fold that the start has not been tried on", async () => {
    const states: string[] = [];
    await search(SMALL_ARTICLES, {
      base: SOME,
      folds: 5,
      maxTrainings: 14,
      onTraining: (__, s) => void states.push(s),
    });
    const { trainings } = JSON.parse(states.at(-1) as string) as { trainings: { choice: number[]; fold: number }[] };
    const ofStart = new Set<number>();
    for (const { choice, fold } of trainings) {
      if (choice.every((level) => level === 0)) ofStart.add(fold);
      else expect(ofStart).toContain(fold);
    }
    expect(ofStart.size).toBeGreaterThan(3);
  });

  it("keeps what is given where everything is given, after trying it", async () => {
    const { best, start, nTrainings } = await search(SMALL_ARTICLES, { base: SMALL_TRAINING });
    expect(best).toEqual(start);
    expect(best?.settings).toEqual(SMALL_TRAINING);
    expect({ nTrainings, gain: best?.gain }).toEqual({ nTrainings: 3, gain: 0 });
  });

  it("keeps what is given where nothing is sure to do better", async () => {
    const { sublinearTf: _sublinear, ...vectorizer } = SMALL_TRAINING.vectorizer;
    const optimizer = { ...SMALL_TRAINING.optimizer, epochs: 80, patience: 80 };
    const { best, start, trials } = await search(ONE_WORD, {
      base: { ...SMALL_TRAINING, validationFraction: 0, vectorizer, optimizer },
    });
    // No article has a word twice, so that counts and their logarithms are the same.
    expect(trials.map(({ scores }) => scores.length)).toEqual([3, 3]);
    expect(start.mean as number).toBeGreaterThan(0.9);
    expect(best).toEqual(start);
  });

  it("does not take a gain of more than one standard deviation but less than two", async () => {
    const { best, start, trials } = await search(MANY_WORDS, { base: { ...SOME, seed: 2 }, maxTrainings: 16 });
    const { gain, gainStandardDeviation, scores } = trials[0] as TuneResult["trials"][number];
    expect(scores.length).toBeGreaterThanOrEqual(2);
    const ratio = (gain as number) / (gainStandardDeviation as number);
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(2);
    expect(best).toEqual(start);
  });

  it("makes the same trainings when it is resumed as when it is not ended", async () => {
    const states: string[] = [];
    const input: TuneInput = { base: SOME, onTraining: (__, state) => void states.push(state) };
    const whole = await search(SMALL_ARTICLES, { ...input, maxTrainings: 8 });
    expect(states).toHaveLength(8);
    const resume = { name: "state", text: states[3] as string };
    const resumed = await search(SMALL_ARTICLES, { ...input, maxTrainings: 8, resume });
    expect(resumed).toEqual(whole);
    expect(states.slice(8)).toEqual(states.slice(4, 8));
  });

  it("refuses to resume a search on other articles or with other options, or from what is no state", async () => {
    let state = "";
    const keep = (__: TuneResult, text: string): void => {
      state = text;
    };
    await search(SMALL_ARTICLES, { base: SOME, maxTrainings: 2, onTraining: keep });
    const from = (text: string, articles = SMALL_ARTICLES, base = SOME): Promise<TuneResult> =>
      search(articles, { base, maxTrainings: 3, resume: { name: "s.json", text } });
    await expect(from(state, ONE_WORD)).rejects.toThrow("s.json is of another search: its articles differ");
    await expect(from(state, SMALL_ARTICLES, { ...SOME, calibrate: true })).rejects.toThrow("its base differ");
    await expect(from("{")).rejects.toThrow(/^s\.json:1:2: is not JSON/);
    await expect(from("[]")).rejects.toThrow(ConfigError);
    await expect(from(state.replace('"fold":0', '"fold":3'))).rejects.toThrow("s.json: trainings[0] is damaged");
    await expect(from(state.replace(/"accuracy":[0-9.]+/, '"accuracy":2'))).rejects.toThrow("trainings[0] is damaged");
  });

  it("ends with the best so far when it is stopped", async () => {
    const stop = new AbortController();
    const onTraining = ({ nTrainings }: TuneResult): void => {
      if (nTrainings === 4) stop.abort();
    };
    const result = await search(SMALL_ARTICLES, { base: SOME, signal: stop.signal, onTraining });
    expect(result.nTrainings).toBe(4);
    expect(result.best).not.toBeNull();
    const early = await search(SMALL_ARTICLES, { base: SOME, signal: AbortSignal.abort() });
    expect(early).toMatchObject({ nTrainings: 0, best: { settings: SOME, mean: null, gain: null }, trials: [] });
  });

  it("goes on without options that leave no term, and says why", async () => {
    const { minDf: _minDf, ...vectorizer } = SMALL_TRAINING.vectorizer;
    // A fold trains on 15 or 16 articles, so 0.2 of them is 3: no word is in four or more, but those of four articles are in two.
    const articles = ONE_WORD.map((article, i) => ({ ...article, body: `낱말${i % 8}` }));
    const base = { ...SMALL_TRAINING, vectorizer: { ...vectorizer, maxDfFraction: 0.2 } };
    const { trials } = await search(articles, { base, maxTrainings: 8 });
    const failed = trials.filter(({ failure }) => failure !== null);
    expect(failed).toMatchObject([{ settings: { vectorizer: { minDf: 4 } }, gain: null, scores: [] }]);
    expect(failed[0]?.failure).toContain("at least one term must remain");
  });

  it("takes no options whose model would be too large", async () => {
    const base: TrainingSettings = { ...SMALL_TRAINING, network: { dropout: 0, inputDropout: 0 } };
    const size = async (settings: TrainingSettings): Promise<number> => {
      const { classifier } = await train(SMALL_ARTICLES, { ...settings, tokenizer: wordTokenizer() });
      return modelBytesAtMost(resolveTrainingSettings(settings), measureVocabulary(classifier.vocabulary), 3);
    };
    // Below that of 32 units, above that of 16; the vocabulary of all articles is a few terms more than that of the training share.
    const maxModelBytes = (await size(base)) - 100;
    const { best, trials } = await search(SMALL_ARTICLES, { base, maxModelBytes, maxTrainings: 12 });
    expect(best?.settings.network?.hiddenUnits).toEqual([16, 16, 16]);
    for (const { settings, scores } of trials) {
      const [first = 32] = settings.network?.hiddenUnits ?? [];
      if (first > 32) expect(scores).toEqual([]);
    }
    const none = search(SMALL_ARTICLES, { base: SMALL_TRAINING, maxModelBytes: 1000 });
    await expect(none).rejects.toThrow(OptionError);
    await expect(none).rejects.toThrow(/^maxModelBytes must be large enough .*; got 1000$/);
  });

  it("refuses folds that cannot be learned from, and options that it does not know", async () => {
    const few = [...SMALL_ARTICLES, { label: "날씨", title: "비", body: "" }, { label: "날씨", title: "눈", body: "" }];
    await expect(search(few, { base: SOME })).rejects.toThrow(DatasetError);
    await expect(search(SMALL_ARTICLES, { base: SOME, folds: 1 })).rejects.toThrow(
      "folds must be an integer in [2, 100]",
    );
    await expect(search(SMALL_ARTICLES, { base: { network: { units: 3 } } as never })).rejects.toThrow(NewsclfError);
  });
});

describe("modelBytesAtMost", () => {
  it("is above the size of the model file by no more than the rest", async () => {
    const settings = { ...SMALL_TRAINING, ensemble: 2 };
    const { classifier } = await train(SMALL_ARTICLES, { ...settings, tokenizer: wordTokenizer() });
    const bound = modelBytesAtMost(classifier.metadata.settings, measureVocabulary(classifier.vocabulary), 3);
    const actual = classifier.toBytes().length;
    expect(actual).toBeLessThanOrEqual(bound);
    expect(actual).toBeGreaterThan(bound - 65_536);
  });
});
