import { beforeAll, describe, expect, it } from "vitest";
import {
  adaptScores,
  Classifier,
  classify,
  cleanNews,
  compress,
  createComparator,
  createEvaluator,
  crossValidate,
  estimateShares,
  evaluate,
  findNearDuplicates,
  isNewsclfError,
  MecabTokenizer,
  parseConfig,
  TfidfVectorizer,
  textSimilarity,
  toCleanDocument,
  toDocument,
  traceCleanNews,
  traceCleanText,
  train,
  tune,
  UserWordParser,
  WordSuggester,
} from "../../src/index.js";
import { loadDefaultTokenizer } from "../../src/io/assets.js";
import {
  AnalyzerPool,
  ClassifierPool,
  fromStream,
  loadDictionary,
  readArticles,
  readDocuments,
  readLines,
  readUnlabeledArticles,
  readUserDictionary,
  saveModel,
  WorkerTrainingThreads,
} from "../../src/io/index.js";
import { encodeModel } from "../../src/model-file/model-file.js";
import type { Dictionary } from "../../src/morph/dictionary.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";
import { smallParts } from "./model-file/small-model.js";

const ARTICLE = { title: "금리", body: "동결", label: "경제" };
const ARTICLES = [ARTICLE, { title: "골", body: "", label: "스포츠" }];
/** What callers without types give. */
// biome-ignore lint/suspicious/noExplicitAny: the types are what is broken here
const wrong = (value: unknown): any => value;

let tokenizer: MecabTokenizer;
let dictionary: Dictionary;
let classifier: Classifier;
let bytes: Uint8Array;

beforeAll(async () => {
  tokenizer = (await loadDefaultTokenizer()) as MecabTokenizer;
  dictionary = await loadDictionary();
  bytes = await encodeModel(smallParts({ labels: ["경제", "스포츠"], terms: ["금리/NNG"] }));
  classifier = await Classifier.load(bytes, { tokenizer: wordTokenizer() });
});

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const vectorizer = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1 });
const fitted = vectorizer.fit([["금리", "동결"]]);
const load = (options: unknown) => Classifier.load(bytes, wrong(options));

