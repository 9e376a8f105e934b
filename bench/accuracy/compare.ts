/**
 * How good the program's own defaults are, beside scikit-learn's LinearSVC on the same splits and the same morphemes:
 * accuracy, macro-F1, wall time and peak memory of training from CSV to model file. One process at a time.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/accuracy/compare.js PYTHON
 *
 * PYTHON is an interpreter with scikit-learn (pip install scikit-learn==1.9.1). Parts may be named behind it: sample,
 * headlines, ynat; without a name all run. Each writes its part of bench/results/accuracy.json; the splits hold texts of
 * publishers, so they go to a temporary folder, which is deleted. Needs GNU time as /usr/bin/time for the peak memory.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { openFile } from "../../src/io/files.js";
import { readArticles } from "../../src/io/read-articles.js";
import { isContentTag } from "../../src/morph/tags.js";
import { shuffleRows } from "../../src/nn/batch-order.js";
import { type LabeledArticle, toDocument } from "../../src/text/article.js";

const RESULTS = "bench/results/accuracy.json";
const NEWSCLF = "bin/newsclf.js";
const SAMPLE = "data/news.csv";
const YNAT = "../shared/data/ynat_train.csv";
const HEADLINES_TRAIN = "../shared/data/headlines_dev_train.csv";
const HEADLINES_TEST = "../shared/data/headlines_dev_test.csv";
const N_FOLDS = 5;
const FOLD_SEED = 1;
const SEEDS = [1, 2, 3];
const PEERS = ["unigrams", "rich"] as const;

interface Split {
  readonly train: string;
  readonly test: string;
  /** One training with each; without any, one with the program's default. */
  readonly seeds?: readonly number[];
}

interface Run {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly trainSeconds: number;
  readonly peakMegabytes: number;
  /** The peer's C and the time that its choice took, which is not in `trainSeconds`. */
  readonly c?: number;
  readonly searchSeconds?: number;
}

/** What one side did on all splits of a measurement. */
interface Contender {
  readonly name: string;
  readonly accuracy: Spread;
  readonly macroF1: Spread;
  readonly meanTrainSeconds: number;
  readonly maxPeakMegabytes: number;
  readonly runs: readonly Run[];
}

interface Spread {
  readonly mean: number;
  /** Of the sample, with n - 1; null for a single run. */
  readonly standardDeviation: number | null;
}

interface Timed {
  readonly seconds: number;
  readonly megabytes: number;
}

interface Evaluation {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly nDocuments: number;
}

interface PeerAnswer extends Evaluation {
  readonly version: string;
  readonly c: number;
  readonly searchSeconds: number;
  readonly trainSeconds: number;
  readonly peakMegabytes: number;
}

/** Runs a program to its end, its stdout into a file, and returns its wall time and peak resident set. */
function runTimed(folder: string, command: string, args: readonly string[], stdout: string): Timed {
  const timeFile = path.join(folder, "time.txt");
  const output = openSync(stdout, "w");
  execFileSync("/usr/bin/time", ["-f", "%e %M", "-o", timeFile, command, ...args], {
    stdio: ["ignore", output, "pipe"],
  });
  const [seconds, kilobytes] = readFileSync(timeFile, "utf8").trim().split(" ").map(Number);
  return { seconds: seconds!, megabytes: kilobytes! / 1024 };
}

async function readAll(csv: string): Promise<LabeledArticle[]> {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(openFile(csv))) articles.push(article);
  return articles;
}

function writeCsv(file: string, articles: readonly LabeledArticle[]): void {
  const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;
  const rows = articles.map(({ title, body, label }) => [title, body, label].map(quote).join(","));
  writeFileSync(file, `title,body,category\n${rows.join("\n")}\n`);
}

/** Cuts a corpus so that each label is spread evenly over the folds, in the order of one seeded shuffle. */
async function writeFolds(folder: string, csv: string): Promise<Split[]> {
  const articles = await readAll(csv);
  const order = new Uint32Array(articles.length);
  shuffleRows(order, FOLD_SEED, 0);
  const foldOf = new Uint8Array(articles.length);
  const nSeen = new Map<string, number>();
  for (const row of order) {
    const { label } = articles[row]!;
    const n = nSeen.get(label) ?? 0;
    foldOf[row] = n % N_FOLDS;
    nSeen.set(label, n + 1);
  }
  return Array.from({ length: N_FOLDS }, (_, fold) => {
    const train = path.join(folder, `train-${fold}.csv`);
    const test = path.join(folder, `test-${fold}.csv`);
    const isTest = (_: LabeledArticle, row: number) => foldOf[row] === fold;
    writeCsv(
      train,
      articles.filter((article, row) => !isTest(article, row)),
    );
    writeCsv(test, articles.filter(isTest));
    return { train, test };
  });
}

/** Trains and evaluates by the program's own commands, all options at their defaults but the seed. */
function runOurs(folder: string, { train, test }: Split, seed: number | undefined): Run & Evaluation {
  const model = path.join(folder, "model.newsclf");
  const report = path.join(folder, "report");
  const output = path.join(folder, "output.txt");
  const seedFlag = seed === undefined ? [] : ["--seed", String(seed)];
  const trained = runTimed(
    folder,
    process.execPath,
    [NEWSCLF, "train", train, "-o", model, "--report", report, ...seedFlag],
    output,
  );
  runTimed(folder, process.execPath, [NEWSCLF, "evaluate", model, test, "--format", "json"], output);
  const { accuracy, macroF1, nDocuments } = JSON.parse(readFileSync(output, "utf8")) as Evaluation;
  return { accuracy, macroF1, nDocuments, trainSeconds: trained.seconds, peakMegabytes: trained.megabytes };
}

