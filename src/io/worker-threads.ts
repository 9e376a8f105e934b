/**
 * Worker threads that answer requests. A request to a thread that has ended, for whatever reason, fails with a
 * WorkerError; nothing waits for ever. What a thread does stands in a file of its own, which calls `serveRequests`.
 */

import { availableParallelism } from "node:os";
import { parentPort, type Transferable, Worker, workerData } from "node:worker_threads";
import { type ErrorCode, isNewsclfError, NewsclfError, WorkerError } from "../errors.js";

/** What a worker does with a request. */
export type RequestHandler<Request, Response> = (request: Request) => Answer<Response> | Promise<Answer<Response>>;

/** An answer, and what of it moves to the other thread instead of being copied. */
export interface Answer<Response> {
  readonly response: Response;
  readonly transfer?: readonly Transferable[];
}

/** Messages of a worker; in the order of the requests, one each, after one for the start. */
type Reply<Response> =
  | { readonly kind: "answer"; readonly response: Response }
  /** An error that newsclf throws on purpose; only code and message cross. */
  | { readonly kind: "refusal"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "failure"; readonly error: unknown };

interface Waiting<Response> {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads that the machine can run at once, this one counted. */
export function countProcessors(): number {
  return availableParallelism();
}

/**
 * A running worker thread. It keeps the process alive only while a request is open; `close` it all the same, for its
 * memory.
 */
export class WorkerThread<Request, Response> {
  /** For messages, e.g. "analyzer 2". */
  readonly name: string;
  /** Null when the system gave none. */
  readonly #worker: Worker | null;
  readonly #waiting: Waiting<Response>[] = [];
  #failure: Error | null = null;
  #isStarted = false;

  /**
   * Starts a thread; faults of the start show at the first request.
   *
   * @param file JavaScript module that calls {@link serveRequests}
   * @param init given to it once; cloned, but shared memory stays shared
   */
  constructor(name: string, file: URL, init: unknown) {
    this.name = name;
    this.#worker = this.#start(file, init);
  }

  /** Whether the thread runs and takes requests up at once. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Requests without an answer yet. */
  get nOpen(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves to the answer; answers come in the order of the requests.
   *
   * @param transfer what moves to the thread instead of being copied
   * @throws {NewsclfError} what the worker throws on purpose, with its code and message
   * @throws {WorkerError} when the thread throws anything else, ends, or has been closed
   */
  request(request: Request, transfer: readonly Transferable[] = []): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#worker?.postMessage(request, [...transfer]);
      this.#waiting.push({ resolve, reject });
      this.#worker?.ref();
    });
  }

  /** Ends the thread at once; open requests fail. */
  async close(): Promise<void> {
    this.#end(new WorkerError(this.name, "it has been closed"));
    await this.#worker?.terminate();
  }

  #start(file: URL, init: unknown): Worker | null {
    const { name } = this;
    const fail = (cause: unknown): void => {
      this.#end(new WorkerError(name, cause instanceof Error ? cause.message : String(cause), { cause }));
    };
    let worker: Worker;
    try {
      worker = new Worker(file, { workerData: init, name });
    } catch (error) {
      // The system has no thread left to give.
      fail(error);
      return null;
    }
    worker.unref();
    worker.on("message", (reply: Reply<Response>) => this.#receive(reply));
    worker.on("messageerror", (cause) => this.#end(new WorkerError(name, "sent what cannot be read", { cause })));
    worker.on("error", fail);
    worker.on("exit", (exitCode) => this.#end(new WorkerError(name, `it exited with code ${exitCode}`)));
    return worker;
  }

  #receive(reply: Reply<Response>): void {
    // Sent before the end was known. Without this, it would let the process go while `terminate` is waited for.
    if (this.#failure !== null) return;
    if (!this.#isStarted && reply.kind === "answer") {
      this.#isStarted = true;
      return;
    }
    if (!this.#isStarted) {
      this.#end(this.#errorOf(reply as Exclude<typeof reply, { kind: "answer" }>));
      void this.#worker?.terminate();
      return;
    }
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker?.unref();
    if (reply.kind === "answer") waiting?.resolve(reply.response);
    else waiting?.reject(this.#errorOf(reply));
  }

  #errorOf(reply: Exclude<Reply<Response>, { kind: "answer" }>): Error {
    if (reply.kind === "refusal") return new NewsclfError(reply.code, reply.message);
    const { error } = reply;
    return new WorkerError(this.name, error instanceof Error ? error.message : String(error), { cause: error });
  }

  /** The first reason stands: an exit after an error says nothing new. */
  #end(failure: Error): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
    this.#worker?.unref();
  }
}

