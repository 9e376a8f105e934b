import type { Readable, Writable } from "node:stream";
import { toFileError } from "../io/file-errors.js";

/** What a run of the program may touch besides files. */
export interface Streams {
  readonly stdin: Readable;
  /** Data only. */
  readonly stdout: Writable & { readonly hasColors?: () => boolean };
  /** For people. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /**
   * Turns the user's wish to stop (Ctrl-C) into an abort from now on. A command that does not call it is ended by the
   * system, at once.
   */
  readonly listenForInterrupt?: () => AbortSignal;
}

/** The streams as the commands see them: failures of writing are dealt with. */
export interface CommandStreams extends Pick<Streams, "stdin" | "listenForInterrupt"> {
  /** The words of the command line, without the program's own name. */
  readonly argv: readonly string[];
  readonly output: DataWriter;
  readonly messages: MessageWriter;
}

/** The reader of stdout went away (`| head`); the run ends without an error. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

function describeFailure(error: NodeJS.ErrnoException): unknown {
  return error.code === "EPIPE" ? new OutputClosed() : toFileError(error, "standard output", "write");
}

/** Writes data, waiting while the reader is slower than we are. */
export class DataWriter {
  readonly #stream: Streams["stdout"];
  #failure: unknown = null;

  constructor(stream: Streams["stdout"]) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.#failure ??= describeFailure(error);
    });
  }

  /** Whether this is a terminal that shows colours, and the user has not said NO_COLOR. */
  get hasColors(): boolean {
    return this.#stream.hasColors?.() === true;
  }

  /**
   * @throws {OutputClosed} when the reader has gone away
   * @throws {FileError} when the data cannot be written
   */
  async write(text: string | Uint8Array): Promise<void> {
    this.#throwFailure();
    if (this.#hand(text)) return;
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
    this.#throwFailure();
  }

  /** Waits until all that was written is with the operating system; throws what `write` throws. */
  async finish(): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((resolve) => {
      this.#hand("", () => resolve());
    });
    this.#throwFailure();
  }

  /** False when the stream wants to be waited for. */
  #hand(text: string | Uint8Array, done?: () => void): boolean {
    try {
      return this.#stream.write(text, done);
    } catch (error) {
      // A file as stdout throws at once.
      throw describeFailure(error as NodeJS.ErrnoException);
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

/** Writes for people. That nobody reads it, or that a log file is full, is no reason to end the work. */
export class MessageWriter {
  readonly #stream: Streams["stderr"];
  #isLineShown = false;

  constructor(stream: Streams["stderr"]) {
    this.#stream = stream;
    stream.on("error", () => undefined);
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Cells of a line; null when this is not a terminal. */
  get columns(): number | null {
    return this.#stream.columns ?? null;
  }

  /** Writes text, from the beginning of a line where one was shown. */
  write(text: string): void {
    if (text === "") return;
    this.clearLine();
    this.#put(text);
  }

  /** Shows a line without an end on a terminal; the next line or text takes its place. */
  showLine(line: string): void {
    this.#put(`\r\u001b[2K${line}`);
    this.#isLineShown = true;
  }

  /** Takes that line off the terminal. */
  clearLine(): void {
    if (this.#isLineShown) this.#put("\r\u001b[2K");
    this.#isLineShown = false;
  }

  #put(text: string): void {
    try {
      this.#stream.write(text);
    } catch {
      // A file as stderr throws at once.
    }
  }
}
