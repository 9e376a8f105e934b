/** Analysis over worker threads that share one dictionary. */

import { OptionError } from "../errors.js";
import type { TermBatch } from "../features/term-log.js";
import { shareDictionary } from "../kernels/wasm-viterbi.js";
import type { MecabTokenizer } from "../morph/mecab-tokenizer.js";
import { TokenLayout, type TokenLayoutName } from "../morph/token-layout.js";
import type { Resolved } from "../options/resolve-options.js";
import type { TermOptions } from "../options/train-options.js";
import { createGroupAnalyzer, type DocumentAnalyzerFactory } from "../training/document-analyzer.js";
import type { AnalysisInit, AnalysisRequest, AnalysisResponse } from "./analysis-worker.js";
import { readViterbiModule } from "./kernel-files.js";
import { countProcessors, mapInOrder, WorkerThread } from "./worker-threads.js";

/** Compiled, also when this file is not: the same two levels up from src/io and from dist/io. */
const WORKER_URL = new URL("../../dist/io/analysis-worker.js", import.meta.url);

/** More threads than this wait for the one that reads and writes. */
const MAX_DEFAULT_WORKERS = 8;

/**
 * UTF-16 units that the calling thread works through before it starts workers: their start takes as long as the
 * analysis of some 500,000 units (2026-11-23, Node 20.20), so that smaller inputs would wait for nothing.
 */
const UNITS_BEFORE_WORKERS = 500_000;

/** Numbering of the calling thread; those of the workers follow. */
const OWN_NUMBERING = 0;

/**
 * Analyses streams of texts. The first texts are analysed in the calling thread; if more come than that is quick for,
 * workers are started. Results come in the order of the texts, and are the same for any number of workers; one at a time.
 */
export class AnalyzerPool {
  readonly #tokenizer: MecabTokenizer;
  readonly #nWorkers: number;
  readonly #unitsBeforeWorkers: number;
  #workers: readonly WorkerThread<AnalysisRequest, AnalysisResponse>[] | null = null;
  #nRuns = 0;

  /**
   * @param tokenizer for the calling thread; workers get its dictionary, user words included
   * @param nWorkers threads beside the calling one, which reads and writes; 1 for the calling one alone. One per
   * processor, 8 at most, when left out
   * @param unitsBeforeWorkers UTF-16 units that the calling thread analyses itself at first
   * @throws {OptionError} when nWorkers is not an integer ≥ 1
   */
  constructor(
    tokenizer: MecabTokenizer,
    nWorkers: number = Math.min(countProcessors(), MAX_DEFAULT_WORKERS),
    unitsBeforeWorkers: number = UNITS_BEFORE_WORKERS,
  ) {
    if (!Number.isSafeInteger(nWorkers) || nWorkers < 1) throw new OptionError("workers", "an integer ≥ 1", nWorkers);
    this.#tokenizer = tokenizer;
    this.#nWorkers = nWorkers;
    this.#unitsBeforeWorkers = unitsBeforeWorkers;
  }

  /** Worker threads running now. */
  get nRunning(): number {
    return this.#workers?.length ?? 0;
  }

  /**
   * Yields lines of output in UTF-8, as {@link TokenLayout} renders each text, group by group.
   * @throws {WorkerError} when a worker fails
   */
  render(layoutName: TokenLayoutName, groups: AsyncIterable<readonly string[]>): AsyncGenerator<Uint8Array, void> {
    const layout = new TokenLayout(this.#tokenizer, layoutName);
    const encoder = new TextEncoder();
    return this.#map<Uint8Array>(
      groups,
      (texts) => encoder.encode(texts.map((text) => layout.render(text)).join("")),
      (texts) => ({ kind: "render", layout: layoutName, texts }),
    );
  }

  /**
   * Analyses documents for `train`. The workers end with the documents, for training needs their memory.
   * @throws {WorkerError} of `analyze`, when a worker fails
   */
  readonly analyzer: DocumentAnalyzerFactory = (options) => ({ analyze: (groups) => this.#analyze(groups, options) });

  /** Ends the workers; a later call of `render` or `analyzer` starts others. */
  async close(): Promise<void> {
    const workers = this.#workers ?? [];
    this.#workers = null;
    await Promise.all(workers.map((worker) => worker.close()));
  }

  async *#analyze(
    groups: AsyncIterable<readonly string[]>,
    options: Resolved<TermOptions>,
  ): AsyncGenerator<TermBatch, void> {
    const run = this.#nRuns++;
    try {
      yield* this.#map<TermBatch>(
        groups,
        createGroupAnalyzer(this.#tokenizer, options, OWN_NUMBERING),
        (documents) => ({ kind: "terms", run, options, documents }),
      );
    } finally {
      await this.close();
    }
  }

  async *#map<R extends AnalysisResponse>(
    groups: AsyncIterable<readonly string[]>,
    analyzeHere: (texts: readonly string[]) => R,
    toRequest: (texts: readonly string[]) => AnalysisRequest,
  ): AsyncGenerator<R, void> {
    const source = groups[Symbol.asyncIterator]();
    try {
      let nUnits = 0;
      while (this.#workers === null && (this.#nWorkers === 1 || nUnits < this.#unitsBeforeWorkers)) {
        const { value: texts, done } = await source.next();
        if (done === true) return;
        for (const text of texts) nUnits += text.length;
        yield analyzeHere(texts);
      }
      const workers = await this.#start();
      const requests = mapGroups(source, toRequest);
      yield* mapInOrder(workers, requests) as AsyncGenerator<R, void>;
    } finally {
      await source.return?.();
    }
  }

  async #start(): Promise<readonly WorkerThread<AnalysisRequest, AnalysisResponse>[]> {
    if (this.#workers === null) {
      const { dictionary } = this.#tokenizer;
      const shared = shareDictionary(await readViterbiModule(), dictionary.tables);
      const share = dictionary.share();
      this.#workers = Array.from({ length: this.#nWorkers }, (_, i) => {
        const init: AnalysisInit = { shared, dictionary: share, numbering: OWN_NUMBERING + 1 + i };
        return new WorkerThread<AnalysisRequest, AnalysisResponse>(`analyzer ${i + 1}`, WORKER_URL, init);
      });
    }
    return this.#workers;
  }
}

async function* mapGroups<T, R>(source: AsyncIterator<T>, map: (value: T) => R): AsyncGenerator<R, void> {
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield map(next.value);
}