/**
 * Serves the requests of a {@link WorkerThread}, one after another. To be called once by the worker's own file.
 *
 * @param start makes the handler from what the thread was given
 */
export function serveRequests<Init, Request, Response>(
  start: (init: Init) => RequestHandler<Request, Response> | Promise<RequestHandler<Request, Response>>,
): void {
  const port = parentPort;
  if (port === null) throw new Error("Bug: serveRequests outside of a worker thread");
  const fail = (error: unknown): void => {
    const reply: Reply<Response> = isNewsclfError(error)
      ? { kind: "refusal", code: error.code, message: error.message }
      : { kind: "failure", error: cloneable(error) };
    port.postMessage(reply);
  };
  let handler: RequestHandler<Request, Response>;
  let before = Promise.resolve().then(async () => {
    handler = await start(workerData as Init);
    port.postMessage({ kind: "answer", response: null });
  });
  before = before.catch(fail);
  port.on("message", (request: Request) => {
    before = before
      .then(async () => {
        const { response, transfer = [] } = await handler(request);
        port.postMessage({ kind: "answer", response }, [...transfer]);
      })
      .catch(fail);
  });
}

/** An error as structured cloning takes it: thrown values may hold functions. */
function cloneable(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const copy = new Error(error.message);
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

/** Requests given to a thread ahead of their turn, so that it need not wait for this one. */
export const OPEN_PER_WORKER = 2;

/**
 * Yields the answers to requests in the order of the requests, whichever thread is done first, as soon as they are
 * there. Requests are drawn only as threads come free, so that memory holds a few of them.
 *
 * @throws what {@link WorkerThread.request} throws; the source of the requests is closed then
 */
export async function* mapInOrder<Request, Response>(
  workers: readonly WorkerThread<Request, Response>[],
  requests: AsyncIterable<Request>,
): AsyncGenerator<Response, void> {
  const source = requests[Symbol.asyncIterator]();
  const answers: Promise<Response>[] = [];
  let drawing: Promise<IteratorResult<Request, unknown>> | null = null;
  let hasMore = true;
  try {
    while (hasMore || answers.length > 0) {
      if (hasMore && answers.length < workers.length * OPEN_PER_WORKER) {
        drawing ??= source.next();
        // An answer goes out while the next request is waited for, which a person may be typing.
        const isDrawn = await Promise.race([
          drawing.then(() => true),
          ...answers.slice(0, 1).map((answer) => answer.then(() => false)),
        ]);
        if (isDrawn) {
          const { value, done } = await drawing;
          drawing = null;
          if (done === true) hasMore = false;
          else answers.push(send(workers, value));
          continue;
        }
      }
      yield await (answers.shift() as Promise<Response>);
    }
  } finally {
    // One who waits for input ends when the input comes, not when we leave.
    const closing = source.return?.();
    if (drawing === null) await closing;
    else closing?.catch(() => undefined);
  }
}

/** Gives a request to the thread that has the fewest. */
function send<Request, Response>(
  workers: readonly WorkerThread<Request, Response>[],
  request: Request,
): Promise<Response> {
  const worker = workers.reduce((least, other) => (other.nOpen < least.nOpen ? other : least));
  const answer = worker.request(request);
  // Its failure is thrown when its turn comes; until then it is not "unhandled".
  answer.catch(() => undefined);
  return answer;
}
