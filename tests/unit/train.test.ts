import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DatasetError, NewsclfError, OptionError, TrainingError } from "../../src/errors.js";
import { decodeModel } from "../../src/model-file/model-file.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { type TrainOptions, type TrainProgress, train } from "../../src/train.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../conformance/training.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";
import { errorOf } from "./io/streams.js";

const OPTIONS: TrainOptions = {
  ...SMALL_TRAINING,
  optimizer: { ...SMALL_TRAINING.optimizer, epochs: 2 },
  tokenizer: wordTokenizer(),
};

const article = (label: string, title: string): LabeledArticle => ({ label, title, body: "" });

/** `n` articles of two labels in turn. */
const manyArticles = (n: number): LabeledArticle[] =>
  Array.from({ length: n }, (_, i) => article(i % 2 === 0 ? "경제" : "정치", i % 2 === 0 ? "금리 동결" : "국회 표결"));

describe("train", () => {
  it("fits vocabulary and document frequencies on the training share only", async () => {
    // Each article has a word of its own.
    const articles = SMALL_ARTICLES.map((given, index) => ({ ...given, body: `${given.body} 카나리아${index}` }));
    const { classifier, validation } = await train(articles, OPTIONS);
    expect(validation).toHaveLength(6);
    const kept = new Set(validation.map(({ index }) => index));
    for (const index of articles.keys()) {
      const column = classifier.vocabulary.columnOf(`카나리아${index}/NNG`);
      expect(column >= 0, `article ${index}`).toBe(!kept.has(index));
    }
    const { labelDocumentFrequency, metadata, vocabulary } = await decodeModel(classifier.toBytes());
    // "소식" is in all articles; 6 of each label are left to train on.
    const column = vocabulary.columnOf("소식/NNG");
    expect([0, 1, 2].map((label) => labelDocumentFrequency[label * vocabulary.nTerms + column])).toEqual([6, 6, 6]);
    expect(metadata).toMatchObject({ nDocuments: 18, nValidationDocuments: 6, trainSupport: [6, 6, 6] });
  });

  it.each([0.25, 0])(
    "stores int8 weights by default where they answer as well, with %s of the articles kept back",
    async (validationFraction) => {
      const { weights: _, ...options } = { ...SMALL_TRAINING, tokenizer: wordTokenizer(), validationFraction };
      const { classifier, weightType, refusedWeights } = await train(SMALL_ARTICLES, options);
      expect({ weightType, refusedWeights }).toEqual({ weightType: "int8", refusedWeights: [] });
      const { networks, metadata } = await decodeModel(classifier.toBytes());
      expect(networks.w1).toMatchObject({ type: "int8" });
      expect(metadata.settings.weights).toBe("auto");
      const large = await train(SMALL_ARTICLES, { ...options, weights: "float32" });
      expect((await decodeModel(large.classifier.toBytes())).networks.w1).toBeInstanceOf(Float32Array);
      expect(large.classifier.classify("금리 소식")[0].label).toBe(classifier.classify("금리 소식")[0].label);
    },
  );

  it("gives back the articles of the validation share with their places", async () => {
    const { validation } = await train(SMALL_ARTICLES, OPTIONS);
    for (const { index, article } of validation) expect(article).toEqual(SMALL_ARTICLES[index]);
    expect(validation.map(({ index }) => index)).toEqual(
      [...validation.map(({ index }) => index)].sort((a, b) => a - b),
    );
  });

  it("stores every setting, the tokenizer and the hash of the articles", async () => {
    const articles = manyArticles(1025);
    const { classifier } = await train(articles, {
      ...OPTIONS,
      optimizer: { ...OPTIONS.optimizer, epochs: 1, batchSize: 512 },
    });
    const { settings, tokenizerId, trainingDataHash } = classifier.metadata;
    expect(tokenizerId).toBe("words-1");
    expect(settings).toEqual({
      ...SMALL_TRAINING,
      text: { clean: "none" },
      optimizer: { ...SMALL_TRAINING.optimizer, epochs: 1, batchSize: 512 },
    });
    // docs/model-format.md: the digest of the digests of blocks of 1,024 articles.
    const blocks = [articles.slice(0, 1024), articles.slice(1024)].map((block) => {
      const text = block.map(({ label, title, body }) => `${label}\0${title}\0${body}\0`).join("");
      return createHash("sha256").update(text, "utf8").digest();
    });
    expect(trainingDataHash).toBe(createHash("sha256").update(Buffer.concat(blocks)).digest("hex"));
  });

  it("takes arrays, generators and asynchronous iterables alike", async () => {
    const fromArray = await train(SMALL_ARTICLES, OPTIONS);
    async function* later(): AsyncGenerator<LabeledArticle> {
      for (const given of SMALL_ARTICLES) yield given;
    }
    const bytes = fromArray.classifier.toBytes();
    expect((await train(new Set(SMALL_ARTICLES), OPTIONS)).classifier.toBytes()).toEqual(bytes);
    expect((await train(later(), OPTIONS)).classifier.toBytes()).toEqual(bytes);
  });

  it("passes on what the articles' source throws", async () => {
    const broken = new Error("the reader broke");
    async function* failing(): AsyncGenerator<LabeledArticle> {
      yield article("경제", "금리");
      throw broken;
    }
    expect(await errorOf(train(failing(), OPTIONS))).toBe(broken);
  });

  it("gives labels the spelling that is chosen when all articles have been read, as if they had been given so", async () => {
    const other = (label: string): string => (label === SMALL_ARTICLES[0]?.label ? `${label} ` : label);
    let nRead = 0;
    async function* read(): AsyncGenerator<LabeledArticle> {
      for (const [i, article] of SMALL_ARTICLES.entries()) {
        nRead++;
        yield i % 2 === 0 ? { ...article, label: other(article.label) } : article;
      }
    }
    const chooseLabels = () => {
      expect(nRead).toBe(SMALL_ARTICLES.length);
      return (label: string) => label.trim();
    };
    const { classifier, validation } = await train(read(), { ...OPTIONS, chooseLabels });
    const given = await train(SMALL_ARTICLES, OPTIONS);
    expect(classifier.toBytes()).toEqual(given.classifier.toBytes());
    expect(validation).toEqual(given.validation);
  });

  it("is not touched by what the caller does to the arguments afterwards", async () => {
    const { classifier } = await train(SMALL_ARTICLES, OPTIONS);
    const articles = structuredClone(SMALL_ARTICLES) as { title: string; body: string; label: string }[];
    const hiddenUnits: [number, number, number] = [16, 8, 8];
    const abort = new AbortController();
    abort.abort();
    const epochs: number[] = [];
    const options: { -readonly [K in keyof TrainOptions]: TrainOptions[K] } = {
      ...OPTIONS,
      network: { ...SMALL_TRAINING.network, hiddenUnits },
      onEpoch: ({ epoch }) => epochs.push(epoch),
    };
    const running = train(articles, options);
    for (const given of articles) given.label = "날씨";
    articles.length = 0;
    hiddenUnits[0] = 3;
    options.seed = 99;
    options.signal = abort.signal;
    options.onEpoch = () => {
      throw new Error("was not given");
    };
    expect((await running).classifier.toBytes()).toEqual(classifier.toBytes());
    expect(epochs).toEqual([1, 2]);
  });

  it("changes neither articles nor options", async () => {
    const articles = SMALL_ARTICLES.map((given) => Object.freeze({ ...given }));
    const frozen = Object.freeze({
      ...OPTIONS,
      network: Object.freeze({ ...SMALL_TRAINING.network, hiddenUnits: Object.freeze([16, 8, 8] as const) }),
    });
    const { classifier } = await train(Object.freeze(articles), frozen);
    expect(classifier.toBytes()).toEqual((await train(SMALL_ARTICLES, OPTIONS)).classifier.toBytes());
  });

  it("trains on articles of which some have no term", async () => {
    const articles = [...SMALL_ARTICLES, article("경제", "것/NNB"), article("정치", ""), article("정치", " ")];
    const tokenizer = {
      id: "words-1",
      tokenize: (text: string) => wordTokenizer().tokenize(text.replace("것/NNB", "")),
    };
    const { classifier } = await train(articles, { ...OPTIONS, tokenizer, validationFraction: 0 });
    expect(classifier.metadata.nDocuments).toBe(27);
    for (const { score } of classifier.classify("", { topK: 3 })) expect(Number.isFinite(score)).toBe(true);
  });

  it("keeps labels and terms that objects inherit", async () => {
    const words = ["__proto__", "constructor"];
    const articles = words.flatMap((word) => [article(word, word), article(word, `${word} ${word}`)]);
    const optimizer = { ...SMALL_TRAINING.optimizer, epochs: 40 };
    const { classifier } = await train(articles, { ...OPTIONS, optimizer, validationFraction: 0 });
    expect(classifier.labels).toEqual(words);
    expect(words.map((word) => classifier.classify(word)[0].label)).toEqual(words);
  });

  it("sorts labels by code unit, not by locale or order of arrival", async () => {
    // U+FF21 comes after the surrogates of U+1F600 by code point, before them by code unit.
    const labels = ["나", "Z", "a", "가", "😀", "Ａ"];
    const articles = labels.flatMap((label) => [article(label, `${label} 하나`), article(label, `${label} 둘`)]);
    const { classifier } = await train(articles, OPTIONS);
    expect(classifier.labels).toEqual(["Z", "a", "가", "나", "😀", "Ａ"]);
  });
});

