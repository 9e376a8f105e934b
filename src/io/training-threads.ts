import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OptionError } from "../errors.js";
import { type SharedMlpMemory, shareMlpMemory } from "../kernels/wasm-mlp.js";
import type { TrainingTask, TrainingThreads } from "../nn/step-crew.js";
import { toFileError } from "./file-errors.js";
import { WorkerThread } from "./worker-threads.js";

/** Compiled, also when this file is not: the same two levels up from src/io and from dist/io. */
const WORKER_URL = new URL("../../dist/io/training-worker.js", import.meta.url);
const MODULE_URL = new URL("../../assets/mlp-shared.wasm", import.meta.url);

/** Worker threads that take part in training. They start with the first run; `close` ends them. */
export class WorkerTrainingThreads implements TrainingThreads {
  readonly nThreads: number;
  readonly #moduleBytes: Uint8Array;
  readonly #workers: WorkerThread<TrainingTask, null>[] = [];
  #failure: Error | null = null;

  /**
   * @param nThreads threads in all, the calling one included; 2 or more
   * @throws {OptionError} when nThreads is not
   * @throws {FileError} when the kernels for several threads are missing
   */
  constructor(nThreads: number) {
    if (!Number.isSafeInteger(nThreads) || nThreads < 2) throw new OptionError("nThreads", "an integer ≥ 2", nThreads);
    this.nThreads = nThreads;
    const path = fileURLToPath(MODULE_URL);
    try {
      this.#moduleBytes = readFileSync(path);
    } catch (error) {
      throw toFileError(error, path, "read");
    }
  }

  shareMemory(capacityBytes: number): SharedMlpMemory {
    return shareMlpMemory(this.#moduleBytes, capacityBytes, this.nThreads);
  }

  start(tasks: readonly TrainingTask[]): void {
    for (const [i, task] of tasks.entries()) {
      this.#workers[i] ??= new WorkerThread(`training ${i + 2}`, WORKER_URL, null);
      (this.#workers[i] as WorkerThread<TrainingTask, null>).request(task).catch((error: Error) => {
        this.#failure ??= error;
      });
    }
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /** Ends the threads; a run that they take part in must be over. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}
