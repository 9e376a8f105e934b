import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { OptionError } from "../errors.js";
import { type SharedMlpMemory, shareMlpMemory } from "../kernels/wasm-mlp.js";
import type { TrainingTask } from "../nn/step-crew.js";
import type { TrainOutcome } from "../nn/train-mlp.js";
import { MAX_WORKERS } from "../options/workers.js";
import type { RunCallbacks } from "../training/fit-network.js";
import type { NetworkTask, NetworkThreads } from "../training/network-threads.js";
import { toFileError } from "./file-errors.js";
import { shareMatrix } from "./matrix-share.js";
import type { NetworkNotice, NetworkOrder, NetworkRequest, PostedNetworkTask } from "./network-worker.js";
import type { TrainingRequest } from "./training-worker.js";
import { WorkerThread } from "./worker-threads.js";

/** Compiled, also when this file is not: the same two levels up from src/io and from dist/io. */
const WORKER_URL = new URL("../../dist/io/training-worker.js", import.meta.url);
const NETWORK_WORKER_URL = new URL("../../dist/io/network-worker.js", import.meta.url);
const MODULE_URL = new URL("../../assets/mlp-shared.wasm", import.meta.url);

/** Worker threads that take part in training or train networks. They start with the first run; `close` ends them. */
export class WorkerTrainingThreads implements NetworkThreads {
  readonly nThreads: number;
  readonly #moduleBytes: Uint8Array;
  readonly #workers: WorkerThread<TrainingRequest, null>[] = [];
  readonly #networkWorkers = new Set<WorkerThread<NetworkRequest, null>>();
  /** Those of `#networkWorkers` that have no network yet. */
  readonly #idleWorkers: WorkerThread<NetworkRequest, null>[] = [];
  #nNetworks = 0;
  #failure: Error | null = null;

  /**
   * @param nThreads threads in all, the calling one included; in [2, 64]
   * @throws {OptionError} when nThreads is not
   * @throws {FileError} when the kernels for several threads are missing
   */
  constructor(nThreads: number) {
    if (!Number.isSafeInteger(nThreads) || nThreads < 2 || nThreads > MAX_WORKERS)
      throw new OptionError("nThreads", `an integer in [2, ${MAX_WORKERS}]`, nThreads);
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
      const request = { ...task, source: { ...task.source, matrix: shareMatrix(task.source.matrix) } };
      this.#workers[i] ??= new WorkerThread(`training ${i + 2}`, WORKER_URL, null);
      (this.#workers[i] as WorkerThread<TrainingRequest, null>).request(request).catch((error: Error) => {
        this.#failure ??= error;
      });
    }
  }

  /** Threads for networks, at work or waiting for one. */
  get nNetworkThreads(): number {
    return this.#networkWorkers.size;
  }

  prepareNetworks(nNetworks: number): void {
    while (this.#idleWorkers.length < Math.min(nNetworks, this.nThreads))
      this.#idleWorkers.push(this.#startNetworkWorker());
  }

  #startNetworkWorker(): WorkerThread<NetworkRequest, null> {
    const worker = new WorkerThread<NetworkRequest, null>(`network ${++this.#nNetworks}`, NETWORK_WORKER_URL, null);
    this.#networkWorkers.add(worker);
    return worker;
  }

  async fitNetwork(task: NetworkTask, callbacks: RunCallbacks): Promise<TrainOutcome> {
    const { port1: port, port2 } = new MessageChannel();
    const order = (what: NetworkOrder): void => port.postMessage(what);
    const stop = (): void => order("stop");
    const failures: unknown[] = [];
    const fail = (error: unknown): void => {
      failures.push(error);
      stop();
    };
    let saving = Promise.resolve();
    // A state is several times a network: while one is on its way to the disk, no other may join it.
    let isCapturing = false;
    const { onPretrain, onEpoch, onRollback, onProgress, checkpoints, signal } = callbacks;
    const receive = (notice: Exclude<NetworkNotice, { kind: "outcome" }>): void => {
      if (notice.kind === "pretrain") onPretrain?.(notice.progress);
      else if (notice.kind === "epoch") onEpoch?.(notice.record);
      else if (notice.kind === "rollback") onRollback?.(notice.rollback);
      else if (notice.kind === "progress") onProgress?.(notice.progress);
      else if (notice.kind === "moment") {
        if (isCapturing || !checkpoints?.isDue({ kind: notice.moment })) return;
        isCapturing = true;
        order("capture");
      } else {
        saving = Promise.resolve(checkpoints?.save(notice.state)).then(() => {
          isCapturing = false;
        }, fail);
      }
    };
    const ending = new Promise<TrainOutcome>((resolve) => {
      port.on("message", (notice: NetworkNotice) => {
        if (notice.kind === "outcome") {
          resolve(notice.outcome);
          return;
        }
        try {
          receive(notice);
        } catch (error) {
          fail(error);
        }
      });
    });
    // One for each network: with the thread goes its memory, which else would wait for a collection of garbage.
    const worker = this.#idleWorkers.shift() ?? this.#startNetworkWorker();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    try {
      const { pretraining, validation } = task;
      const posted: PostedNetworkTask = {
        ...task,
        matrix: shareMatrix(task.matrix),
        pretraining: pretraining && {
          ...pretraining,
          unlabeled: pretraining.unlabeled && shareMatrix(pretraining.unlabeled),
        },
        validation: validation && { ...validation, matrix: shareMatrix(validation.matrix) },
      };
      await worker.request({ task: posted, port: port2 }, [port2]);
      const outcome = await ending;
      await saving;
      if (failures.length > 0) throw failures[0];
      return outcome;
    } finally {
      signal?.removeEventListener("abort", stop);
      port.close();
      this.#networkWorkers.delete(worker);
      await worker.close();
      // Whoever is told of a failure may let others write the file.
      await saving;
    }
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /** Ends the threads; a run that they take part in must be over. */
  async close(): Promise<void> {
    const workers = [...this.#workers, ...this.#networkWorkers];
    this.#networkWorkers.clear();
    this.#idleWorkers.length = 0;
    await Promise.all(workers.map((worker) => worker.close()));
  }
}