describe("train refuses", () => {
  it.each<readonly [string, readonly LabeledArticle[], string, string]>([
    ["no articles", [], "DATASET_EMPTY", "news.csv: there is no article"],
    [
      "one label",
      [article("경제", "금리"), article("경제", "환율")],
      "DATASET_ONE_LABEL",
      'news.csv: all 2 articles have the label "경제"; a classifier needs two labels or more',
    ],
    [
      "labels with one article",
      [article("경제", "금리"), article("경제", "환율"), article("정치", "국회"), article("날씨", "비")],
      "DATASET_FEW_DOCUMENTS",
      'news.csv: a label needs two articles or more; only one has "날씨", "정치"; add articles or drop the label',
    ],
  ])("%s", async (_, articles, code, message) => {
    const error = await errorOf(train(articles, { ...OPTIONS, source: "news.csv" }));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code, source: "news.csv", message });
  });

  it("articles without a word that passes minDf", async () => {
    const articles = [
      ...["하나", "둘", "셋"].map((word) => article("경제", word)),
      ...["넷", "다섯", "여섯"].map((word) => article("정치", word)),
    ];
    const error = await errorOf(train(articles, { ...OPTIONS, vectorizer: { minDf: 2 } }));
    expect(error).toBeInstanceOf(NewsclfError);
    expect(error).toMatchObject({ code: "VOCABULARY_EMPTY" });
    expect((error as Error).message).toContain("minDf");
  });

  it("articles of stop words alone", async () => {
    const tokenizer = {
      id: "stop-1",
      tokenize: (text: string) => (text === "" ? [] : [{ surface: text, tag: "NNB", start: 0, end: text.length }]),
    };
    const articles = ["것", "수", "등", "바"].map((word, i) => article(i < 2 ? "경제" : "정치", word));
    const given = {
      ...OPTIONS,
      tokenizer,
      text: { clean: "none" },
      terms: { tags: "all", stopWords: true, charNgrams: false },
    } as const;
    expect(await errorOf(train(articles, given))).toMatchObject({ code: "VOCABULARY_EMPTY" });
  });

  it.each<readonly [string, LabeledArticle, string]>([
    ["an empty label", article("", "금리"), "articles[1].label must be a string that is not empty"],
    ["a label that is no string", article(3 as unknown as string, "금리"), "articles[1].label must be a string; got 3"],
    [
      "an article without a body",
      { title: "금리", label: "경제" } as unknown as LabeledArticle,
      "articles[1].body must be a string; got undefined",
    ],
  ])("%s", async (_, second, message) => {
    const error = await errorOf(train([article("경제", "금리"), second], OPTIONS));
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toContain(message);
  });

  it.each<readonly [string, object, string, string]>([
    ["a fraction of 1", { validationFraction: 1 }, "OPTION_INVALID", "validationFraction must be a number in [0, 1)"],
    ["a seed of 2^32", { seed: 4_294_967_296 }, "OPTION_INVALID", "seed must be an integer in [0, 4294967295]"],
    ["half a document", { vectorizer: { minDf: 0.5 } }, "OPTION_INVALID", "vectorizer.minDf must be an integer ≥ 1"],
    ["an unknown option", { epochs: 3 }, "OPTION_UNKNOWN", "epochs is not an option"],
    ["an unknown option of a group", { optimizer: { epoch: 3 } }, "OPTION_UNKNOWN", "optimizer.epoch is not an option"],
    ["a group that is a list", { network: [8, 8, 8] }, "OPTION_INVALID", "network must be an object"],
  ])("%s", async (_, given, code, message) => {
    const error = await errorOf(train(SMALL_ARTICLES, { ...OPTIONS, ...given } as TrainOptions));
    expect(error).toBeInstanceOf(NewsclfError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(message);
  });
});

