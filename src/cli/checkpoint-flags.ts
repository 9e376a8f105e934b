import { type Command, InvalidArgumentError } from "commander";
import { FileError } from "../errors.js";
import type { CheckpointStore } from "../train.js";

/** How often a checkpoint is written. */
export type CheckpointInterval =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "epoch" }
  | { readonly kind: "step" }
  | { readonly kind: "never" };

export interface CheckpointFlags {
  readonly checkpointEvery: CheckpointInterval;
  readonly resume?: boolean;
}

/** A run shorter than this is sooner repeated than saved. */
const DEFAULT_SECONDS = 30;

/** "30s", "epoch", "step" or "never". */
export function parseInterval(text: string): CheckpointInterval {
  if (text === "epoch" || text === "step" || text === "never") return { kind: text };
  const seconds = /^[1-9][0-9]{0,5}s$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (seconds > 0) return { kind: "seconds", seconds };
  const form = 'seconds such as "30s", or "epoch", "step" (of the progress display) or "never"';
  throw new InvalidArgumentError(`must be ${form}; got ${JSON.stringify(text)}`);
}

/** Adds `--checkpoint-every` and `--resume`. */
export function addCheckpointFlags(command: Command): void {
  command
    .option(
      "--checkpoint-every <interval>",
      "how often to save what a killed run can be resumed from, beside the model: 30s, epoch, step, never",
      parseInterval,
      { kind: "seconds", seconds: DEFAULT_SECONDS },
    )
    .option("--resume", "go on from the checkpoint of a run that was killed, to the same model");
}

/** `models/news.newsclf` → `models/news.newsclf.checkpoint`. */
export function checkpointPath(modelPath: string): string {
  return `${modelPath}.checkpoint`;
}

/**
 * Writes checkpoints to a file at intervals by the clock, which the library does not read. One that cannot be written is no
 * reason to end hours of work: the one before stays, it is told, and the next is due as if this one had been written.
 */
export class CheckpointFile implements CheckpointStore {
  readonly #interval: CheckpointInterval;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #tell: (message: string) => void;
  readonly #now: () => number;
  #savedMs: number;
  /** What was told of the last one; null after one that was written. */
  #told: string | null = null;

  /**
   * @param write replaces the file, whole or not at all
   * @param tell takes a sentence on why it could not, once for the same reason
   * @param now milliseconds on a clock that never goes back
   */
  constructor(
    interval: CheckpointInterval,
    write: (bytes: Uint8Array) => Promise<void>,
    tell: (message: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#interval = interval;
    this.#write = write;
    this.#tell = tell;
    this.#now = now;
    this.#savedMs = now();
  }

  isDue({ kind }: { readonly kind: "step" | "epoch" }): boolean {
    switch (this.#interval.kind) {
      case "never":
        return false;
      case "step":
        return true;
      case "epoch":
        return kind === "epoch";
      case "seconds":
        return this.#now() - this.#savedMs >= this.#interval.seconds * 1000;
    }
  }

  async save(bytes: Uint8Array): Promise<void> {
    try {
      await this.#write(bytes);
      this.#told = null;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.message !== this.#told) this.#tell(`${error.message}; training goes on without this checkpoint`);
      this.#told = error.message;
    }
    this.#savedMs = this.#now();
  }
}