/** Writes label, text and content morphemes of each document for the peer; returns what splitting the texts took. */
async function writeDocuments(folder: string, csv: string, target: string): Promise<Timed> {
  const articles = await readAll(csv);
  const documents = articles.map((article) => toDocument(article).replace("\n", " "));
  const texts = path.join(folder, "texts.txt");
  const tokens = path.join(folder, "tokens.jsonl");
  writeFileSync(texts, `${documents.join("\n")}\n`);
  const timed = runTimed(folder, process.execPath, [NEWSCLF, "tokenize", texts, "--format", "json"], tokens);
  const lines = readFileSync(tokens, "utf8").trimEnd().split("\n");
  if (lines.length !== documents.length) throw new Error(`${documents.length} texts, ${lines.length} lines of tokens`);
  const rows = lines.map((line, i) => {
    const content = (JSON.parse(line) as [string, string][]).filter(([, tag]) => isContentTag(tag));
    const terms = content.map(([surface, tag]) => `${surface.toLowerCase()}/${tag}`);
    return JSON.stringify({ label: articles[i]!.label, text: documents[i], terms });
  });
  writeFileSync(path.join(folder, target), `${rows.join("\n")}\n`);
  return timed;
}

function summarize(name: string, runs: readonly Run[]): Contender {
  return {
    name,
    accuracy: spread(runs.map(({ accuracy }) => accuracy)),
    macroF1: spread(runs.map(({ macroF1 }) => macroF1)),
    meanTrainSeconds: round(mean(runs.map(({ trainSeconds }) => trainSeconds))),
    maxPeakMegabytes: round(Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes))),
    runs,
  };
}

function spread(values: readonly number[]): Spread {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const standardDeviation = values.length > 1 ? round(Math.sqrt(squares / (values.length - 1))) : null;
  return { mean: round(center), standardDeviation };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const round = (value: number) => Number(value.toPrecision(4));

/** Measures all sides on each split, one after the other. */
async function measure(folder: string, python: string, splits: readonly Split[]): Promise<readonly Contender[]> {
  const runs = { newsclf: [] as Run[], unigrams: [] as Run[], rich: [] as Run[] };
  let version = "";
  for (const split of splits) {
    const tokenized = await writeDocuments(folder, split.train, "train.jsonl");
    await writeDocuments(folder, split.test, "test.jsonl");
    let nDocuments = 0;
    for (const seed of split.seeds ?? [undefined]) {
      const { nDocuments: nTested, ...run } = runOurs(folder, split, seed);
      nDocuments = nTested;
      runs.newsclf.push(run);
    }
    for (const peer of PEERS) {
      const answer = JSON.parse(
        execFileSync(python, ["bench/accuracy/linear-svc.py", folder, peer], { encoding: "utf8" }),
      ) as PeerAnswer;
      if (answer.nDocuments !== nDocuments) throw new Error(`${nDocuments} documents, ${peer}: ${answer.nDocuments}`);
      version = answer.version;
      runs[peer].push({
        accuracy: answer.accuracy,
        macroF1: answer.macroF1,
        // Its terms come from our tokenizer, so that is a part of its training.
        trainSeconds: round(tokenized.seconds + answer.trainSeconds),
        peakMegabytes: round(Math.max(tokenized.megabytes, answer.peakMegabytes)),
        c: answer.c,
        searchSeconds: answer.searchSeconds,
      });
    }
  }
  return [
    summarize("newsclf", runs.newsclf),
    ...PEERS.map((peer) => summarize(`scikit-learn ${version} LinearSVC, ${peer}`, runs[peer])),
  ];
}

const PARTS: Readonly<Record<string, (folder: string, python: string) => Promise<object>>> = {
  sample: async (folder, python) => ({
    dataSha256: hashOf([SAMPLE, YNAT]),
    folds: await measure(folder, python, await writeFolds(folder, SAMPLE)),
    ynat: await measure(folder, python, [{ train: SAMPLE, test: YNAT, seeds: SEEDS }]),
  }),
  headlines: async (folder, python) => ({
    dataSha256: hashOf([HEADLINES_TRAIN, HEADLINES_TEST]),
    test: await measure(folder, python, [{ train: HEADLINES_TRAIN, test: HEADLINES_TEST, seeds: SEEDS }]),
  }),
  ynat: async (folder, python) => ({
    dataSha256: hashOf([YNAT]),
    folds: await measure(folder, python, await writeFolds(folder, YNAT)),
  }),
};

function hashOf(files: readonly string[]): Record<string, string> {
  const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  return Object.fromEntries(files.map((file) => [path.basename(file), hash(file)]));
}

const [python, ...named] = process.argv.slice(2);
if (python === undefined) throw new Error("name a Python interpreter with scikit-learn");
for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`parts are ${Object.keys(PARTS).join(", ")}; got ${name}`);
  const folder = mkdtempSync(path.join(tmpdir(), "newsclf-accuracy-"));
  try {
    const measured = await part(folder, python);
    const results = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as object) : {};
    const setting = {
      commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
      cpu: cpus()[0]!.model,
      nCores: cpus().length,
      node: process.version,
      loadAverage: loadavg().map(round),
    };
    writeFileSync(RESULTS, `${JSON.stringify({ ...results, [name]: { ...setting, ...measured } }, null, 2)}\n`);
    console.log(JSON.stringify(measured, null, 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
