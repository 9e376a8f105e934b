import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { MAX_WORKERS } from "../options/workers.js";
import { parseCount } from "./parse-count.js";

/** The flag of commands that divide their work among threads. */
export interface WorkersFlag {
  readonly workers?: number;
}

/** Adds `--workers`. */
export function addWorkersFlag(command: Command): void {
  command.option(
    "--workers <n>",
    "threads that share the work; the result is the same with any number, 64 at most (default: one per processor)",
    parseCount("threads", MAX_WORKERS),
  );
}

/** Threads to use, this one counted. */
export function countWorkers({ workers }: WorkersFlag): number {
  return workers ?? Math.min(availableParallelism(), MAX_WORKERS);
}
