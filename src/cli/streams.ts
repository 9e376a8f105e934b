import type { Readable, Writable } from "node:stream";

/** What a run of the program may touch besides files. */
export interface Streams {
  readonly stdin: Readable;
  /** Data only. */
  readonly stdout: Writable;
  /** For people. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Aborts when the user asks to stop (Ctrl-C). */
  readonly interrupt?: AbortSignal;
}

/** The reader of stdout went away (`| head`); the run ends without an error. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** Writes data, waiting while the reader is slower than we are. */
export class DataWriter {
  readonly #stream: Writable;
  #failure: Error | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.#failure = error.code === "EPIPE" ? new OutputClosed() : error;
    });
  }

  /** @throws {OutputClosed} when the reader has gone away */
  async write(text: string): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#stream.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off("drain", done);
        this.#stream.off("error", done);
        this.#stream.off("close", done);
        resolve();
      };
      this.#stream.once("drain", done);
      this.#stream.once("error", done);
      this.#stream.once("close", done);
    });
    if (this.#failure !== null) throw this.#failure;
  }
}
