import type { DataWriter } from "./streams.js";

/** Characters handed over at once. A system call for each line would take longer than its analysis. */
const BATCH_LENGTH = 64 * 1024;

/**
 * Hands short pieces of output over in batches: when there is enough, and whenever the program waits for input, so that
 * one who writes a line and waits for the answer gets it.
 */
export class BatchedOutput {
  readonly #output: DataWriter;
  #pending = "";
  #handing: Promise<void> = Promise.resolve();
  #isScheduled = false;

  constructor(output: DataWriter) {
    this.#output = output;
  }

  /** Throws what `DataWriter.write` throws, at this call or the next. */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= BATCH_LENGTH) await this.flush();
    else if (!this.#isScheduled) this.#schedule();
  }

  /** Waits until everything has been handed over. */
  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = "";
    this.#handing = this.#handing.then(() => (text === "" ? undefined : this.#output.write(text)));
    await this.#handing;
  }

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      // A failure stays in #handing for the next write or flush.
      this.flush().catch(() => undefined);
    });
  }
}
