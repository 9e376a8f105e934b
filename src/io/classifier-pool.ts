/** Classification over worker threads that share one dictionary. */

import type { Classifier, Prediction, Predictions } from "../classifier.js";
import { MecabTokenizer } from "../morph/mecab-tokenizer.js";
import { checkMethod } from "../options/check-argument.js";
import type { Article, Label } from "../text/article.js";
import type { ClassificationInit, ClassificationRequest, PackedPredictions } from "./classification-worker.js";
import { groupReady } from "./group-ready.js";
import { ThreadPool } from "./thread-pool.js";
import { shareTokenizer } from "./tokenizer-share.js";
import { WorkerThread } from "./worker-threads.js";

/** Compiled, also when this file is not: the same two levels up from src/io and from dist/io. */
const WORKER_URL = new URL("../../dist/io/classification-worker.js", import.meta.url);

/** Units, documents counted as below, that the calling thread works through before it starts workers, each of which decodes the model. */
const UNITS_BEFORE_WORKERS = 250_000;

/** UTF-16 units in a group: some 10 ms of work, so that the way between threads hardly counts. */
const GROUP_UNITS = 32_768;
/** A document takes as much time beside its analysis as so many units. */
const UNITS_PER_DOCUMENT = 128;

/** A record, which may be one without an article, with its article's predictions. */
export type ClassifiedRecord<R> = R extends null
  ? { readonly record: null; readonly predictions: null }
  : { readonly record: R; readonly predictions: Predictions };

/**
 * Labels streams of articles. The first are labelled in the calling thread; if more come than that is quick for, workers
 * are started. Results come in the order of the records, and are the same for any number of workers; one stream at a time.
 */
export class ClassifierPool {
  readonly #classifier: Classifier;
  readonly #threads: ThreadPool<ClassificationRequest, PackedPredictions>;

  /**
   * @param classifier for the calling thread; workers get its model and dictionary
   * @param nWorkers threads beside the calling one, which reads and writes; 1 for the calling one alone, which is all
   * that a classifier with a tokenizer of the caller's own can have. One per processor, 8 at most, when left out
   * @param unitsBeforeWorkers UTF-16 units that the calling thread works through itself at first, 128 more for each document; 0 leaves all to them
   * @throws {OptionError} when the classifier is none, or nWorkers not an integer in [1, 64]
   */
  constructor(classifier: Classifier, nWorkers?: number, unitsBeforeWorkers: number = UNITS_BEFORE_WORKERS) {
    checkMethod("classifier", classifier, "classifyArticle", "a Classifier");
    const { tokenizer } = classifier;
    this.#classifier = classifier;
    this.#threads = new ThreadPool({
      nWorkers: tokenizer instanceof MecabTokenizer ? nWorkers : 1,
      unitsBeforeWorkers,
      prepare: async () => {
        const init: ClassificationInit = {
          tokenizer: await shareTokenizer(tokenizer as MecabTokenizer),
          model: classifier.toBytes(),
        };
        return (place) => new WorkerThread(`classifier ${place + 1}`, WORKER_URL, init);
      },
    });
  }

  /** Worker threads running now. */
  get nRunning(): number {
    return this.#threads.nRunning;
  }

  /**
   * Yields each record with what `classifyArticle` says of its article; null for null.
   * @param options.topK labels per article, best first; an integer ≥ 1
   * @throws {OptionError} when `topK` is not an integer ≥ 1
   * @throws {WorkerError} when a worker fails
   */
  async *classify<R extends { readonly article: Article } | null>(
    records: AsyncIterable<R>,
    { topK }: { readonly topK: number },
  ): AsyncGenerator<ClassifiedRecord<R>, void> {
    const { labels } = this.#classifier;
    const nBest = Math.min(topK, labels.length);
    // Results come in the order of the groups.
    const open: (readonly R[])[] = [];
    const groups = keep(groupReady(records, costOf, GROUP_UNITS), open);
    const results = this.#threads.map<readonly R[], readonly Predictions[]>(groups, {
      sizeOf: (group) => group.reduce((total, record) => total + costOf(record), 0),
      here: (group) => articlesOf(group).map((article) => this.#classifier.classifyArticle(article, { topK })),
      toRequest: (group) => ({ articles: articlesOf(group), topK: nBest }),
      fromResponse: (packed) => unpack(packed, labels, nBest),
    });
    for await (const result of results) {
      const predicted = result.values();
      for (const record of open.shift() as readonly R[]) {
        const predictions = record === null ? null : predicted.next().value;
        yield { record, predictions } as ClassifiedRecord<R>;
      }
    }
  }

  /** Ends the workers; a later stream starts others. */
  close(): Promise<void> {
    return this.#threads.close();
  }
}

async function* keep<T>(items: AsyncIterable<T>, kept: T[]): AsyncGenerator<T, void> {
  for await (const item of items) {
    kept.push(item);
    yield item;
  }
}

function articlesOf(records: readonly ({ readonly article: Article } | null)[]): Article[] {
  return records.flatMap((record) => (record === null ? [] : [record.article]));
}

/** In units of text. */
function costOf(record: { readonly article: Article } | null): number {
  return UNITS_PER_DOCUMENT + (record === null ? 0 : record.article.title.length + record.article.body.length);
}

function unpack({ labels, scores }: PackedPredictions, names: readonly Label[], topK: number): readonly Predictions[] {
  const predictions: Prediction[] = Array.from(labels, (label, place) => ({
    label: names[label] as Label,
    score: scores[place] as number,
  }));
  return Array.from(
    { length: predictions.length / topK },
    (_, i) => predictions.slice(i * topK, (i + 1) * topK) as unknown as Predictions,
  );
}
