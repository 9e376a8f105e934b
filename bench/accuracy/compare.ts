/**
 * How good the program's own defaults are, beside the classifiers that people would use instead, on the same splits and
 * the same morphemes: accuracy, macro-F1, McNemar's test against the best of the others, time of training from texts to model
 * file, peak memory and size of the model.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/accuracy/compare.js PYTHON FOLDER [PART…] [PEER…]
 *
 * PYTHON is an interpreter with scikit-learn 1.9.1, torch 2.15.0 and fasttext-wheel 0.9.2. FOLDER keeps what each peer said, by the hash of its
 * texts and of its program, so that a second run measures ours alone; it holds no texts. Parts: headlines, ynat, articles,
 * bbc, sample; peers: LinearSVC, LogisticRegression, ComplementNB, MLPClassifier, PyTorch, fastText (natural takes part
 * beside them). Without a name of a kind all of it run. "peers" runs the peers only. Each part is written to bench/results/accuracy.json.
 * The splits hold texts of publishers, so they go to a temporary folder, which is deleted. Needs GNU time as
 * /usr/bin/time.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { mcnemarTest } from "../../src/comparison/mcnemar.js";
import { createEvaluator } from "../../src/evaluation/evaluator.js";
import { stratifiedFolds } from "../../src/folds.js";
import { readArticles } from "../../src/io/read-articles.js";
import { type LabeledArticle, toDocument } from "../../src/text/article.js";

// Compiled to dist/, where the dictionary is found from.
const distOf = (file: string): string => pathToFileURL(path.join("dist", file)).href;
const assets = (await import(distOf("io/assets.js"))) as typeof import("../../src/io/assets.js");
const terms = (await import(distOf("document-terms.js"))) as typeof import("../../src/document-terms.js");

const RESULTS = "bench/results/accuracy.json";
const NEWSCLF = "bin/newsclf.js";
const N_FOLDS = 5;
const FOLD_SEED = 1;
const SEEDS = [1, 2, 3, 4, 5];

/** natural's memory and time grow with documents times terms: more than these and it would not end. */
const MAX_NATURAL_DOCUMENTS = 1000;

const PYTHON_PEERS = ["LinearSVC", "LogisticRegression", "ComplementNB", "MLPClassifier", "PyTorch", "fastText"];
/** These find one answer whatever the seed. */
const SEEDLESS = ["LinearSVC", "LogisticRegression", "ComplementNB"];
const NATURAL_PEER = "natural Bayes";

interface Corpus {
  readonly train: string;
  /** Without it, folds of `train`. */
  readonly test?: string;
}

const PARTS: Readonly<Record<string, Corpus>> = {
  headlines: { train: "../shared/data/headlines_dev_train.csv", test: "../shared/data/headlines_dev_test.csv" },
  ynat: { train: "../shared/data/ynat_train.csv" },
  articles: { train: "../shared/data/articles.csv" },
  bbc: { train: "../shared/data/bbc_en.csv" },
  sample: { train: "data/news.csv" },
};

/** One training and its test. */
interface Split {
  readonly train: readonly LabeledArticle[];
  readonly test: readonly LabeledArticle[];
  readonly seed: number;
  /** Splits of one number have the same articles and differ in their seed. */
  readonly number: number;
}

/** What one contender said of one split, and what it cost. */
interface Answer {
  readonly predictions: readonly string[];
  readonly trainSeconds: number;
  readonly peakMegabytes: number;
  readonly modelBytes: number;
}

interface Tuning {
  readonly version: string;
  readonly validationMacroF1: number;
  readonly settings: object;
}

interface Contender {
  readonly name: string;
  readonly answers: readonly Answer[];
  readonly tuning?: Tuning;
}

interface Spread {
  readonly mean: number;
  /** Of the sample, with n - 1; null for a single run. */
  readonly standardDeviation: number | null;
}

async function readAll(csv: string): Promise<readonly LabeledArticle[]> {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(csv)) articles.push(article);
  return articles;
}

async function splitsOf({ train, test }: Corpus): Promise<readonly Split[]> {
  const articles = await readAll(train);
  if (test !== undefined) {
    const tested = await readAll(test);
    return SEEDS.map((seed) => ({ train: articles, test: tested, seed, number: 0 }));
  }
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const labelNumbers = Int32Array.from(articles, ({ label }) => labels.indexOf(label));
  const pick = (rows: Uint32Array) => Array.from(rows, (row) => articles[row]!);
  return stratifiedFolds(labelNumbers, N_FOLDS, FOLD_SEED).map((fold, number) => ({
    train: pick(fold.train),
    test: pick(fold.test),
    seed: SEEDS[number]!,
    number,
  }));
}

function writeCsv(file: string, articles: readonly LabeledArticle[]): void {
  const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;
  const rows = articles.map(({ title, body, label }) => [title, body, label].map(quote).join(","));
  writeFileSync(file, `title,body,category\n${rows.join("\n")}\n`);
}

