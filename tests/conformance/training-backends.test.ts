/** Every backend takes the same steps from the same start, batches and masks. */

import { createRequire } from "node:module";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { probe } from "../../src/backends/tfjs/probe.js";
import type { TensorFlow } from "../../src/backends/tfjs/tensorflow.js";
import { TfjsSteps } from "../../src/backends/tfjs/tfjs-steps.js";
import { ReferenceMlp } from "../../src/kernels/reference-mlp.js";
import type { OptimizerRule } from "../../src/nn/optimizer.js";
import { batchCapacity } from "../../src/nn/sparse-batch.js";
import { type BatchSource, StepCrew } from "../../src/nn/step-crew.js";
import { Teacher } from "../../src/nn/teacher.js";
import { trainMlp } from "../../src/nn/train-mlp.js";
import type { TrainingSteps } from "../../src/nn/training-backend.js";
import { TRAINABLE_NAMES, TrainingNetwork } from "../../src/nn/training-network.js";
import { initializeWeights, makeParameters, oneNetwork } from "../../src/nn/weights.js";
import { ADAMW } from "../unit/nn/initial-weights.js";
import { smallRun } from "./small-run.js";

/** float32 on both sides; the reference sums in double. */
const FORWARD_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-4;
const CURVE_TOLERANCE = 1e-3;
const BATCH = 30;
/** Epsilon of the default: Adam with 1e-8 turns rounding of zero gradients into whole steps. */
const EPSILON = 0.01;

const createKernels = (capacity: number) => new ReferenceMlp(Float32Array, capacity);
const { matrix, labels } = smallRun(createKernels);
const SHAPE = { nTerms: matrix.nColumns, hiddenUnits: [16, 9, 6], nLabels: 3 } as const;
const order = Uint32Array.from({ length: matrix.nRows }, (_, i) => (i * 37) % matrix.nRows);
const SOURCE: BatchSource = { matrix, labels: Int32Array.from(labels), order, inputDropout: 0.2, seed: 5 };

type Begin = (network: TrainingNetwork) => TrainingSteps;
const byKernels: Begin = (network) => new StepCrew(network, SOURCE);

class Run {
  readonly network: TrainingNetwork;
  readonly steps: TrainingSteps;
  #nSteps = 0;

  constructor(begin: Begin, rule: OptimizerRule, isTaught = false) {
    const options = { labelWeights: [0.75, 1.5, 1], labelSmoothing: 0.1, isTaught, dropout: 0.25, optimizer: rule };
    const kernels = createKernels(Number.POSITIVE_INFINITY);
    this.network = new TrainingNetwork(kernels, SHAPE, batchCapacity(matrix, BATCH), options);
    this.network.initialize(7);
    this.steps = begin(this.network);
  }

