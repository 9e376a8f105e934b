/** What the benches of learning with few labels share. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Article, type Classifier, evaluate, type LabeledArticle, type TrainOptions, train } from "newsclf";
import { openFile, readArticles, WorkerTrainingThreads } from "newsclf/node";
import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";

export const TRAINING_PATH = "../shared/data/headlines_dev_train.csv";
export const TEST_PATH = "../shared/data/headlines_dev_test.csv";

export const SHARES = [0.01, 0.1, 1];
export const SEEDS = [1, 2, 3, 4, 5];
/** None of the library's own. */
const STREAM = 1001;
const N_THREADS = 2;

export async function readAll(path: string): Promise<readonly LabeledArticle[]> {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(openFile(path))) articles.push(article);
  return articles;
}

/** A random share of the articles, and the others, both in their order. */
export function divide(articles: readonly LabeledArticle[], share: number, seed: number) {
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

/** A classifier, and the seconds that its training took by the clock. */
export async function trainTimed(
  labeled: readonly LabeledArticle[],
  options: TrainOptions,
  unlabeled: readonly Article[] | null,
): Promise<{ readonly classifier: Classifier; readonly seconds: number }> {
  const threads = new WorkerTrainingThreads(N_THREADS);
  const start = performance.now();
  const { classifier } = await train(labeled, { ...options, threads, ...(unlabeled === null ? {} : { unlabeled }) });
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  await threads.close();
  return { classifier, seconds };
}

export interface Scores {
  readonly macroF1: number;
  readonly expectedCalibrationError: number;
}

export function scoresOf(classifier: Classifier, articles: readonly LabeledArticle[]): Scores {
  const { macroF1, reliability } = evaluate(classifier, articles, { maxErrors: 0, maxExamples: 0, nReplicates: 0 });
  return { macroF1, expectedCalibrationError: reliability.expectedCalibrationError };
}

/** Results that are written down one by one, so that those that are there need not be made again. */
export class Results<R extends object> {
  readonly #path: string | null;
  readonly #all: R[];

  /** @param path a JSON file; null to forget them */
  constructor(path: string | null) {
    this.#path = path;
    this.#all = path !== null && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  }

  /** Whether there is one with these values. */
  has(wanted: Partial<R>): boolean {
    const names = Object.keys(wanted) as (keyof R)[];
    return this.#all.some((result) => names.every((name) => result[name] === wanted[name]));
  }

  add(result: R): void {
    this.#all.push(result);
    if (this.#path !== null) writeFileSync(this.#path, `${JSON.stringify(this.#all, null, 2)}\n`);
    console.log(JSON.stringify(result));
  }
}