/** Trains and classifies by the program's own commands, all options at their defaults but the seed. */
function runOurs(folder: string, { train, test, seed }: Split, flags: readonly string[]): Answer {
  const file = (name: string) => path.join(folder, name);
  writeCsv(file("train.csv"), train);
  writeCsv(file("test.csv"), test);
  const time = file("time.txt");
  const model = file("model.newsclf");
  const args = ["train", file("train.csv"), "-o", model, "--seed", String(seed), ...flags];
  execFileSync("/usr/bin/time", ["-f", "%e %M", "-o", time, process.execPath, NEWSCLF, ...args], { stdio: "ignore" });
  const [seconds, kilobytes] = readFileSync(time, "utf8").trim().split(" ").map(Number);
  const args2 = ["classify", "-m", model, file("test.csv"), "--format", "json"];
  const lines = execFileSync(process.execPath, [NEWSCLF, ...args2], { encoding: "utf8", maxBuffer: 1 << 30 });
  return {
    predictions: lines
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { label: string }).label),
    trainSeconds: seconds!,
    peakMegabytes: kilobytes! / 1024,
    modelBytes: statSync(model).size,
  };
}

type TermsOf = (document: string) => readonly string[];

/** Writes label, text and terms of each article: content morphemes without stop words, English words as their stems. */
function writeDocuments(file: string, articles: readonly LabeledArticle[], termsOf: TermsOf): void {
  const rows = articles.map((article) => {
    const text = toDocument(article).replaceAll("\n", " ");
    return JSON.stringify({ label: article.label, text, terms: termsOf(text) });
  });
  writeFileSync(file, `${rows.join("\n")}\n`);
}

