/**
 * One training step by every engine, side by side: the same headlines, batches, start and masks, in interleaved rounds
 * whose order turns round each time.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/engines/compare.js [rounds, default 5] [path of a built @tensorflow/tfjs-node]
 *
 * Nothing is reported unless the losses of each engine's first 20 steps are those of our kernels. Writes
 * bench/results/engines.json.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import type { TensorFlow } from "../../src/backends/tfjs/tensorflow.js";
import { TfjsSteps } from "../../src/backends/tfjs/tfjs-steps.js";
import { measureBytes } from "../../src/kernels/mlp.js";
import { createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import { shuffleRows } from "../../src/nn/batch-order.js";
import { batchCapacity } from "../../src/nn/sparse-batch.js";
import { type BatchSource, StepCrew } from "../../src/nn/step-crew.js";
import type { TrainingSteps } from "../../src/nn/training-backend.js";
import { allocateTrainingBuffers, TrainingNetwork } from "../../src/nn/training-network.js";
import { buildYnatMatrix } from "../training/ynat-matrix.js";

const RESULTS = "bench/results/engines.json";
const HIDDEN_UNITS = [128, 64, 64] as const;
const BATCH = 128;
const SEED = 1;
const N_CHECKED_STEPS = 20;
const LOSS_TOLERANCE = 1e-3;
const N_STEPS = 20;

const [nRoundsText = "5", tfjsNode] = process.argv.slice(2);
const { matrix, labels, nLabels } = await buildYnatMatrix();
const order = new Uint32Array(matrix.nRows);
shuffleRows(order, SEED, 1);
const source: BatchSource = { matrix, labels, order, inputDropout: 0.5, seed: SEED };
const shape = { nTerms: matrix.nColumns, hiddenUnits: HIDDEN_UNITS, nLabels };
const capacity = batchCapacity(matrix, BATCH);
const kernels = createWasmMlp(readFileSync("assets/mlp.wasm"));
const nBytes = measureBytes((allocator) => allocateTrainingBuffers(allocator, shape, capacity, 1));
const nBatches = Math.floor(matrix.nRows / BATCH);

interface Engine {
  readonly name: string;
  readonly steps: TrainingSteps;
  activate(): Promise<unknown>;
  nSteps: number;
  readonly msPerStep: number[];
}

function createNetwork(): TrainingNetwork {
  const network = new TrainingNetwork(kernels(nBytes), shape, capacity, {
    labelWeights: new Float64Array(nLabels).fill(1),
    labelSmoothing: 0.05,
    dropout: 0.1,
    optimizer: { optimizer: "adamw", momentum: 0, nesterov: false, weightDecay: 0.01, epsilon: 0.01 },
  });
  network.initialize(SEED);
  return network;
}

async function tfjsEngine(tf: TensorFlow, backend: string, name: string): Promise<Engine> {
  tf.enableProdMode();
  const activate = () => tf.setBackend(backend);
  if (!(await activate())) throw new Error(`${name} does not start`);
  return { name, steps: new TfjsSteps(tf, createNetwork(), source), activate, nSteps: 0, msPerStep: [] };
}

function step(engine: Engine): number {
  const begin = (engine.nSteps % nBatches) * BATCH;
  engine.nSteps++;
  const loss = engine.steps.forward({ begin, end: begin + BATCH, step: engine.nSteps }, null);
  engine.steps.update(0.01);
  return loss;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

const require = createRequire(path.resolve("package.json"));
require("@tensorflow/tfjs-backend-wasm");
const tfjs = require("@tensorflow/tfjs") as TensorFlow;
const ours: Engine = {
  name: "newsclf, one thread",
  steps: new StepCrew(createNetwork(), source),
  activate: async () => undefined,
  nSteps: 0,
  msPerStep: [],
};
const engines = [
  ours,
  await tfjsEngine(tfjs, "wasm", `@tensorflow/tfjs-backend-wasm ${tfjs.version.tfjs}`),
  await tfjsEngine(tfjs, "cpu", `@tensorflow/tfjs ${tfjs.version.tfjs}, cpu`),
];
if (tfjsNode !== undefined) {
  const native = require(path.resolve(tfjsNode)) as TensorFlow;
  engines.push(await tfjsEngine(native, "tensorflow", `@tensorflow/tfjs-node ${native.version.tfjs}`));
}

const expected: number[] = [];
for (const engine of engines) {
  await engine.activate();
  for (let i = 0; i < N_CHECKED_STEPS; i++) {
    const loss = step(engine);
    expected[i] ??= loss;
    if (!(Math.abs(loss - (expected[i] as number)) <= LOSS_TOLERANCE)) {
      throw new Error(`${engine.name}, step ${i + 1}: loss ${loss}, ours is ${expected[i]}`);
    }
  }
}
for (let round = 0; round < Number(nRoundsText); round++) {
  for (const engine of round % 2 === 0 ? engines : engines.toReversed()) {
    await engine.activate();
    const start = performance.now();
    for (let i = 0; i < N_STEPS; i++) step(engine);
    engine.msPerStep.push((performance.now() - start) / N_STEPS);
  }
}

const results = engines.map(({ name, msPerStep }) => ({
  name,
  msPerStep: median(msPerStep),
  fastest: Math.min(...msPerStep),
  slowest: Math.max(...msPerStep),
  ratio: median(msPerStep.map((time, i) => time / (ours.msPerStep[i] as number))),
}));
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0], node: process.version };
const data = { nDocuments: matrix.nRows, nTerms: matrix.nColumns, batch: BATCH, hiddenUnits: HIDDEN_UNITS };
writeFileSync(RESULTS, `${JSON.stringify({ machine, data, nRounds: Number(nRoundsText), results }, null, 2)}\n`);
console.table(results);
for (const { steps } of engines) steps.end();
