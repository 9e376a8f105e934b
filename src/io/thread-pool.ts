/** Threads for streams of work of unknown length. */

import { OptionError } from "../errors.js";
import { MAX_WORKERS } from "../options/workers.js";
import { countProcessors, mapInOrder, OPEN_PER_WORKER, type WorkerThread } from "./worker-threads.js";

/** More threads than this wait for the one that reads and writes. */
const MAX_DEFAULT_WORKERS = 8;

export interface ThreadPoolOptions<Request, Response> {
  /** Threads beside the calling one, which reads and writes; 1 for the calling one alone. One per processor, 8 at most, by default. */
  readonly nWorkers: number | undefined;
  /**
   * UTF-16 units of text that the calling thread works through before it starts the others, and it goes on until one of them
   * runs; 0 leaves all to them.
   */
  readonly unitsBeforeWorkers: number;
  /**
   * Whether the calling thread is one of the nWorkers and works along, in place of waiting for input and answers; then there is
   * one other fewer.
   */
  readonly isCallerOne?: boolean;
  /** Starts one of the threads; its place counts from 0. */
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
 * that is quick for, others start beside it and take over. Results come in the order of the items, and are the same for any number of workers.
 */
export class ThreadPool<Request, Response> {
  /** Threads beside the calling one. */
  readonly #nOthers: number;
  readonly #isCallerOne: boolean;
  readonly #unitsBeforeWorkers: number;
  readonly #prepare: ThreadPoolOptions<Request, Response>["prepare"];
  #threads: readonly WorkerThread<Request, Response>[] | null = null;

  /** @throws {OptionError} when nWorkers is not an integer in [1, 64] */
  constructor(options: ThreadPoolOptions<Request, Response>) {
    const { unitsBeforeWorkers, isCallerOne = false, prepare } = options;
    const nWorkers = options.nWorkers ?? Math.min(countProcessors(), MAX_DEFAULT_WORKERS);
    if (!Number.isSafeInteger(nWorkers) || nWorkers < 1 || nWorkers > MAX_WORKERS)
      throw new OptionError("workers", `an integer in [1, ${MAX_WORKERS}]`, nWorkers);
    this.#nOthers = nWorkers === 1 || isCallerOne ? nWorkers - 1 : nWorkers;
    this.#isCallerOne = isCallerOne;
    this.#unitsBeforeWorkers = unitsBeforeWorkers;
    this.#prepare = prepare;
  }

  /** Worker threads running now. */
  get nRunning(): number {
    return this.#threads?.filter(({ isStarted }) => isStarted).length ?? 0;
  }

  /**
   * Yields the result for each item; one stream at a time.
   * @throws {WorkerError} when a worker fails
   */
  async *map<T, R>(items: AsyncIterable<T>, work: ThreadWork<T, Request, Response, R>): AsyncGenerator<R, void> {
    const { sizeOf, here, toRequest, fromResponse } = work;
    const source = items[Symbol.asyncIterator]();
    try {
      let nUnits = 0;
      while (this.#nOthers === 0 || !(await this.#isReady(nUnits))) {
        const { value: item, done } = await source.next();
        if (done === true) return;
        nUnits += sizeOf(item);
        yield here(item);
      }
      const threads = await this.#start();
      if (this.#isCallerOne) {
        yield* workAlong(threads, source, work);
        return;
      }
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

  /** Whether the others are to do what comes after so many units; starts them when they are enough. */
  async #isReady(nUnits: number): Promise<boolean> {
    if (this.#threads === null && nUnits < this.#unitsBeforeWorkers) return false;
    await this.#start();
    if (this.#unitsBeforeWorkers === 0 || this.nRunning > 0) return true;
    // What a thread says of its start comes with a turn of the event loop, which a source that has all at hand does not give.
    await turn();
    return this.nRunning > 0;
  }

  async #start(): Promise<readonly WorkerThread<Request, Response>[]> {
    if (this.#threads === null) {
      const startThread = await this.#prepare();
      this.#threads = Array.from({ length: this.#nOthers }, (_, place) => startThread(place));
    }
    return this.#threads;
  }
}

/** Results that the calling thread may be ahead of the one that is waited for, for each other thread. */
const MAX_AHEAD = 8;

/** A result, or what has become of it so far. */
interface Pending<R> {
  readonly promise: Promise<R>;
  isSettled: boolean;
}

/** Yields the results in order, of others and of the calling thread, which does an item whenever all others have enough. */
async function* workAlong<T, Request, Response, R>(
  threads: readonly WorkerThread<Request, Response>[],
  source: AsyncIterator<T>,
  { here, toRequest, fromResponse }: ThreadWork<T, Request, Response, R>,
): AsyncGenerator<R, void> {
  const results: Pending<R>[] = [];
  let hasMore = true;
  while (hasMore || results.length > 0) {
    if (results[0]?.isSettled === true || !hasMore || results.length >= MAX_AHEAD * threads.length) {
      yield await (results.shift() as Pending<R>).promise;
      continue;
    }
    const { value: item, done } = await source.next();
    if (done === true) {
      hasMore = false;
      continue;
    }
    const idle = threads.find(({ nOpen }) => nOpen < OPEN_PER_WORKER);
    const promise = idle === undefined ? Promise.resolve(here(item)) : idle.request(toRequest(item)).then(fromResponse);
    const result: Pending<R> = { promise, isSettled: idle === undefined };
    const settle = (): void => {
      result.isSettled = true;
    };
    // Its failure is thrown when its turn comes; until then it is not "unhandled".
    promise.then(settle, settle);
    results.push(result);
    await turn();
  }
}

/** Lets the messages of other threads in. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function* mapItems<T, R>(source: AsyncIterator<T>, map: (value: T) => R): AsyncGenerator<R, void> {
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield map(next.value);
}