const hashOf = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** Runs the peers on the splits, or returns what they said before. */
function runPeers(
  python: string,
  pythonPeers: readonly string[],
  cache: string,
  splits: readonly Split[],
  termsOf: TermsOf,
): readonly Contender[] {
  const folder = mkdtempSync(path.join(tmpdir(), "newsclf-peers-"));
  const answers = new Map<string, Answer[]>();
  const tunings = new Map<string, Tuning>();
  try {
    let written = -1;
    let key = "";
    let tokenizeSeconds = 0;
    const remember = <T>(program: string, args: readonly string[], make: () => T): T => {
      const kept = path.join(cache, `${hashOf(readFileSync(program), key, JSON.stringify(args)).slice(0, 24)}.json`);
      if (!existsSync(kept)) writeFileSync(kept, JSON.stringify(make()));
      return JSON.parse(readFileSync(kept, "utf8")) as T;
    };
    const answerOf = (command: string, args: readonly string[]): Answer => {
      const output = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
      const figures = JSON.parse(output) as Omit<Answer, "predictions">;
      const predictions = JSON.parse(readFileSync(path.join(folder, "predictions.json"), "utf8")) as string[];
      return { ...figures, trainSeconds: figures.trainSeconds + tokenizeSeconds, predictions };
    };
    for (const { train, test, seed, number } of splits) {
      if (number !== written) {
        const start = performance.now();
        writeDocuments(path.join(folder, "train.jsonl"), train, termsOf);
        // The peers' terms come from our tokenizer, so that is a part of their training.
        tokenizeSeconds = (performance.now() - start) / 1000;
        writeDocuments(path.join(folder, "test.jsonl"), test, termsOf);
        key = hashOf(...["train.jsonl", "test.jsonl"].map((name) => readFileSync(path.join(folder, name))));
        written = number;
      }
      for (const peer of pythonPeers) {
        const isRepeated = SEEDLESS.includes(peer) && answers.has(peer) && number === 0;
        if (isRepeated) continue;
        console.error(new Date().toISOString(), peer, "split", number, "seed", seed);
        const program = "bench/accuracy/peers.py";
        // Chosen once, on the first split: other folds' test articles may be among those it was chosen on.
        const tuning =
          tunings.get(peer) ??
          remember(program, ["tune", peer], () => {
            return JSON.parse(execFileSync(python, [program, "tune", folder, peer], { encoding: "utf8" })) as Tuning;
          });
        tunings.set(peer, tuning);
        const args = [peer, String(seed), JSON.stringify(tuning.settings)];
        const answer = remember(program, args, () => answerOf(python, [program, "run", folder, ...args]));
        answers.set(peer, [...(answers.get(peer) ?? []), answer]);
      }
      if (train.length > MAX_NATURAL_DOCUMENTS) continue;
      const program = path.join("build", "bench", "accuracy", "natural-peer.js");
      const answer = remember(program, [], () => answerOf(process.execPath, [program, folder]));
      answers.set(NATURAL_PEER, [...(answers.get(NATURAL_PEER) ?? []), answer]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return Array.from(answers, ([name, given]) => {
    const tuning = tunings.get(name);
    return { name, answers: given, ...(tuning && { tuning }) };
  });
}

function scoresOf(predictions: readonly string[], articles: readonly LabeledArticle[]): [number, number] {
  if (predictions.length !== articles.length)
    throw new Error(`${articles.length} articles, ${predictions.length} labels`);
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const evaluator = createEvaluator(labels);
  for (const [i, article] of articles.entries()) {
    evaluator.add(article.label, [{ label: predictions[i]!, score: 1 }], article);
  }
  const { accuracy, macroF1 } = evaluator.finish();
  return [accuracy, macroF1];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number) => Number(value.toPrecision(4));

function spread(values: readonly number[]): Spread {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const standardDeviation = values.length > 1 ? round(Math.sqrt(squares / (values.length - 1))) : null;
  return { mean: round(center), standardDeviation };
}

function summarize({ name, answers, tuning }: Contender, splits: readonly Split[]) {
  const scores = answers.map(({ predictions }, i) => scoresOf(predictions, splits[i]!.test));
  return {
    name,
    ...tuning,
    accuracy: spread(scores.map(([accuracy]) => accuracy)),
    macroF1: spread(scores.map(([, macroF1]) => macroF1)),
    meanTrainSeconds: round(mean(answers.map(({ trainSeconds }) => trainSeconds))),
    maxPeakMegabytes: round(Math.max(...answers.map(({ peakMegabytes }) => peakMegabytes))),
    meanModelMegabytes: round(mean(answers.map(({ modelBytes }) => modelBytes)) / 1e6),
    macroF1s: scores.map(([, macroF1]) => round(macroF1)),
  };
}

/** Articles that only one of two contenders has right: over all folds, or with the first seed of one split. */
function compare(ours: Contender, peer: Contender, splits: readonly Split[]) {
  let onlyOurs = 0;
  let onlyPeer = 0;
  for (const [i, { test, number }] of splits.entries()) {
    if (i > 0 && number === 0) break;
    for (const [k, { label }] of test.entries()) {
      const isOurs = ours.answers[i]!.predictions[k] === label;
      const isPeer = peer.answers[i]!.predictions[k] === label;
      if (isOurs && !isPeer) onlyOurs++;
      if (isPeer && !isOurs) onlyPeer++;
    }
  }
  return { peer: peer.name, onlyOurs, onlyPeer, pValue: mcnemarTest(onlyOurs, onlyPeer).pValue };
}

const OURS: Readonly<Record<string, readonly string[]>> = { newsclf: [] };

const [python, cache, ...named] = process.argv.slice(2);
if (python === undefined || cache === undefined) throw new Error("name a Python interpreter and a folder for answers");
mkdirSync(cache, { recursive: true });
const peersOnly = named.includes("peers");
const namedPeers = PYTHON_PEERS.filter((peer) => named.includes(peer));
const pythonPeers = namedPeers.length > 0 ? namedPeers : PYTHON_PEERS;
const parts = named.filter((name) => name !== "peers" && !PYTHON_PEERS.includes(name));
const tokenizer = await assets.loadDefaultTokenizer();
const termsOf = terms.createDocumentTerms(tokenizer, { charNgrams: false, ngramRange: [1, 1] });
for (const name of parts.length > 0 ? parts : Object.keys(PARTS)) {
  const corpus = PARTS[name];
  if (corpus === undefined) throw new Error(`parts are ${Object.keys(PARTS).join(", ")}; got ${name}`);
  const splits = await splitsOf(corpus);
  const peers = runPeers(python, pythonPeers, cache, splits, termsOf);
  const scored = peers.map((peer) => summarize(peer, splits));
  if (peersOnly) {
    console.log(JSON.stringify({ name, peers: scored }, null, 1));
    continue;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "newsclf-accuracy-"));
  try {
    const ours = Object.entries(OURS).map(([title, flags]) => ({
      name: title,
      answers: splits.map((split) => runOurs(folder, split, flags)),
    }));
    const best = scored.reduce((left, right) => (right.macroF1.mean > left.macroF1.mean ? right : left));
    const bestPeer = peers.find((peer) => peer.name === best.name)!;
    const part = {
      commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
      cpu: cpus()[0]!.model,
      nCores: cpus().length,
      node: process.version,
      loadAverage: loadavg().map(round),
      dataSha256: Object.fromEntries(
        Object.values(corpus).map((file: string) => [path.basename(file), hashOf(readFileSync(file))]),
      ),
      contenders: [...ours.map((contender) => summarize(contender, splits)), ...scored],
      mcnemar: ours.map((contender) => ({ name: contender.name, ...compare(contender, bestPeer, splits) })),
    };
    const results = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as object) : {};
    writeFileSync(RESULTS, `${JSON.stringify({ ...results, [name]: part }, null, 2)}\n`);
    console.log(JSON.stringify(part, null, 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