/** A call with a wrong value, and how the message begins. */
const CASES: readonly (readonly [message: string, call: () => unknown])[] = [
  ["text must be a string; got 5", () => tokenizer.tokenize(wrong(5))],
  ["text must be a string; got null", () => tokenizer.tokenize(wrong(null))],
  ["text must be a string; got {}", () => tokenizer.tokenize(wrong({}))],
  ['text must be a string; got ["금리"]', () => tokenizer.visit(wrong(["금리"]), () => undefined)],
  ["dictionary must be a Dictionary", () => new MecabTokenizer(wrong(null))],
  ["dictionary must be a Dictionary", () => new UserWordParser(wrong({}))],
  ["tokenizer must be a MecabTokenizer", () => new WordSuggester(wrong(undefined))],
  ["text must be a string; got undefined", () => new WordSuggester(tokenizer).add(wrong(undefined))],
  ["documents must be an iterable of arrays of strings; got 5", () => vectorizer.fit(wrong(5))],
  ['documents[0] must be an array of strings; got "금리 동결"', () => vectorizer.fit(wrong(["금리 동결"]))],
  ["documents[0][1] must be a string; got 5", () => vectorizer.fitTransform(wrong([["금리", 5]]))],
  ["documents must be an iterable of arrays of strings; got null", () => fitted.transform(wrong(null))],
  ['terms must be an array of strings; got "금리 동결"', () => fitted.transform(wrong(["금리 동결"]))],
  ["terms[0] must be a string; got 5", () => fitted.transformDocument(wrong([5]))],
  ["articles must be an iterable of articles", () => train(wrong(null))],
  ['articles must be an iterable of articles, { title, body, label }; got "x"', () => train(wrong("x"))],
  ["articles[1].body must be a string; got undefined", () => train(wrong([ARTICLE, { title: "골", label: "스포츠" }]))],
  ["options must be an object; got null", () => train(ARTICLES, wrong(null))],
  ["options must be an object; got 5", () => train(ARTICLES, wrong(5))],
  ["tokenizer must be a Tokenizer", () => train(ARTICLES, wrong({ tokenizer: "mecab" }))],
  ["classifier must be a Classifier", () => evaluate(wrong({}), ARTICLES)],
  ["articles must be an iterable of articles", () => evaluate(classifier, wrong(null))],
  ["articles[1].body must be a string", () => evaluate(classifier, wrong([ARTICLE, { title: "", label: "경제" }]))],
  ["articles[0].label must be a string", () => evaluate(classifier, wrong([{ title: "", body: "" }]))],
  ["options must be an object; got null", () => evaluate(classifier, ARTICLES, wrong(null))],
  ["articles must be an array of articles", () => crossValidate(wrong(5))],
  ["articles[0] must be an article", () => crossValidate(wrong([null, ARTICLE]))],
  ["options must be an object; got null", () => crossValidate(ARTICLES, wrong(null))],
  ["nFolds is not an option; known: folds, training", () => crossValidate(ARTICLES, wrong({ nFolds: 3 }))],
  ["training must be an object; got null", () => crossValidate(ARTICLES, wrong({ training: null }))],
  ["articles must be an array of articles", () => tune(wrong({}))],
  ["articles[0].label must be a string", () => tune(wrong([{ title: "", body: "" }]))],
  ["options must be an object; got null", () => tune(ARTICLES, wrong(null))],
  ["budget is not an option; known: metric", () => tune(ARTICLES, wrong({ budget: 3 }))],
  ["base must be an object; got 5", () => tune(ARTICLES, wrong({ base: 5 }))],
  ["texts must be an array of strings; got 5", () => findNearDuplicates(wrong(5))],
  ["texts[1] must be a string; got null", () => findNearDuplicates(wrong(["금리", null]))],
  ["options must be an object; got null", () => findNearDuplicates([], wrong(null))],
  ["treshold is not an option; known: similarity", () => findNearDuplicates([], wrong({ treshold: 1 }))],
  ["left must be a string; got 5", () => textSimilarity(wrong(5), "금리")],
  ["right must be a string; got undefined", () => textSimilarity("금리", wrong(undefined))],
  ["text must be a string; got 5", () => cleanNews(wrong(5))],
  ["text must be a string; got {}", () => traceCleanNews(wrong({}))],
  ["text must be a string; got null", () => traceCleanText(wrong(null))],
  ['article must be an article, { title, body }; got "금리"', () => toDocument(wrong("금리"))],
  ["article.body must be a string; got undefined", () => toDocument(wrong({ title: "금리" }))],
  ["article.title must be a string; got 5", () => toCleanDocument(wrong({ title: 5, body: "" }), "news")],
  ["predictions must be an array", () => adaptScores(wrong(5), ["경제"], [1], [1])],
  ["labels must be an array of strings", () => adaptScores(wrong([]), wrong(null), [1], [1])],
  [
    "from must be 1 numbers > 0, one for each label; got null",
    () => adaptScores(wrong([]), ["경제"], wrong(null), [1]),
  ],
  ["from must be numbers > 0, one for each label; got null", () => estimateShares([[1]], wrong(null))],
  ["from must be numbers > 0, one for each label; got 5", () => estimateShares([[1]], wrong(5))],
  ["score of 경제 must be a number", () => adaptScores(wrong([{ label: "경제" }]), ["경제"], [1], [1])],
  ["scores must be an array", () => estimateShares(wrong({}), [1])],
  ["scores must be 1 numbers for each article; got null", () => estimateShares(wrong([null]), [1])],
  ['scores must be 1 numbers for each article; got ["1"]', () => estimateShares(wrong([["1"]]), [1])],
  ["options must be an object; got null", () => load(null)],
  ["tokeniser is not an option; known: tokenizer, kernels", () => load({ tokeniser: wordTokenizer() })],
  ["tokenizer must be a Tokenizer; got {}", () => load({ tokenizer: {} })],
  ["options must be an object; got null", () => classify("금리", wrong(null))],
  ["options must be an object; got 3", () => classifier.classify("금리", wrong(3))],
  [
    "methode is not an option; known: against, method",
    () => classifier.explain("금리", undefined, wrong({ methode: 1 })),
  ],
  ["articles must be an iterable of articles", () => classifier.vectorize(wrong(5))],
  ["classifier must be a Classifier", () => compress(wrong(null), ARTICLES)],
  ["articles must be an array of articles", () => compress(classifier, wrong({}))],
  ["options must be an object; got null", () => compress(classifier, ARTICLES, wrong(null))],
  ["labels must be an array of strings; got {}", () => createEvaluator(wrong({}))],
  ["b must be an array of strings; got null", () => createComparator(["경제"], wrong(null))],
  ["text must be a string; got null", () => parseConfig(wrong(null), "newsclf.json")],
  ["sources must be the path of a file, or an open source", () => readArticles(wrong(new URL("file:///news.csv")))],
  ["sources[1] must be the path of a file, or an open source", () => readArticles(wrong(["news.csv", 5]))],
  ["sources must be the path of a file, or an open source", () => readDocuments(wrong(null))],
  ["options must be an object; got null", () => readUnlabeledArticles("news.csv", wrong(null))],
  ["enconding is not an option; known: textColumn", () => readArticles("news.csv", wrong({ enconding: "cp949" }))],
  ["labelMap must be a Map", () => readArticles("news.csv", wrong({ labelMap: { 0: "경제" } }))],
  ["titleColumn must be a string; got 5", () => readArticles("news.csv", wrong({ titleColumn: 5 }))],
  ["extraColumns must be an array of columns", () => readArticles("news.csv", wrong({ extraColumns: 5 }))],
  ["extraColumns[0].name must be a string", () => readArticles("news.csv", wrong({ extraColumns: [5] }))],
  ["source must be the path of a file, or an open source", () => drain(readLines(wrong(5)))],
  ["stream must be a stream of bytes; got null", () => fromStream("input", wrong(null))],
  ["sources must be an array of paths", () => readUserDictionary(wrong(null), dictionary)],
  ["dictionary must be a Dictionary", () => readUserDictionary(["words.csv"], wrong(null))],
  ["classifier must be a Classifier", () => saveModel("model.newsclf", wrong(null))],
  ["tokenizer must be a MecabTokenizer", () => new AnalyzerPool(wrong(null))],
  ["classifier must be a Classifier", () => new ClassifierPool(wrong({}))],
  ["workers must be an integer in [1, 64]; got 65", () => new AnalyzerPool(tokenizer, 65)],
  ["nThreads must be an integer in [2, 64]; got 1000", () => new WorkerTrainingThreads(1000)],
];

describe("arguments that types forbid", () => {
  it.each(CASES)("are refused by name: %s", async (message, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((thrown: unknown) => thrown);
    expect(isNewsclfError(error), String(error)).toBe(true);
    const { code, message: said } = error as { readonly code: string; readonly message: string };
    expect(said.slice(0, message.length)).toBe(message);
    expect(code).toBe(said.includes("is not an option") ? "OPTION_UNKNOWN" : "OPTION_INVALID");
  });

  it("leave nothing broken for later calls", () => {
    expect(tokenizer.tokenize("금리 동결").map(({ surface }) => surface)).toEqual(["금리", "동결"]);
    expect(Array.from(fitted.transformDocument(["금리"]).values.subarray(0, 1))).toEqual([1]);
  });
});
