/**
 * What `newsclf tune` gains on articles that the search has not seen: each outer fold is kept out, the rest is searched with a
 * budget, and the options found and the defaults are both trained on the rest and tried on the fold.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/accuracy/tune.js SECONDS FILE...
 *
 * The budget is counted in seconds of the process's CPU, one thread: on a free machine that is what a clock shows. Writes
 * bench/results/tune.json, anew after each fold.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { stratifiedFolds } from "../../src/folds.js";
import { readArticles } from "../../src/io/read-articles.js";
import type { TrainingSettings } from "../../src/options/train-options.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { train } from "../../src/train.js";
import { tune } from "../../src/tuning/tune.js";

const RESULTS = "bench/results/tune.json";
const N_OUTER_FOLDS = 5;
const SEED = 1;
const LOOK_MS = 100;

interface OuterFold {
  readonly file: string;
  readonly fold: number;
  readonly nTrainings: number;
  readonly nChoices: number;
  readonly settings: TrainingSettings;
  readonly expectedGain: number | null;
  /** The gain that is expected of the most hopeful choice, whether it was taken or not, and its standard deviation. */
  readonly highestGain: number | null;
  readonly highestGainStandardDeviation: number | null;
  readonly defaultMacroF1: number;
  readonly tunedMacroF1: number;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function scoreOf(
  settings: TrainingSettings,
  articles: readonly LabeledArticle[],
  test: readonly LabeledArticle[],
): Promise<number> {
  const { classifier } = await train(articles, settings);
  return evaluate(classifier, test, { nReplicates: 0 }).macroF1;
}

async function tryFold(
  file: string,
  fold: number,
  articles: readonly LabeledArticle[],
  test: readonly LabeledArticle[],
  budgetSeconds: number,
): Promise<OuterFold> {
  const ending = new AbortController();
  const start = cpuSeconds();
  const clock = setInterval(() => {
    if (cpuSeconds() - start > budgetSeconds) ending.abort();
  }, LOOK_MS);
  const { best, trials, nTrainings } = await tune(articles, { signal: ending.signal }).finally(() =>
    clearInterval(clock),
  );
  const settings = best?.settings ?? {};
  return {
    file: path.basename(file),
    fold,
    nTrainings,
    nChoices: trials.length,
    settings,
    expectedGain: best?.gain ?? null,
    highestGain: trials[0]?.gain ?? null,
    highestGainStandardDeviation: trials[0]?.gainStandardDeviation ?? null,
    defaultMacroF1: await scoreOf({}, articles, test),
    tunedMacroF1: await scoreOf(settings, articles, test),
  };
}

const [budget = "", ...files] = process.argv.slice(2);
const done: OuterFold[] = [];
mkdirSync(path.dirname(RESULTS), { recursive: true });
for (const file of files) {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles([file])) articles.push(article);
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const numbers = Int32Array.from(articles, ({ label }) => labels.indexOf(label));
  const folds = stratifiedFolds(numbers, N_OUTER_FOLDS, SEED);
  for (const [fold, { train: trainRows, test: testRows }] of folds.entries()) {
    const pick = (rows: Uint32Array) => Array.from(rows, (row) => articles[row] as LabeledArticle);
    const result = await tryFold(file, fold, pick(trainRows), pick(testRows), Number(budget));
    done.push(result);
    const points = 100 * (result.tunedMacroF1 - result.defaultMacroF1);
    console.log(`${result.file} fold ${fold}: ${points.toFixed(2)} points after ${result.nTrainings} trainings`);
    const machine = { cpu: cpus()[0]?.model ?? "", node: process.version, date: new Date().toISOString().slice(0, 10) };
    writeFileSync(RESULTS, `${JSON.stringify({ machine, budgetSeconds: Number(budget), folds: done }, null, 2)}\n`);
  }
}
