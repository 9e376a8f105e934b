/**
 * From a file of headlines to a model file: `newsclf train` with its defaults on CSV against fastText (`-wordNgrams 2
 * -epoch 5`, 2 threads) on text that mecab-ko has cut into words beforehand, in interleaved rounds whose order turns
 * round each time; then the macro-F1 of both on headlines kept back.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/training/end-to-end.js PYTHON [rounds, default 5]
 *
 * PYTHON is an interpreter with fasttext. Every tenth row of ../shared/data/ynat_train.csv is kept back. Both models are
 * made anew in each round. Writes bench/results/end-to-end.json; files go to build/bench/end-to-end/.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { LabeledArticle } from "../../src/text/article.js";
import { median } from "../median.js";

const FOLDER = "build/bench/end-to-end";
const RESULTS = "bench/results/end-to-end.json";
const KEPT_BACK_EVERY = 10;

// Compiled to dist/, where the dictionary and the kernels are found from.
const distOf = (file: string): string => pathToFileURL(path.join("dist", file)).href;
const library = (await import(distOf("index.js"))) as typeof import("../../src/index.js");
const node = (await import(distOf("io/index.js"))) as typeof import("../../src/io/index.js");
const assets = (await import(distOf("io/assets.js"))) as typeof import("../../src/io/assets.js");

interface Run {
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

/** Runs a program to its end under GNU time. */
function measure(command: readonly string[]): Run {
  const report = path.join(FOLDER, "time.txt");
  execFileSync("/usr/bin/time", ["-f", "%e %U %S %M", "-o", report, ...command], { stdio: "ignore" });
  const [seconds, user, system, kilobytes] = readFileSync(report, "utf8").trim().split(" ").map(Number);
  return { seconds: seconds!, cpuSeconds: user! + system!, peakMegabytes: kilobytes! / 1024 };
}

/** Mean F1 over the labels. */
function macroF1(trueLabels: readonly string[], predicted: readonly string[]): number {
  const labels = [...new Set(trueLabels)];
  const f1Of = (label: string): number => {
    const nTrue = trueLabels.filter((other) => other === label).length;
    const nPredicted = predicted.filter((other) => other === label).length;
    const nBoth = trueLabels.filter((other, i) => other === label && predicted[i] === label).length;
    return (2 * nBoth) / (nTrue + nPredicted);
  };
  return labels.reduce((sum, label) => sum + f1Of(label), 0) / labels.length;
}

const round = (value: number): number => Number(value.toPrecision(4));
const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;

const [python, nRoundsText = "5"] = process.argv.slice(2);
if (python === undefined) throw new Error("name a Python interpreter with fasttext");
mkdirSync(FOLDER, { recursive: true });
const articles: LabeledArticle[] = [];
for await (const { article } of node.readArticles("../shared/data/ynat_train.csv")) articles.push(article);
const training = articles.filter((_, i) => i % KEPT_BACK_EVERY !== 0);
const keptBack = articles.filter((_, i) => i % KEPT_BACK_EVERY === 0);
const tokenizer = await assets.loadDefaultTokenizer();
const lineOf = (article: LabeledArticle): string => {
  const words = tokenizer.tokenize(library.toDocument(article)).map(({ surface }) => surface);
  return `__label__${article.label} ${words.join(" ")}\n`;
};
const file = (name: string): string => path.join(FOLDER, name);
const rows = training.map((article) => `${quote(library.toDocument(article))},${quote(article.label)}\n`);
writeFileSync(file("train.csv"), `title,label\n${rows.join("")}`);
writeFileSync(file("train.txt"), training.map(lineOf).join(""));
writeFileSync(file("test.txt"), keptBack.map(lineOf).join(""));

const peer = "bench/training/fasttext-peer.py";
const contenders = {
  newsclf: [
    process.execPath,
    "bin/newsclf.js",
    ...["train", file("train.csv"), "-o", file("ours.newsclf"), "--report", file("report"), "--workers", "2"],
  ],
  fasttext: [python, peer, "train", file("train.txt"), file("fasttext.bin")],
};
const runs = { newsclf: [] as Run[], fasttext: [] as Run[] };
const order = ["newsclf", "fasttext"] as const;
for (let i = 0; i < Number(nRoundsText); i++) {
  for (const name of i % 2 === 0 ? order : order.toReversed()) runs[name].push(measure(contenders[name]));
}

const trueLabels = keptBack.map(({ label }) => label);
const classifier = await library.Classifier.load(node.fromFile(file("ours.newsclf")));
const ours = keptBack.map((article) => classifier.classifyArticle(article)[0].label);
const theirs = execFileSync(python, [peer, "test", file("test.txt"), file("fasttext.bin")], { encoding: "utf8" });
const f1 = { newsclf: macroF1(trueLabels, ours), fasttext: macroF1(trueLabels, theirs.trim().split("\n")) };
const ratioOf = (pick: (run: Run) => number): number =>
  round(median(runs.newsclf.map((run, i) => pick(run) / pick(runs.fasttext[i]!))));
const results = {
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  cpu: cpus()[0]!.model,
  node: process.version,
  loadAverage: loadavg().map(round),
  nArticles: training.length,
  secondsRatio: ratioOf(({ seconds }) => seconds),
  cpuRatio: ratioOf(({ cpuSeconds }) => cpuSeconds),
  contenders: order.map((name) => ({
    name,
    seconds: round(median(runs[name].map(({ seconds }) => seconds))),
    minSeconds: round(Math.min(...runs[name].map(({ seconds }) => seconds))),
    maxSeconds: round(Math.max(...runs[name].map(({ seconds }) => seconds))),
    cpuSeconds: round(median(runs[name].map(({ cpuSeconds }) => cpuSeconds))),
    peakMegabytes: round(Math.max(...runs[name].map(({ peakMegabytes }) => peakMegabytes))),
    macroF1: round(f1[name]),
  })),
};
console.log(JSON.stringify(results, null, 2));
mkdirSync(path.dirname(RESULTS), { recursive: true });
writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
