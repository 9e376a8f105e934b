/**
 * What `--clean news` does to accuracy: the same folds with and without it, and how many articles it touches.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/cleaning/compare.js [articles|ynat|headlines …]
 *
 * articles and ynat: 5-fold cross-validation, one seed for each fold. headlines: training on the older crawls, judged on its
 * own validation share (that is what the default is chosen by) for three seeds. Writes bench/results/cleaning.json.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { readArticles } from "../../src/io/read-articles.js";
import { shuffleRows } from "../../src/nn/batch-order.js";
import type { Cleaning } from "../../src/options/train-options.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { traceCleanNews } from "../../src/text/clean-news.js";
import { train } from "../../src/train.js";

const RESULTS = "bench/results/cleaning.json";
const FILES = { articles: "articles", ynat: "ynat_train", headlines: "headlines_dev_train" } as const;
const N_FOLDS = 5;
const FOLD_SEED = 1;
const SEEDS = [1, 2, 3];

interface Measurement {
  readonly nArticles: number;
  /** Articles of which something is taken out, and how often each rule did. */
  readonly nTouched: number;
  readonly byRule: Readonly<Record<string, number>>;
  /** Macro-F1 of each fold or seed. */
  readonly macroF1: Readonly<Record<Cleaning, readonly number[]>>;
}

async function readAll(name: string): Promise<LabeledArticle[]> {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(`../shared/data/${name}.csv`)) articles.push(article);
  return articles;
}

/** Macro-F1 on each fold, or on the validation share of each seed. */
async function measure(articles: readonly LabeledArticle[], isFolded: boolean, clean: Cleaning): Promise<number[]> {
  const scores: number[] = [];
  if (!isFolded) {
    for (const seed of SEEDS) {
      const { classifier, validation } = await train(articles, { seed, text: { clean } });
      scores.push(
        evaluate(
          classifier,
          validation.map(({ article }) => article),
        ).macroF1,
      );
    }
    return scores;
  }
  const order = Uint32Array.from(articles, (_, row) => row);
  shuffleRows(order, FOLD_SEED, 0);
  const foldOf = new Uint8Array(articles.length);
  for (const [place, row] of order.entries()) foldOf[row] = place % N_FOLDS;
  for (let fold = 0; fold < N_FOLDS; fold++) {
    const share = articles.filter((_, row) => foldOf[row] !== fold);
    const { classifier } = await train(share, { seed: fold + 1, text: { clean } });
    const test = articles.filter((_, row) => foldOf[row] === fold);
    scores.push(evaluate(classifier, test).macroF1);
  }
  return scores;
}

function count(articles: readonly LabeledArticle[]): Pick<Measurement, "nTouched" | "byRule"> {
  const byRule = new Map<string, number>();
  let nTouched = 0;
  for (const { title, body } of articles) {
    const removed = [...traceCleanNews(title).removed, ...traceCleanNews(body).removed];
    if (removed.length > 0) nTouched++;
    for (const { rule } of removed) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  }
  return { nTouched, byRule: Object.fromEntries([...byRule].sort(([, left], [, right]) => right - left)) };
}

const results = new Map<string, Measurement>(
  existsSync(RESULTS) ? Object.entries(JSON.parse(readFileSync(RESULTS, "utf8")) as Record<string, Measurement>) : [],
);
const asked = process.argv.slice(2);
for (const [name, file] of Object.entries(FILES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const articles = await readAll(file);
  const isFolded = name !== "headlines";
  const macroF1 = { none: await measure(articles, isFolded, "none"), news: await measure(articles, isFolded, "news") };
  results.set(name, { nArticles: articles.length, ...count(articles), macroF1 });
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(results), null, 2)}\n`);
  for (const [clean, scores] of Object.entries(macroF1)) {
    const mean = scores.reduce((total, score) => total + score, 0) / scores.length;
    process.stdout.write(
      `${name} ${clean}: macro-F1 ${mean.toFixed(4)} (${scores.map((s) => s.toFixed(4)).join(" ")})\n`,
    );
  }
}
