/** Training over worker threads, which run what is in dist/. */

import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WorkerError } from "../../src/errors.js";
import { copyRow, longestRow, type RowSource } from "../../src/features/csr-matrix.js";
import { StoredMatrixBuilder } from "../../src/features/stored-matrix.js";
import { SpoolFile } from "../../src/io/spool-file.js";
import { WorkerTrainingThreads } from "../../src/io/training-threads.js";
import { measureBytes } from "../../src/kernels/mlp.js";
import { attachMlp, createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import type { CheckpointState } from "../../src/model-file/checkpoint.js";
import { batchCapacity } from "../../src/nn/sparse-batch.js";
import { WORK } from "../../src/nn/step-board.js";
import type { TrainingTask } from "../../src/nn/step-crew.js";
import { type TrainMlpInput, type TrainOutcome, trainMlp } from "../../src/nn/train-mlp.js";
import { allocateTrainingBuffers, TrainingNetwork } from "../../src/nn/training-network.js";
import { fitEnsemble } from "../../src/training/fit-ensemble.js";
import { fitNetwork } from "../../src/training/fit-network.js";
import type { NetworkTask } from "../../src/training/network-threads.js";
import type { NetworkPretraining, NetworkProgress } from "../../src/training/progress.js";
import { ADAMW } from "../unit/nn/initial-weights.js";
import { hashOf, smallRun, WEIGHTS_SHA256 } from "./small-run.js";

const kernels = createWasmMlp(readFileSync(path.resolve(import.meta.dirname, "../../assets/mlp.wasm")));

let threads: WorkerTrainingThreads | null = null;
afterEach(async () => {
  await threads?.close();
  threads = null;
});

/** The run as it is posted. */
function taskOf(input: TrainMlpInput): NetworkTask {
  const { kernels: _, threads: __, ...task } = input;
  return task;
}

/** The matrix in a file. */
function store(matrix: RowSource, spool: SpoolFile): RowSource {
  const builder = new StoredMatrixBuilder(matrix.nColumns, spool);
  const [indices, values] = [new Uint32Array(longestRow(matrix)), new Float32Array(longestRow(matrix))];
  for (let row = 0; row < matrix.nRows; row++) {
    builder.append({ nnz: copyRow(matrix, row, indices, values, 0), indices, values });
  }
  return builder.finish();
}

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

  it.each(["the steps of one network", "networks side by side"])(
    "gives them for a matrix in a file, sharing %s",
    async (way) => {
      const spool = new SpoolFile(os.tmpdir());
      threads = new WorkerTrainingThreads(2);
      const run = smallRun(kernels);
      const stored = { ...run, matrix: store(run.matrix, spool) };
      const outcome = await (way === "networks side by side"
        ? threads.fitNetwork(taskOf(stored), {})
        : fitNetwork({ ...stored, threads }, {}));
      expect(hashOf(outcome)).toBe(WEIGHTS_SHA256);
      await threads.close();
      spool.close();
    },
  );

  it("gives them on a thread that was started ahead, and ends those that had no network", async () => {
    threads = new WorkerTrainingThreads(2);
    threads.prepareNetworks(3);
    expect(threads.nNetworkThreads).toBe(2);
    expect(hashOf(await threads.fitNetwork(taskOf(smallRun(kernels)), {}))).toBe(WEIGHTS_SHA256);
    expect(threads.nNetworkThreads).toBe(1);
    await threads.close();
    expect(threads.nNetworkThreads).toBe(0);
  });

  it("takes one checkpoint at a time, however long it takes to write", async () => {
    threads = new WorkerTrainingThreads(2);
    let nSaving = 0;
    let nSaved = 0;
    const checkpoints = {
      isDue: () => true,
      save: async () => {
        expect(++nSaving).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        nSaving--;
        nSaved++;
      },
    };
    // So small a run may be over before the first order for a checkpoint reaches its thread.
    for (let run = 0; run < 100 && nSaved === 0; run++) {
      expect(hashOf(await threads.fitNetwork(taskOf(smallRun(kernels)), { checkpoints }))).toBe(WEIGHTS_SHA256);
    }
    expect(nSaved).toBeGreaterThan(0);
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
    const [columns, values] = [new Uint32Array(longestRow(matrix)), new Float32Array(longestRow(matrix))];
    const nnz = copyRow(matrix, 0, columns, values, 0);
    expect(network.batch.columns.subarray(0, nnz)).toEqual(columns.subarray(0, nnz));
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
    expect(() => new WorkerTrainingThreads(1)).toThrow("nThreads must be an integer in [2, 64]; got 1");
  });
});