  /** The loss of the next batch of 30 of the 90 documents. */
  forward(): number {
    const begin = (this.#nSteps % 3) * BATCH;
    this.#nSteps++;
    return this.steps.forward({ begin, end: begin + BATCH, step: this.#nSteps }, null);
  }

  step(rate: number): number {
    const loss = this.forward();
    this.steps.update(rate);
    return loss;
  }

  /** Parameters with every decay in them. */
  settled(): TrainingNetwork["parameters"] {
    this.steps.sync();
    this.network.settle();
    return this.network.parameters;
  }
}

const RULES: readonly (readonly [string, OptimizerRule, number])[] = [
  ["adamw", { ...ADAMW, weightDecay: 0.5, epsilon: EPSILON }, 0.01],
  ["adam with decay in the gradient", { ...ADAMW, optimizer: "adam", weightDecay: 0.05, epsilon: EPSILON }, 0.01],
  ["plain sgd", { ...ADAMW, optimizer: "sgd", weightDecay: 0.05 }, 0.1],
  ["sgd with momentum", { ...ADAMW, optimizer: "sgd", momentum: 0.9, weightDecay: 0.05 }, 0.05],
  ["sgd with Nesterov's momentum", { ...ADAMW, optimizer: "sgd", momentum: 0.9, nesterov: true }, 0.05],
];

/** Largest difference of two arrays. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

describe.each(["cpu", "wasm"])("TensorFlow.js on its %s backend", (backend) => {
  const tf = createRequire(import.meta.url)("@tensorflow/tfjs") as TensorFlow;
  const byTfjs: Begin = (network) => new TfjsSteps(tf, network, SOURCE);

  beforeAll(async () => {
    tf.enableProdMode();
    expect(await tf.setBackend(backend)).toBe(true);
  });

  it("passes the probe and really does the work", () => {
    expect(tf.getBackend()).toBe(backend);
    const before = tf.memory().numTensors;
    const run = new Run(byTfjs, RULES[0]![1]);
    // Thirteen dense parameters with two moments each.
    expect(tf.memory().numTensors - before).toBe(39);
    run.steps.end();
    expect(() => probe(tf)).not.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("gives the same losses and running statistics", () => {
    const [ours, theirs] = [new Run(byKernels, ADAMW), new Run(byTfjs, ADAMW)];
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(ours.forward() - theirs.forward())).toBeLessThan(FORWARD_TOLERANCE);
    }
    const [a, b] = [ours.settled(), theirs.settled()];
    for (const name of ["runningMean1", "runningVar1", "runningMean3", "runningVar3"] as const) {
      expect(distance(a[name], b[name]), name).toBeLessThan(FORWARD_TOLERANCE);
    }
    theirs.steps.end();
  });

  it("gives the same gradients", () => {
    // A step of plain descent at a rate of 1 takes exactly the gradient off.
    const plain: OptimizerRule = { ...ADAMW, optimizer: "sgd" };
    const [ours, theirs] = [new Run(byKernels, plain), new Run(byTfjs, plain)];
    const start = structuredClone(ours.network.parameters);
    ours.step(1);
    theirs.step(1);
    const [a, b] = [ours.settled(), theirs.settled()];
    for (const name of TRAINABLE_NAMES) {
      expect(distance(a[name], b[name]), name).toBeLessThan(GRADIENT_TOLERANCE);
      if (!/^b[123]$/.test(name)) expect(distance(a[name], start[name]), name).toBeGreaterThan(1e-3);
    }
    theirs.steps.end();
  });

  it.each(RULES)("follows the loss of 20 steps of %s", (_, rule, rate) => {
    const [ours, theirs] = [new Run(byKernels, rule), new Run(byTfjs, rule)];
    const losses = Array.from({ length: 20 }, () => [ours.step(rate), theirs.step(rate)] as const);
    for (const [a, b] of losses) expect(Math.abs(a - b)).toBeLessThan(CURVE_TOLERANCE);
    expect(losses.at(-1)![0]).toBeLessThan(losses[0]![0]);
    const [a, b] = [ours.settled(), theirs.settled()];
    for (const name of ["w1", "w2", "w3", "w4", "gamma1", "beta3", "b4"] as const) {
      expect(distance(a[name], b[name]), name).toBeLessThan(CURVE_TOLERANCE);
    }
    theirs.steps.end();
  });

  it("learns the answers of a teacher", () => {
    const weights = makeParameters(SHAPE, (n) => new Float32Array(n));
    initializeWeights(createKernels(Number.POSITIVE_INFINITY), weights, 8);
    const taught: BatchSource = { ...SOURCE, teacher: new Teacher(oneNetwork(weights), createKernels) };
    const ours = new Run((network) => new StepCrew(network, taught), ADAMW, true);
    const theirs = new Run((network) => new TfjsSteps(tf, network, taught), ADAMW, true);
    const untaught = new Run((network) => new StepCrew(network, taught), ADAMW);
    for (let i = 0; i < 5; i++) {
      const loss = ours.step(0.01);
      expect(Math.abs(loss - theirs.step(0.01))).toBeLessThan(CURVE_TOLERANCE);
      expect(Math.abs(loss - untaught.step(0.01))).toBeGreaterThan(CURVE_TOLERANCE);
    }
    theirs.steps.end();
  });

  it("holds as many tensors after 200 steps as before, and none at the end", () => {
    const before = tf.memory().numTensors;
    const run = new Run(byTfjs, RULES[0]![1]);
    run.step(0.01);
    const { numTensors, numBytes } = tf.memory();
    for (let i = 0; i < 200; i++) run.step(0.001);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(tf.memory().numBytes).toBe(numBytes);
    run.steps.end();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("takes documents without terms", () => {
    const empty: BatchSource = {
      ...SOURCE,
      matrix: {
        nRows: 3,
        nColumns: 60,
        indptr: new Uint32Array(4),
        indices: new Uint32Array(0),
        data: new Float32Array(0),
      },
      order: Uint32Array.of(0, 1, 2),
    };
    const losses = [byKernels, byTfjs].map(() => 0);
    for (const [i, create] of [
      (network: TrainingNetwork) => new StepCrew(network, empty),
      (network: TrainingNetwork) => new TfjsSteps(tf, network, empty),
    ].entries()) {
      const run = new Run(create, ADAMW);
      losses[i] = run.steps.forward({ begin: 0, end: 3, step: 1 }, null);
      run.steps.update(0.01);
      expect(run.network.parameters.w1.every(Number.isFinite)).toBe(true);
      run.steps.end();
    }
    expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(FORWARD_TOLERANCE);
  });

  it("trains a whole run to the kernels' figures, and goes on from a state to the same weights", () => {
    const input = smallRun(createKernels);
    const optimizer = { ...input.optimizer, epsilon: EPSILON };
    const create = (network: TrainingNetwork, source: BatchSource) => new TfjsSteps(tf, network, source);
    const before = tf.memory().numTensors;
    const train = (given: Parameters<typeof trainMlp>[0], captureAt = 0) => {
      const run = trainMlp(given);
      let state = null;
      let nEvents = 0;
      for (let next = run.next(); ; ) {
        if (next.done) return { outcome: next.value, state };
        nEvents++;
        if (next.value.kind === "state") state = structuredClone(next.value.state);
        next = run.next(nEvents === captureAt ? "capture" : undefined);
      }
    };
    const ours = train({ ...input, optimizer }).outcome;
    const given = { ...input, optimizer, backend: { name: "test", createSteps: create } };
    const { outcome: theirs, state } = train(given, 4);
    for (const [i, record] of ours.history.entries()) {
      expect(Math.abs(record.validationLoss! - theirs.history[i]!.validationLoss!)).toBeLessThan(CURVE_TOLERANCE);
    }
    expect(train({ ...given, resume: state! }).outcome.weights).toEqual(theirs.weights);
    expect(tf.memory().numTensors).toBe(before);
  });
});
