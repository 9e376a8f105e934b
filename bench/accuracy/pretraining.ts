/**
 * What pre-training on headlines without labels gives, where few headlines have labels: macro-F1 on later headlines.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/accuracy/pretraining.js
 *
 * Of ../shared/data/headlines_dev_train.csv a share drawn by the seed keeps its labels, the others lose them; the model, with all
 * defaults but the seed, is measured on headlines_dev_test.csv. Hyper-parameters were chosen within headlines_dev_train.csv.
 * Results are written after each run to bench/results/pretraining.json; those that are there are not made again.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { evaluate, type LabeledArticle, type TrainOptions, train } from "newsclf";
import { openFile, readArticles, WorkerTrainingThreads } from "newsclf/node";
import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";

const RESULTS = "bench/results/pretraining.json";
const SHARES = [0.01, 0.1, 1];
const SEEDS = [1, 2, 3, 4, 5];
/** None of the library's own. */
const STREAM = 1001;
const N_THREADS = 2;

interface Result {
  readonly share: number;
  readonly seed: number;
  readonly pretrain: "none" | "autoencoder";
  readonly nLabeled: number;
  readonly macroF1: number;
  readonly seconds: number;
}

async function read(file: string): Promise<readonly LabeledArticle[]> {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(openFile(`../shared/data/${file}`))) articles.push(article);
  return articles;
}

/** A random share of the articles, and the others, both in their order. */
function divide(articles: readonly LabeledArticle[], share: number, seed: number) {
  const random = new Philox().withKey(seed, STREAM);
  const draws = articles.map((_, i) => {
    random.generate(i, 0, 0, 0);
    return random.words[0]! * WORD_TO_UNIT;
  });
  const limit = [...draws].sort((a, b) => a - b)[Math.round(share * articles.length) - 1]!;
  return {
    labeled: articles.filter((_, i) => draws[i]! <= limit),
    others: articles.filter((_, i) => draws[i]! > limit),
  };
}

const given = await read("headlines_dev_train.csv");
const test = await read("headlines_dev_test.csv");
const results: Result[] = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : [];
for (const seed of SEEDS) {
  for (const share of SHARES) {
    for (const pretrain of ["none", "autoencoder"] as const) {
      if (results.some((done) => done.seed === seed && done.share === share && done.pretrain === pretrain)) continue;
      const { labeled, others } = divide(given, share, seed);
      const threads = new WorkerTrainingThreads(N_THREADS);
      const options: TrainOptions = { seed, pretrain, threads };
      const start = performance.now();
      const { classifier } = await train(labeled, {
        ...options,
        ...(pretrain === "none" ? {} : { unlabeled: others }),
      });
      const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
      await threads.close();
      const { macroF1 } = evaluate(classifier, test, { maxErrors: 0, maxExamples: 0, nReplicates: 0 });
      results.push({ share, seed, pretrain, nLabeled: labeled.length, macroF1, seconds });
      writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
      console.log(`seed ${seed}, share ${share}, ${pretrain}: macro-F1 ${macroF1.toFixed(4)}, ${seconds} s`);
    }
  }
}
