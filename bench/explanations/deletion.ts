/**
 * Whether explanations name what matters: how many labels change when the three terms, or words, of greatest contribution are
 * cut out of a text, against three drawn at random. A tenth of each corpus is kept back and explained; the rest trains a
 * model with the program's defaults. Also how exact and how quick the explanations are.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/explanations/deletion.js
 *
 * Writes bench/results/explanations.json. Needs the corpora in ../shared.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import type { Classifier } from "../../src/classifier.js";
import type { Explanation } from "../../src/explanation/explain.js";
import { readArticles } from "../../src/io/read-articles.js";
import { ATTRIBUTION_METHODS, type AttributionMethod } from "../../src/nn/attribution.js";
import { shuffleRows } from "../../src/nn/batch-order.js";
import { stratifiedSplit } from "../../src/stratified-split.js";
import type { LabeledArticle } from "../../src/text/article.js";
import type { TextRange } from "../../src/text/trace-document.js";
import { train } from "../../src/train.js";

const RESULTS = "bench/results/explanations.json";
const CORPORA = ["articles", "headlines_dev_train", "ynat_train", "bbc_en"];
const SEEDS = [1, 2, 3];
const HELD_BACK = 0.1;
const MAX_TEXTS = 1000;
const N_CUT = 3;

async function readAll(csv: string): Promise<LabeledArticle[]> {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(csv)) articles.push(article);
  return articles;
}

/** The text without the characters of the ranges. */
function cut(text: string, ranges: readonly TextRange[]): string {
  const kept = [...text.split("")];
  for (const { start, end } of ranges) kept.fill("", start, end);
  return kept.join("");
}

/** Three of a list, drawn by a seed of their own for each text. */
function drawn<T>(list: readonly T[], seed: number, text: number): readonly T[] {
  const order = new Uint32Array(list.length);
  shuffleRows(order, seed, text);
  return Array.from(order.subarray(0, N_CUT), (place) => list[place]!);
}

interface Parts {
  readonly terms: readonly (readonly TextRange[])[];
  readonly words: readonly (readonly TextRange[])[];
}

/** Ranges of all terms and words; first those that speak most for the label. */
function partsOf({ terms, words }: Explanation): Parts {
  const falling = (left: { contribution: number }, right: { contribution: number }) =>
    right.contribution - left.contribution;
  return {
    terms: [...terms].sort(falling).map(({ ranges }) => ranges),
    words: [...words].sort(falling).map((word) => [word]),
  };
}

interface Tally {
  nTexts: number;
  readonly flips: { topTerms: number; randomTerms: number; topWords: number; randomWords: number };
  greatestGap: number;
  readonly microseconds: number[];
}

function explainAll(classifier: Classifier, texts: readonly string[], method: AttributionMethod, seed: number): Tally {
  const flips = { topTerms: 0, randomTerms: 0, topWords: 0, randomWords: 0 };
  const tally: Tally = { nTexts: 0, flips, greatestGap: 0, microseconds: [] };
  for (const [number, text] of texts.entries()) {
    const begin = performance.now();
    const explanation = classifier.explain(text, undefined, { method });
    tally.microseconds.push((performance.now() - begin) * 1000);
    const { label, logOdds, constant, terms } = explanation;
    const sum = terms.reduce((total, { contribution }) => total + contribution, constant);
    const size = Math.max(Math.abs(logOdds), Math.abs(constant));
    tally.greatestGap = Math.max(tally.greatestGap, Math.abs(sum - logOdds) / size);
    const isFlipped = (ranges: readonly (readonly TextRange[])[]) =>
      classifier.classify(cut(text, ranges.flat()))[0].label !== label;
    const parts = partsOf(explanation);
    tally.nTexts++;
    flips.topTerms += Number(isFlipped(parts.terms.slice(0, N_CUT)));
    flips.topWords += Number(isFlipped(parts.words.slice(0, N_CUT)));
    flips.randomTerms += Number(isFlipped(drawn(parts.terms, seed, number)));
    flips.randomWords += Number(isFlipped(drawn(parts.words, seed, number)));
  }
  return tally;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const round = (value: number) => Number(value.toPrecision(4));

/** Mean and standard deviation (n - 1) over the seeds. */
function spread(values: readonly number[]): { readonly mean: number; readonly standardDeviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: round(mean), standardDeviation: round(Math.sqrt(squares / (values.length - 1))) };
}

async function measure(csv: string): Promise<object> {
  const articles = await readAll(csv);
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const labelNumbers = Int32Array.from(articles, ({ label }) => labels.indexOf(label));
  const tallies: Record<AttributionMethod, Tally[]> = { "active-units": [], "integrated-gradients": [] };
  for (const seed of SEEDS) {
    const split = stratifiedSplit(labelNumbers, labels.length, HELD_BACK, seed);
    const { classifier } = await train(
      Array.from(split.train, (row) => articles[row]!),
      { seed },
    );
    const texts = Array.from(split.validation, (row) => articles[row]!.body).slice(0, MAX_TEXTS);
    for (const method of ATTRIBUTION_METHODS) tallies[method].push(explainAll(classifier, texts, method, seed));
  }
  return Object.fromEntries(
    ATTRIBUTION_METHODS.map((method) => {
      const runs = tallies[method];
      const share = (name: keyof Tally["flips"]) => spread(runs.map(({ flips, nTexts }) => flips[name] / nTexts));
      return [
        method,
        {
          nTexts: runs.map(({ nTexts }) => nTexts),
          flipped: {
            topTerms: share("topTerms"),
            randomTerms: share("randomTerms"),
            topWords: share("topWords"),
            randomWords: share("randomWords"),
          },
          greatestGapOfTheSum: round(Math.max(...runs.map(({ greatestGap }) => greatestGap))),
          medianMicroseconds: round(median(runs.flatMap(({ microseconds }) => microseconds))),
        },
      ];
    }),
  );
}

const corpora: Record<string, object> = {};
for (const name of CORPORA) {
  const csv = `../shared/data/${name}.csv`;
  const hash = createHash("sha256").update(readFileSync(csv)).digest("hex");
  corpora[name] = { file: path.basename(csv), sha256: hash, ...(await measure(csv)) };
  console.log(name, JSON.stringify(corpora[name], null, 2));
}
const setting = {
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  cpu: cpus()[0]!.model,
  nCores: cpus().length,
  node: process.version,
  loadAverage: loadavg().map(round),
};
writeFileSync(RESULTS, `${JSON.stringify({ ...setting, seeds: SEEDS, corpora }, null, 2)}\n`);