describe("train tells and obeys while it analyses", () => {
  it("counts from none to all articles", async () => {
    const states: TrainProgress[] = [];
    const stopAtTraining = new AbortController();
    await train(manyArticles(600), {
      ...OPTIONS,
      optimizer: { ...OPTIONS.optimizer, epochs: 1, batchSize: 256 },
      signal: stopAtTraining.signal,
      onProgress: (state) => {
        if (state.stage === "analyze") states.push(state);
      },
    });
    // From none on, by groups of 256.
    const nDone = [0, 256, 512, 600];
    expect(states).toEqual(nDone.map((done) => ({ stage: "analyze", nDone: done, nTotal: 600 })));
  });

  it("stops before it begins when aborted before, also with few articles", async () => {
    const stages: string[] = [];
    const onProgress = ({ stage }: TrainProgress) => stages.push(stage);
    const error = await errorOf(train(SMALL_ARTICLES, { ...OPTIONS, signal: AbortSignal.abort(), onProgress }));
    expect(error).toBeInstanceOf(TrainingError);
    expect(error).toMatchObject({ code: "TRAINING_ABORTED", epoch: 0, step: 0 });
    expect(stages).not.toContain("train");
  });

  it.each([256, 600])("stops when aborted after %i of 600 articles", async (nDoneAtAbort) => {
    const abort = new AbortController();
    const stages: string[] = [];
    const error = await errorOf(
      train(manyArticles(600), {
        ...OPTIONS,
        signal: abort.signal,
        onProgress: (state) => {
          stages.push(state.stage);
          if (state.stage === "analyze" && state.nDone === nDoneAtAbort) abort.abort();
        },
      }),
    );
    expect(error).toMatchObject({ code: "TRAINING_ABORTED" });
    expect(stages).not.toContain("train");
  });
});
