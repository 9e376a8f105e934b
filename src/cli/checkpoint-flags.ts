import { type Command, InvalidArgumentError } from "commander";
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

/** Writes checkpoints to a file at intervals by the clock, which the library does not read. */
export class CheckpointFile implements CheckpointStore {
  readonly #interval: CheckpointInterval;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #now: () => number;
  #savedMs: number;

  /**
   * @param write replaces the file, whole or not at all
   * @param now milliseconds on a clock that never goes back
   */
  constructor(
    interval: CheckpointInterval,
    write: (bytes: Uint8Array) => Promise<void>,
    now: () => number = () => performance.now(),
  ) {
    this.#interval = interval;
    this.#write = write;
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
    await this.#write(bytes);
    this.#savedMs = this.#now();
  }
}
