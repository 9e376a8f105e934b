/** Threads for streams of work of unknown length. */

import { OptionError } from "../errors.js";
import { countProcessors, mapInOrder, type WorkerThread } from "./worker-threads.js";

/** More threads than this wait for the one that reads and writes. */
const MAX_DEFAULT_WORKERS = 8;

export interface ThreadPoolOptions<Request, Response> {
  /** Threads beside the calling one, which reads and writes; 1 for the calling one alone. One per processor, 8 at most, by default. */
  readonly nWorkers: number | undefined;
  /** UTF-16 units of text that the calling thread works through before it starts the others. */
  readonly unitsBeforeWorkers: number;
  /** Starts one of the threads; its place is 0 to nWorkers - 1. */
  readonly prepare: () => Promise<(place: number) => WorkerThread<Request, Response>>;
}

/** What is to be done with each item of a stream. */
export interface ThreadWork<T, Request, Response, R> {
  /** UTF-16 units. */
  sizeOf(item: T): number;
  /** Does it in the calling thread. */
  here(item: T): R;
  /** Asks another thread to do it. */
  toRequest(item: T): Request;
  /** What the other thread's answer says; must be what `here` returns. */
  fromResponse(response: Response): R;
}

/**
 * Worker threads that start when there is work enough for them. The calling thread does the first items; if more come than
 * that is quick for, others take over. Results come in the order of the items, and are the same for any number of workers.
 */
export class ThreadPool<Request, Response> {
  readonly #nWorkers: number;
  readonly #unitsBeforeWorkers: number;
  readonly #prepare: ThreadPoolOptions<Request, Response>["prepare"];
  #threads: readonly WorkerThread<Request, Response>[] | null = null;

  /** @throws {OptionError} when nWorkers is not an integer ≥ 1 */
  constructor({ nWorkers, unitsBeforeWorkers, prepare }: ThreadPoolOptions<Request, Response>) {
    this.#nWorkers = nWorkers ?? Math.min(countProcessors(), MAX_DEFAULT_WORKERS);
    if (!Number.isSafeInteger(this.#nWorkers) || this.#nWorkers < 1) {
      throw new OptionError("workers", "an integer ≥ 1", this.#nWorkers);
    }
    this.#unitsBeforeWorkers = unitsBeforeWorkers;
    this.#prepare = prepare;
  }

  /** Worker threads running now. */
  get nRunning(): number {
    return this.#threads?.length ?? 0;
  }

  /**
   * Yields the result for each item; one stream at a time.
   * @throws {WorkerError} when a worker fails
   */
  async *map<T, R>(
    items: AsyncIterable<T>,
    { sizeOf, here, toRequest, fromResponse }: ThreadWork<T, Request, Response, R>,
  ): AsyncGenerator<R, void> {
    const source = items[Symbol.asyncIterator]();
    try {
      let nUnits = 0;
      while (this.#threads === null && (this.#nWorkers === 1 || nUnits < this.#unitsBeforeWorkers)) {
        const { value: item, done } = await source.next();
        if (done === true) return;
        nUnits += sizeOf(item);
        yield here(item);
      }
      const threads = await this.#start();
      for await (const response of mapInOrder(threads, mapItems(source, toRequest))) yield fromResponse(response);
    } finally {
      await source.return?.();
    }
  }

  /** Ends the workers; a later stream starts others. */
  async close(): Promise<void> {
    const threads = this.#threads ?? [];
    this.#threads = null;
    await Promise.all(threads.map((thread) => thread.close()));
  }

  async #start(): Promise<readonly WorkerThread<Request, Response>[]> {
    if (this.#threads === null) {
      const startThread = await this.#prepare();
      this.#threads = Array.from({ length: this.#nWorkers }, (_, place) => startThread(place));
    }
    return this.#threads;
  }
}

async function* mapItems<T, R>(source: AsyncIterator<T>, map: (value: T) => R): AsyncGenerator<R, void> {
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield map(next.value);
}
