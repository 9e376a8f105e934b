/**
 * One training step, equal architecture and batches: our WebAssembly kernels against PyTorch (dense AdamW;
 * EmbeddingBag(sparse=True) with SparseAdam) and scikit-learn's MLPClassifier, each on one thread and on two, in
 * interleaved rounds whose order turns round each time. Ratios are to ours on as many threads.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/training/compare.js PYTHON [rounds, default 9]
 *
 * PYTHON is an interpreter with torch and scikit-learn. Nothing is reported unless the losses of our first steps are the
 * reference kernels' and all sides learn. Writes bench/results/training.json; the matrix goes to build/bench/ynat/.
 */

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { type MlpKernelFactory, measureBytes } from "../../src/kernels/mlp.js";
import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { attachMlp, createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import { shuffleRows } from "../../src/nn/batch-order.js";
import { batchCapacity } from "../../src/nn/sparse-batch.js";
import { type BatchPlace, type BatchSource, StepCrew, type TrainingThreads } from "../../src/nn/step-crew.js";
import { allocateTrainingBuffers, TrainingNetwork } from "../../src/nn/training-network.js";
import type { MlpShape } from "../../src/nn/weights.js";
import { median } from "../median.js";
import { buildYnatMatrix, readYnat, type YnatMatrix } from "./ynat-matrix.js";

/** eps of torch.optim.AdamW by default. */
const PYTORCH_EPSILON = 1e-8;

const FOLDER = "build/bench/ynat";
const RESULTS = "bench/results/training.json";
const SETTINGS = {
  hiddenUnits: [128, 64, 64],
  batchSize: 128,
  learningRate: 0.002,
  weightDecay: 0.01,
  labelSmoothing: 0.05,
  dropout: 0.3,
} as const;
/** Scikit-learn has no input dropout and PyTorch none for a bag, so ours goes without as well. */
const INPUT_DROPOUT = 0;
const SEED = 1;
const N_CHECKED_STEPS = 20;
/** Float32 against double over twenty steps; the loss is near 1.9 and falling. */
const LOSS_TOLERANCE = 0.01;
/** First all touch their memory for the first time; then steps per round, so that a round of each takes a like time. */
const N_WARM_UP_STEPS = { ours: 200, "torch-sparse": 60, "torch-dense": 15, sklearn: 3 } as const;
const N_STEPS = { ours: 100, "torch-sparse": 20, "torch-dense": 5, sklearn: 2 } as const;

interface Block {
  readonly msPerStep: number;
  /** Processor time of all threads: what remains comparable where other programs take turns on the cores. */
  readonly cpuMsPerStep: number;
  readonly loss: number;
}

type Kind = keyof typeof N_STEPS;

const PEERS: readonly { readonly kind: Kind; readonly nThreads: number }[] = [
  { kind: "torch-sparse", nThreads: 1 },
  { kind: "torch-sparse", nThreads: 2 },
  { kind: "torch-dense", nThreads: 1 },
  { kind: "torch-dense", nThreads: 2 },
  { kind: "sklearn", nThreads: 1 },
  { kind: "sklearn", nThreads: 2 },
];

interface Contender {
  readonly kind: Kind;
  readonly nThreads: number;
  readonly version: string;
  readonly blocks: Block[];
  run(nSteps: number): Promise<Block>;
}

/** Our training, step by step, going round and round through the corpus. */
class OurTraining {
  readonly #crew: StepCrew;
  readonly #nBatches: number;
  #nSteps = 0;

  /** @param threads others to share the work; the kernels are used without */
  constructor(
    { matrix, labels, nLabels }: YnatMatrix,
    order: Uint32Array,
    kernels: MlpKernelFactory,
    threads: TrainingThreads | null = null,
  ) {
    const shape: MlpShape = { nTerms: matrix.nColumns, hiddenUnits: SETTINGS.hiddenUnits, nLabels };
    const capacity = batchCapacity(matrix, SETTINGS.batchSize);
    const nThreads = threads?.nThreads ?? 1;
    const nBytes = measureBytes((allocator) => allocateTrainingBuffers(allocator, shape, capacity, nThreads));
    const memory = threads?.shareMemory(nBytes) ?? null;
    const options = {
      labelWeights: new Float64Array(nLabels).fill(1),
      labelSmoothing: SETTINGS.labelSmoothing,
      dropout: SETTINGS.dropout,
      optimizer: {
        optimizer: "adamw",
        momentum: 0,
        nesterov: false,
        weightDecay: SETTINGS.weightDecay,
        epsilon: PYTORCH_EPSILON,
      },
    } as const;
    const own = memory === null ? kernels(nBytes) : attachMlp(memory, 0);
    const network = new TrainingNetwork(own, shape, capacity, options, 0, nThreads);
    network.initialize(SEED);
    const source: BatchSource = { matrix, labels, order, inputDropout: INPUT_DROPOUT, seed: SEED };
    this.#crew = new StepCrew(network, source);
    this.#nBatches = Math.floor(matrix.nRows / SETTINGS.batchSize);
    if (memory === null) return;
    const tasks = Array.from({ length: nThreads - 1 }, (_, i) => i + 1);
    threads?.start(tasks.map((thread) => ({ memory, thread, shape, capacity, options, source })));
  }

  /** Takes one step and returns its loss. */
  step(): number {
    const loss = this.#crew.forward(this.#place(this.#nSteps), this.#place(this.#nSteps + 1));
    this.#crew.update(SETTINGS.learningRate);
    this.#nSteps++;
    return loss;
  }

  #place(step: number): BatchPlace {
    const begin = (step % this.#nBatches) * SETTINGS.batchSize;
    return { begin, end: begin + SETTINGS.batchSize, step: step + 1 };
  }

  end(): void {
    this.#crew.end();
  }

  async run(nSteps: number): Promise<Block> {
    let lossSum = 0;
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < nSteps; i++) lossSum += this.step();
    const msPerStep = (performance.now() - start) / nSteps;
    const { user, system } = process.cpuUsage(cpuStart);
    return { msPerStep, cpuMsPerStep: (user + system) / 1000 / nSteps, loss: lossSum / nSteps };
  }
}

