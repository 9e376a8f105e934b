import type { Streams } from "./streams.js";

/** Ctrl-C as an abort, once it is listened for. Before, the system ends the process at the first one. */
export class Interrupt {
  readonly #abort = new AbortController();
  readonly #listenForInterrupt: Streams["listenForInterrupt"];

  constructor({ listenForInterrupt }: Pick<Streams, "listenForInterrupt">) {
    this.#listenForInterrupt = listenForInterrupt;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** To be called when all input has been read: before, there is nothing to keep, and who waits for input hears of no abort. */
  listen(): void {
    const asked = this.#listenForInterrupt?.();
    if (asked?.aborted) this.#abort.abort();
    asked?.addEventListener("abort", () => this.#abort.abort());
  }
}
