/** Analysis over worker threads that share one dictionary. */

import type { TermBatch } from "../features/term-log.js";
import { createWasmNumbering } from "../kernels/wasm-numbering.js";
import type { MecabTokenizer } from "../morph/mecab-tokenizer.js";
import { TokenLayout, type TokenLayoutName } from "../morph/token-layout.js";
import { checkMethod } from "../options/check-argument.js";
import type { Resolved } from "../options/resolve-options.js";
import type { TermOptions } from "../options/train-options.js";
import { createGroupAnalyzer, type DocumentAnalyzerFactory } from "../training/document-analyzer.js";
import type { AnalysisInit, AnalysisRequest, AnalysisResponse } from "./analysis-worker.js";
import { readNumberingModule } from "./kernel-files.js";
import { ThreadPool, type ThreadPoolOptions } from "./thread-pool.js";
import { shareTokenizer } from "./tokenizer-share.js";
import { WorkerThread } from "./worker-threads.js";

/** Compiled, also when this file is not: the same two levels up from src/io and from dist/io. */
const WORKER_URL = new URL("../../dist/io/analysis-worker.js", import.meta.url);

/**
 * UTF-16 units that the calling thread works through before it starts workers. Their start takes a thread as long as the
 * analysis of some 100,000 units (2026-11-28, Node 20.20), while the calling one goes on.
 */
const UNITS_BEFORE_WORKERS = 100_000;

/** Numbering of the calling thread; those of the workers follow. */
const OWN_NUMBERING = 0;

/**
 * Analyses streams of texts. The first texts are analysed in the calling thread; if more come than that is quick for,
 * workers are started. Results come in the order of the texts, and are the same for any number of workers; one at a time.
 */
export class AnalyzerPool {
  readonly #tokenizer: MecabTokenizer;
  readonly #renderers: ThreadPool<AnalysisRequest, AnalysisResponse>;
  readonly #analyzers: ThreadPool<AnalysisRequest, AnalysisResponse>;
  #nRuns = 0;

  /**
   * @param tokenizer for the calling thread; workers get its dictionary, user words included
   * @param nWorkers threads: `render` has them beside the calling one, which reads and writes, `analyzer` counts the calling
   * one, too; 1 for the calling one alone. One per processor, 8 at most, when left out
   * @param unitsBeforeWorkers UTF-16 units that the calling thread analyses itself at first; 0 leaves all to the workers
   * @throws {OptionError} when the tokenizer is none, or nWorkers not an integer in [1, 64]
   */
  constructor(tokenizer: MecabTokenizer, nWorkers?: number, unitsBeforeWorkers: number = UNITS_BEFORE_WORKERS) {
    checkMethod("tokenizer", tokenizer, "visit", "a MecabTokenizer");
    this.#tokenizer = tokenizer;
    const options: ThreadPoolOptions<AnalysisRequest, AnalysisResponse> = {
      nWorkers,
      unitsBeforeWorkers,
      prepare: async () => {
        const [share, module] = await Promise.all([shareTokenizer(tokenizer), readNumberingModule()]);
        return (place) => {
          const init: AnalysisInit = { tokenizer: share, numbering: OWN_NUMBERING + 1 + place, module };
          return new WorkerThread(`analyzer ${place + 1}`, WORKER_URL, init);
        };
      },
    };
    this.#renderers = new ThreadPool(options);
    // A thread more would have its code compiled once more, for a fifth of the work on two processors.
    this.#analyzers = new ThreadPool({ ...options, isCallerOne: true });
  }

  /** Worker threads running now. */
  get nRunning(): number {
    return this.#renderers.nRunning + this.#analyzers.nRunning;
  }

  /**
   * Yields lines of output in UTF-8, as {@link TokenLayout} renders each text, group by group.
   * @throws {WorkerError} when a worker fails
   */
  render(layoutName: TokenLayoutName, groups: AsyncIterable<readonly string[]>): AsyncGenerator<Uint8Array, void> {
    const layout = new TokenLayout(this.#tokenizer, layoutName);
    const encoder = new TextEncoder();
    return this.#renderers.map<readonly string[], Uint8Array>(groups, {
      sizeOf: countUnits,
      here: (texts) => encoder.encode(texts.map((text) => layout.render(text)).join("")),
      toRequest: (texts) => ({ kind: "render", layout: layoutName, texts }),
      fromResponse: (response) => response as Uint8Array,
    });
  }

  /**
   * Analyses documents for `train`. The workers end with the documents, for training needs their memory.
   * @throws {WorkerError} of `analyze`, when a worker fails
   */
  readonly analyzer: DocumentAnalyzerFactory = (options) => ({ analyze: (groups) => this.#analyze(groups, options) });

  /** Ends the workers; a later call of `render` or `analyzer` starts others. */
  async close(): Promise<void> {
    await Promise.all([this.#renderers.close(), this.#analyzers.close()]);
  }

  async *#analyze(
    groups: AsyncIterable<readonly string[]>,
    options: Resolved<TermOptions>,
  ): AsyncGenerator<TermBatch, void> {
    const run = this.#nRuns++;
    const kernels = createWasmNumbering(await readNumberingModule());
    try {
      yield* this.#analyzers.map<readonly string[], TermBatch>(groups, {
        sizeOf: countUnits,
        here: createGroupAnalyzer(this.#tokenizer, options, OWN_NUMBERING, kernels),
        toRequest: (documents) => ({ kind: "terms", run, options, documents }),
        fromResponse: (response) => response as TermBatch,
      });
    } finally {
      await this.close();
    }
  }
}

function countUnits(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + text.length, 0);
}