/** The same matrix and labels where all threads see them. */
function shareData({ matrix, labels, nLabels }: YnatMatrix): YnatMatrix {
  const share = <T extends Uint32Array | Uint16Array | Float32Array>(array: T): T => {
    const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => T)(
      new SharedArrayBuffer(array.byteLength),
    );
    copy.set(array);
    return copy;
  };
  const { nRows, nColumns, indptr, indices, data } = matrix;
  const sharedMatrix = { nRows, nColumns, indptr: share(indptr), indices: share(indices), data: share(data) };
  return { matrix: sharedMatrix, labels: share(labels), nLabels };
}

/** Writes the matrix for peers.py. */
function writeMatrix({ matrix, labels, nLabels }: YnatMatrix, order: Uint32Array): void {
  mkdirSync(FOLDER, { recursive: true });
  const arrays = { indptr: matrix.indptr, indices: matrix.indices, data: matrix.data, labels, order };
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(arrays)) {
    writeFileSync(path.join(FOLDER, `${name}.bin`), new Uint8Array(buffer, byteOffset, byteLength));
  }
  const meta = { ...SETTINGS, nRows: matrix.nRows, nColumns: matrix.nColumns, nLabels };
  writeFileSync(path.join(FOLDER, "meta.json"), JSON.stringify(meta));
}

/** Starts a peer, which answers each line with a block. */
async function startPeer(
  python: string,
  kind: Kind,
  nThreads: number,
): Promise<{ contender: Contender; process: ChildProcessWithoutNullStreams }> {
  const process = spawn(python, ["bench/training/peers.py", FOLDER, kind, String(nThreads)]);
  process.stderr.pipe(globalThis.process.stderr);
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { done, value } = await lines.next();
    if (done) throw new Error(`${kind} ended early`);
    return JSON.parse(value) as unknown;
  };
  const { version } = (await next()) as { version: string };
  const run = async (nSteps: number) => {
    process.stdin.write(`${nSteps}\n`);
    return (await next()) as Block;
  };
  return { contender: { kind, nThreads, version, blocks: [], run }, process };
}

const round = (value: number) => Number(value.toPrecision(4));

