/**
 * natural's BayesClassifier for bench/accuracy/compare.ts, which starts this program:
 *
 *   node build/bench/accuracy/natural-peer.js FOLDER
 *
 * Reads train.jsonl and test.jsonl as peers.py does and learns from the terms alone: natural has neither tf-idf nor n-grams
 * for its classifiers. Nothing is to be tuned but the smoothing, which stays at natural's own 1. Its
 * LogisticRegressionClassifier is left out: on 880 articles it was not done after 5 minutes of processor time and held 2.6 GB.
 * Prints what peers.py prints.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

interface NaturalClassifier {
  addDocument(terms: readonly string[], label: string): void;
  train(): void;
  classify(terms: readonly string[]): string;
}

interface Row {
  readonly label: string;
  readonly terms: readonly string[];
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder of the split");

// One file of the package: the whole would load clients of data bases and print to stdout.
const require = createRequire(path.resolve("package.json"));
const Classifier = require("natural/lib/natural/classifiers/bayes_classifier") as new () => NaturalClassifier;

function read(name: string): readonly Row[] {
  const lines = readFileSync(path.join(folder as string, name), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Row);
}

const start = performance.now();
const classifier = new Classifier();
for (const { terms, label } of read("train.jsonl")) classifier.addDocument(terms, label);
classifier.train();
const model = path.join(folder, "peer.model");
const bytes = Buffer.from(JSON.stringify(classifier));
writeFileSync(model, bytes);
const trainSeconds = (performance.now() - start) / 1000;
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
const predictions = read("test.jsonl").map(({ terms }) => classifier.classify(terms));
writeFileSync(path.join(folder, "predictions.json"), JSON.stringify(predictions));
console.log(JSON.stringify({ trainSeconds, peakMegabytes, modelBytes: bytes.length }));
