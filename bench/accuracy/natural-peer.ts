/**
 * natural's classifiers for bench/accuracy/compare.ts, which starts this program:
 *
 *   node build/bench/accuracy/natural-peer.js FOLDER bayes|logistic
 *
 * Reads train.jsonl and test.jsonl as peers.py does and learns from the terms alone: natural has neither tf-idf nor n-grams
 * for its classifiers. Nothing is to be tuned but Bayes' smoothing, which stays at natural's own 1. Prints what peers.py prints.
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

const [folder, kind] = process.argv.slice(2);
if (folder === undefined || (kind !== "bayes" && kind !== "logistic")) throw new Error("FOLDER bayes|logistic");

// Two files of the package: the whole would load clients of data bases and print to stdout.
const require = createRequire(path.resolve("package.json"));
const file = kind === "bayes" ? "bayes_classifier" : "logistic_regression_classifier";
const Classifier = require(`natural/lib/natural/classifiers/${file}`) as new () => NaturalClassifier;

function read(name: string): readonly Row[] {
  const lines = readFileSync(path.join(folder!, name), "utf8").trimEnd().split("\n");
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