const [python, nRoundsText = "9"] = process.argv.slice(2);
if (python === undefined) throw new Error("name a Python interpreter with torch and scikit-learn");
const data = await buildYnatMatrix();
const { matrix } = data;
const order = new Uint32Array(matrix.nRows);
shuffleRows(order, SEED, 1);
writeMatrix(data, order);

const wasm = createWasmMlp(readFileSync("assets/mlp.wasm"));
const reference = new OurTraining(data, order, createReferenceMlp);
const checked = new OurTraining(data, order, wasm);
for (let step = 1; step <= N_CHECKED_STEPS; step++) {
  const [actual, expected] = [checked.step(), reference.step()];
  if (!(Math.abs(actual - expected) <= LOSS_TOLERANCE)) {
    throw new Error(`step ${step}: loss ${actual}, the reference's is ${expected}`);
  }
}

// Compiled to dist/, where the worker's file and the kernels are found from.
const { WorkerTrainingThreads } = (await import(
  pathToFileURL("dist/io/training-threads.js").href
)) as typeof import("../../src/io/training-threads.js");
const threads = new WorkerTrainingThreads(2);
const shared = shareData(data);
const sharedOrder = new Uint32Array(new SharedArrayBuffer(order.byteLength));
sharedOrder.set(order);
const contenderOf = (training: OurTraining, nThreads: number): Contender => ({
  kind: "ours",
  nThreads,
  version: process.version,
  blocks: [],
  run: (nSteps) => training.run(nSteps),
});
const trainings = [new OurTraining(data, order, wasm), new OurTraining(shared, sharedOrder, wasm, threads)];
const us = trainings.map((training, i) => contenderOf(training, i + 1));
const peers = await Promise.all(PEERS.map(({ kind, nThreads }) => startPeer(python, kind, nThreads)));
const contenders = [...us, ...peers.map(({ contender }) => contender)];
for (const { kind, run } of contenders) await run(N_WARM_UP_STEPS[kind]);
for (let i = 0; i < Number(nRoundsText); i++) {
  for (const { kind, run, blocks } of i % 2 === 0 ? contenders : contenders.toReversed()) {
    blocks.push(await run(N_STEPS[kind]));
  }
}
for (const { process: peer } of peers) peer.stdin.end();
for (const training of trainings) training.end();
await threads.close();

const timesOf = ({ blocks }: Contender) => blocks.map(({ msPerStep }) => msPerStep);
const cpuTimesOf = ({ blocks }: Contender) => blocks.map(({ cpuMsPerStep }) => cpuMsPerStep);
/** Median over the rounds of a time divided by ours in the same round. */
const medianRatio = (times: readonly number[], ours: readonly number[]) =>
  round(median(times.map((time, i) => time / ours[i]!)));
const results = contenders.map((contender) => {
  const { kind, nThreads, version, blocks } = contender;
  const times = timesOf(contender);
  const ours = us[nThreads - 1]!;
  const lastLoss = blocks.at(-1)!.loss;
  // Of seven labels, guessing has a loss of ln 7 = 1.946.
  if (!(lastLoss < 1.9)) throw new Error(`${kind} does not learn: its loss is ${lastLoss}`);
  return {
    kind,
    nThreads,
    version,
    medianMs: round(median(times)),
    minMs: round(Math.min(...times)),
    maxMs: round(Math.max(...times)),
    medianCpuMs: round(median(cpuTimesOf(contender))),
    ratio: medianRatio(times, timesOf(ours)),
    cpuRatio: medianRatio(cpuTimesOf(contender), cpuTimesOf(ours)),
    lastLoss: round(lastLoss),
  };
});
console.table(results);
mkdirSync(path.dirname(RESULTS), { recursive: true });
writeFileSync(
  RESULTS,
  `${JSON.stringify(
    {
      commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
      cpu: cpus()[0]!.model,
      node: process.version,
      dataSha256: createHash("sha256").update(readYnat()).digest("hex"),
      nRounds: Number(nRoundsText),
      loadAverage: loadavg().map(round),
      matrix: { nRows: matrix.nRows, nColumns: matrix.nColumns, nnz: matrix.indices.length },
      settings: SETTINGS,
      results,
    },
    null,
    2,
  )}\n`,
);
