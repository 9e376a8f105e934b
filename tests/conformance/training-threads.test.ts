/** Training over worker threads, which run what is in dist/. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WorkerError } from "../../src/errors.js";
import { WorkerTrainingThreads } from "../../src/io/training-threads.js";
import { measureBytes } from "../../src/kernels/mlp.js";
import { attachMlp, createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import { batchCapacity } from "../../src/nn/sparse-batch.js";
import { WORK } from "../../src/nn/step-board.js";
import type { TrainingTask } from "../../src/nn/step-crew.js";
import { type TrainOutcome, trainMlp } from "../../src/nn/train-mlp.js";
import { allocateTrainingBuffers, TrainingNetwork } from "../../src/nn/training-network.js";
import { fitNetwork } from "../../src/training/fit-network.js";
import { ADAMW } from "../unit/nn/initial-weights.js";
import { hashOf, smallRun, WEIGHTS_SHA256 } from "./small-run.js";

const kernels = createWasmMlp(readFileSync(path.resolve(import.meta.dirname, "../../assets/mlp.wasm")));

let threads: WorkerTrainingThreads | null = null;
afterEach(async () => {
  await threads?.close();
  threads = null;
});

/** Waits until the worker threads have run, so that they take part in steps. */
async function trainSlowly(nThreads: number): Promise<TrainOutcome> {
  threads = new WorkerTrainingThreads(nThreads);
  const run = trainMlp({ ...smallRun(kernels), threads });
  for (;;) {
    const { done, value } = run.next();
    if (done) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("training over several threads", () => {
  it.each([2, 3, 4])("gives the bytes of one thread with %i", async (nThreads) => {
    expect(hashOf(await trainSlowly(nThreads))).toBe(WEIGHTS_SHA256);
  });

  it("gives them again on the threads of the run before, with other work at once", async () => {
    threads = new WorkerTrainingThreads(2);
    for (let i = 0; i < 3; i++) {
      const outcome = await fitNetwork({ ...smallRun(kernels), threads }, {});
      expect(hashOf(outcome)).toBe(WEIGHTS_SHA256);
    }
  });

  it("gives them when no other thread ever begins", async () => {
    const idle = new WorkerTrainingThreads(3);
    const alone = {
      nThreads: 3,
      failure: null,
      shareMemory: (capacityBytes: number) => idle.shareMemory(capacityBytes),
      start: () => undefined,
    };
    const outcome = await fitNetwork({ ...smallRun(kernels), threads: alone }, {});
    expect(hashOf(outcome)).toBe(WEIGHTS_SHA256);
  });

  it("leaves a step's pieces to a thread that takes them", () => {
    const real = new WorkerTrainingThreads(2);
    threads = real;
    const { matrix, labels } = smallRun(kernels);
    const shape = { nTerms: matrix.nColumns, hiddenUnits: [16, 9, 6], nLabels: 3 } as const;
    const capacity = batchCapacity(matrix, 32);
    const nBytes = measureBytes((allocator) => allocateTrainingBuffers(allocator, shape, capacity, 2));
    const memory = real.shareMemory(nBytes);
    const options = { labelWeights: [1, 1, 1], labelSmoothing: 0, dropout: 0.2, optimizer: ADAMW };
    const network = new TrainingNetwork(attachMlp(memory, 0), shape, capacity, options, 0, 2);
    const order = Uint32Array.from({ length: 90 }, (_, i) => i);
    const source = { matrix, labels, order, inputDropout: 0, seed: 3 };
    real.start([{ memory, thread: 1, shape, capacity, options, source }]);
    // Nothing is taken here.
    network.board.numbers.set([0, 32, 1]);
    network.board.post(WORK.prepare, 1, 1);
    expect(network.board.awaitDone()).toBe(true);
    network.useDraft(1);
    expect([...network.batch.columns.subarray(0, 5)]).toEqual([...matrix.indices.subarray(0, 5)]);
    network.board.post(WORK.end, 0, 0);
  });

  it("ends with a WorkerError when a thread cannot do its part", async () => {
    const real = new WorkerTrainingThreads(2);
    threads = real;
    const broken = {
      nThreads: 2,
      get failure() {
        return real.failure;
      },
      shareMemory: (capacityBytes: number) => real.shareMemory(capacityBytes),
      start: (tasks: readonly TrainingTask[]) => real.start(tasks.map((task) => ({ ...task, memory: null as never }))),
    };
    const input = smallRun(kernels);
    const optimizer = { ...input.optimizer, epochs: 10_000, patience: 10_000 };
    const failing = fitNetwork({ ...input, optimizer, threads: broken }, {});
    await expect(failing).rejects.toBeInstanceOf(WorkerError);
  });

  it("takes two threads or more", () => {
    expect(() => new WorkerTrainingThreads(1)).toThrow("nThreads must be an integer ≥ 2; got 1");
  });
});