describe("networks trained side by side", () => {
  /** Four networks; checkpoints are asked for after every event. */
  async function fitFour(nThreads: number, resume?: CheckpointState) {
    threads = nThreads === 1 ? null : new WorkerTrainingThreads(nThreads);
    const saved: CheckpointState[] = [];
    const epochs: string[] = [];
    const progress: NetworkProgress[] = [];
    const outcome = await fitEnsemble(
      smallRun(kernels),
      4,
      resume,
      {
        onEpoch: ({ epoch }, member) => epochs.push(`${member}:${epoch}`),
        onProgress: (each) => {
          if (each.stage === "train") progress.push(each);
        },
        checkpoints: {
          isDue: () => true,
          save: async (state, finished) => {
            saved.push(structuredClone({ state, finished }));
          },
        },
      },
      threads ?? undefined,
    );
    return { outcome, saved, epochs, progress };
  }

  it.each([2, 3, 4])("become those of one thread with %i", async (nThreads) => {
    const alone = await fitFour(1);
    const { outcome, epochs, progress } = await fitFour(nThreads);
    expect(outcome).toEqual(alone.outcome);
    expect(hashOf(outcome.finished[0])).toBe(WEIGHTS_SHA256);
    expect(epochs.toSorted()).toEqual(alone.epochs.toSorted());
    // Four networks of four epochs of three batches; one event an epoch.
    expect(progress).toHaveLength(16);
    const steps = progress.map(({ nStepsDone }) => nStepsDone);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({ nMembers: 4, nSteps: 12, nStepsDone: 48, nDocuments: 16 * 90 });
  });

  it.each([2, 3])("become those of one thread with %i after pre-training, too", async (nThreads) => {
    const input = smallRun(kernels);
    const pretrained = { ...input, pretraining: { nEpochs: 2, unlabeled: input.matrix } };
    const alone = await fitEnsemble(pretrained, 3, undefined, {});
    threads = new WorkerTrainingThreads(nThreads);
    const layers = new Set<number>();
    const onProgress = (progress: NetworkProgress | NetworkPretraining) => {
      if (progress.stage === "pretrain") layers.add(progress.layer);
    };
    const outcome = await fitEnsemble(pretrained, 3, undefined, { onProgress }, threads);
    expect(outcome).toEqual(alone);
    expect([...layers].sort()).toEqual([1, 2, 3]);
    expect(hashOf(outcome.finished[0])).not.toBe(WEIGHTS_SHA256);
  });

  it("become those of one thread when each learns from a sample of its own, too", async () => {
    const drawn = { ...smallRun(kernels), isBootstrapped: true };
    const alone = await fitEnsemble(drawn, 2, undefined, {});
    threads = new WorkerTrainingThreads(2);
    const outcome = await fitEnsemble(drawn, 2, undefined, {}, threads);
    expect(outcome).toEqual(alone);
    expect(hashOf(outcome.finished[0])).not.toBe(WEIGHTS_SHA256);
    await threads.close();
    threads = new WorkerTrainingThreads(2);
    expect(hashOf(await fitNetwork({ ...drawn, threads }, {}))).toBe(hashOf(outcome.finished[0]));
  });

  it("can be resumed from any of their checkpoints", async () => {
    const { outcome, saved } = await fitFour(2);
    expect(saved.length).toBeGreaterThan(0);
    for (const checkpoint of saved) {
      await threads?.close();
      expect((await fitFour(2, checkpoint)).outcome).toEqual(outcome);
    }
  });

  it("keep the first as it is when stopped before any is done", async () => {
    threads = new WorkerTrainingThreads(2);
    const abort = new AbortController();
    const input = smallRun(kernels);
    const optimizer = { ...input.optimizer, epochs: 10_000, patience: 10_000 };
    const onEpoch = () => abort.abort();
    const outcome = await fitEnsemble(
      { ...input, optimizer },
      2,
      undefined,
      { onEpoch, signal: abort.signal },
      threads,
    );
    expect(outcome.isInterrupted).toBe(true);
    expect(outcome.finished).toHaveLength(1);
    expect(outcome.finished[0].history.length).toBeLessThan(10_000);
  });

  it("stop, and fail with what a callback throws", async () => {
    threads = new WorkerTrainingThreads(2);
    const input = smallRun(kernels);
    const optimizer = { ...input.optimizer, epochs: 10_000, patience: 10_000 };
    const onEpoch = () => {
      throw new RangeError("enough");
    };
    const failing = fitEnsemble({ ...input, optimizer }, 2, undefined, { onEpoch }, threads);
    await expect(failing).rejects.toThrow(new RangeError("enough"));
    // The threads are free for another run.
    expect(hashOf(await threads.fitNetwork(taskOf(input), {}))).toBe(WEIGHTS_SHA256);
  });

  it("stop, and fail with what saving a checkpoint throws", async () => {
    threads = new WorkerTrainingThreads(2);
    const input = smallRun(kernels);
    const optimizer = { ...input.optimizer, epochs: 10_000, patience: 10_000 };
    const checkpoints = { isDue: () => true, save: () => Promise.reject(new RangeError("full")) };
    const failing = fitEnsemble({ ...input, optimizer }, 2, undefined, { checkpoints }, threads);
    await expect(failing).rejects.toThrow(new RangeError("full"));
  });

  it("fail with the code of a run that fails, whichever it is", async () => {
    threads = new WorkerTrainingThreads(2);
    const input = smallRun(kernels);
    const optimizer = { ...input.optimizer, learningRate: 1, weightDecay: 1 };
    const failing = fitEnsemble({ ...input, optimizer }, 3, undefined, {}, threads);
    await expect(failing).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });

  it("fail with a WorkerError when a thread ends", async () => {
    threads = new WorkerTrainingThreads(2);
    const input = smallRun(kernels);
    const optimizer = { ...input.optimizer, epochs: 10_000, patience: 10_000 };
    const onEpoch = () => void threads?.close();
    const failing = fitEnsemble({ ...input, optimizer }, 2, undefined, { onEpoch }, threads);
    await expect(failing).rejects.toBeInstanceOf(WorkerError);
  });
});
