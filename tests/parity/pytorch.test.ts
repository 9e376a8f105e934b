import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { CsrMatrix } from "../../src/features/csr-matrix.js";
import type { FloatArray, MlpKernels } from "../../src/kernels/mlp.js";
import { ReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import type { OptimizerRule } from "../../src/nn/optimizer.js";
import { batchCapacity } from "../../src/nn/sparse-batch.js";
import { TRAINABLE_NAMES, TrainingNetwork } from "../../src/nn/training-network.js";
import { type MlpParameters, type MlpShape, type MlpWeights, makeParameters } from "../../src/nn/weights.js";

/** eps of torch.optim.AdamW by default, which the fixture's maker used. */
const PYTORCH_EPSILON = 1e-8;

interface Run {
  readonly rows: readonly (readonly [readonly number[], readonly number[]])[];
  readonly labels: readonly number[];
  readonly batches: readonly (readonly number[])[];
  /** By step and layer: 1 where a unit is kept. */
  readonly masks: readonly (readonly (readonly number[])[])[];
  readonly initial: Readonly<Record<string, readonly number[]>>;
  readonly nTouched: readonly number[];
  readonly first: {
    readonly logits: readonly number[];
    readonly gradients: Readonly<Record<string, readonly number[]>>;
    readonly running: Readonly<Record<string, readonly number[]>>;
  };
  readonly losses: readonly number[];
  readonly final: Readonly<Record<keyof MlpWeights, readonly number[]>>;
}

interface Fixture {
  readonly torch: string;
  readonly shape: MlpShape;
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly labelWeights: readonly number[];
  readonly weightDecay: number;
  readonly learningRates: readonly number[];
  readonly lazy: Run;
  readonly full: Run;
}

interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Both sides compute in float64; sums of a few dozen terms in another order differ by some 1e-16 each, ten steps too. */
const FLOAT64: Tolerance = { absolute: 1e-14, relative: 1e-13 };
/** float32 has 6e-8; gradients go through four layers and three divisions by a deviation. */
const FLOAT32: Tolerance = { absolute: 2e-6, relative: 2e-5 };
/**
 * Biases before batch norm have a gradient of zero but for rounding, 1e-17 in float64, which Adam's division by √v + 1e-8
 * turns into steps of up to 1e-9 · rate in a direction of its own; the running means follow. Batch norm takes both out
 * again. In float32 those steps are as large as the rate, so there they are not compared.
 */
const IDLE_FLOAT64: Tolerance = { absolute: 1e-9, relative: 0 };
const IDLE = /^(b[123]|runningMean[123])$/;

const CAPACITY_BYTES = 1 << 20;
const wasmModule = readFileSync(path.resolve(import.meta.dirname, "../../assets/mlp.wasm"));
const float64 = () => new ReferenceMlp(Float64Array, Infinity);
const float32 = () => new ReferenceMlp(Float32Array, Infinity);
const wasm = () => createWasmMlp(wasmModule)(CAPACITY_BYTES);

const file = path.resolve(import.meta.dirname, "../fixtures/pytorch/mlp.json");
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;

/** A run of `fixture` with another optimizer. */
interface OptimizerCase extends Omit<OptimizerRule, "epsilon"> {
  readonly run: "lazy" | "full";
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
  readonly final: Run["final"];
}
const optimizersFile = path.resolve(import.meta.dirname, "../fixtures/pytorch/optimizers.json");
const optimizers = JSON.parse(readFileSync(optimizersFile, "utf8")) as {
  readonly torch: string;
  readonly cases: readonly OptimizerCase[];
};

const ADAMW: OptimizerRule = {
  optimizer: "adamw",
  momentum: 0,
  nesterov: false,
  weightDecay: fixture.weightDecay,
  epsilon: PYTORCH_EPSILON,
};

function matrixOf(run: Run): CsrMatrix {
  const indptr = new Uint32Array(run.rows.length + 1);
  run.rows.forEach(([columns], i) => {
    indptr[i + 1] = indptr[i]! + columns.length;
  });
  return {
    nRows: run.rows.length,
    nColumns: fixture.shape.nTerms,
    indptr,
    indices: Uint32Array.from(run.rows.flatMap(([columns]) => columns)),
    data: Float32Array.from(run.rows.flatMap(([, values]) => values)),
  };
}

/** The fixture lists no running statistics at the start: 0 and 1, PyTorch's own start. */
function initialOf(run: Run): MlpParameters<Float64Array> {
  return makeParameters(fixture.shape, (n, name) =>
    Float64Array.from(run.initial[name] ?? new Array<number>(n).fill(name.startsWith("runningVar") ? 1 : 0)),
  );
}

class Replay<A extends FloatArray> {
  readonly network: TrainingNetwork<A>;
  readonly #run: Run;
  readonly #learningRates: readonly number[];
  readonly #matrix: CsrMatrix;

  constructor(run: Run, kernels: MlpKernels<A>, rule: OptimizerRule = ADAMW, learningRates = fixture.learningRates) {
    this.#run = run;
    this.#learningRates = learningRates;
    this.#matrix = matrixOf(run);
    this.network = new TrainingNetwork(kernels, fixture.shape, batchCapacity(this.#matrix, run.batches[0]!.length), {
      ...fixture,
      optimizer: rule,
    });
    this.network.load(initialOf(run));
  }

  /** Loads the batch and masks of a step (1-based) and returns its loss. */
  forward(step: number): number {
    const order = Uint32Array.from(this.#run.batches[step - 1]!);
    this.network.gather(this.#matrix, this.#run.labels, order, 0, order.length, 0, 0, step);
    this.#run.masks[step - 1]!.forEach((kept, layer) => {
      this.network.masks[layer]!.set(kept.map((value) => value / (1 - fixture.dropout)));
    });
    return this.network.forward();
  }

  /** Takes all steps and returns their losses. */
  train(): number[] {
    return this.#learningRates.map((rate, i) => {
      const loss = this.forward(i + 1);
      this.network.backward();
      this.network.update(rate);
      return loss;
    });
  }
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: Tolerance, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const allowed = tolerance.absolute + tolerance.relative * Math.abs(expected[i]!);
    const difference = Math.abs(actual[i]! - expected[i]!);
    expect(difference, `${what}[${i}]: ${actual[i]} against ${expected[i]}`).toBeLessThanOrEqual(allowed);
  }
}

/** The gradient of w1 with a row for every term, as PyTorch's dense one. */
function denseGradient<A extends FloatArray>(network: TrainingNetwork<A>): Float64Array {
  const nUnits = fixture.shape.hiddenUnits[0];
  const dense = new Float64Array(fixture.shape.nTerms * nUnits);
  for (let s = 0; s < network.batch.nSlots; s++) {
    network.sparseGradient(s, s + 1);
    dense.set(network.gradients.w1.subarray(0, nUnits), network.batch.terms[s]! * nUnits);
  }
  return dense;
}

describe.each(["lazy", "full"] as const)("against PyTorch, %s run", (name) => {
  const run = fixture[name];

  it.each([
    ["float64", float64, FLOAT64],
    ["float32", float32, FLOAT32],
    ["WebAssembly", wasm, FLOAT32],
  ] as const)("gives its logits, loss, gradients and running statistics in %s", (_, create, tolerance) => {
    const replay = new Replay<FloatArray>(run, create() as MlpKernels<FloatArray>);
    const loss = replay.forward(1);
    replay.network.backward();
    const { network } = replay;
    expectClose([loss], [run.losses[0]!], tolerance, "loss");
    expectClose(network.logits, run.first.logits, tolerance, "logits");
    for (const parameter of TRAINABLE_NAMES) {
      const gradient = parameter === "w1" ? denseGradient(network) : network.gradients[parameter];
      expectClose(gradient, run.first.gradients[parameter]!, tolerance, `gradient of ${parameter}`);
    }
    for (const [statistic, values] of Object.entries(run.first.running)) {
      expectClose(network.parameters[statistic as keyof MlpWeights], values, tolerance, statistic);
    }
  });

  it.each([
    ["float64", float64, FLOAT64, IDLE_FLOAT64],
    ["float32", float32, FLOAT32, null],
    ["WebAssembly", wasm, FLOAT32, null],
  ] as const)("gives its ten losses and final parameters in %s", (_, create, tolerance, idleTolerance) => {
    const replay = new Replay<FloatArray>(run, create() as MlpKernels<FloatArray>);
    expectClose(replay.train(), run.losses, tolerance, "loss");
    replay.network.settle();
    for (const [parameter, values] of Object.entries(run.final)) {
      const actual = replay.network.parameters[parameter as keyof MlpWeights];
      if (!IDLE.test(parameter)) expectClose(actual, values, tolerance, parameter);
      else if (idleTolerance !== null) expectClose(actual, values, idleTolerance, parameter);
    }
  });
});

const nameOf = ({ optimizer, run, momentum, nesterov, weightDecay }: OptimizerCase): string =>
  `${optimizer}, ${run} run, momentum ${momentum}${nesterov ? " (Nesterov)" : ""}, weight decay ${weightDecay}`;

describe.each(optimizers.cases.map((one) => [nameOf(one), one] as const))("against PyTorch's %s", (_, one) => {
  it.each([
    ["float64", float64, FLOAT64, IDLE_FLOAT64],
    ["float32", float32, FLOAT32, null],
    ["WebAssembly", wasm, FLOAT32, null],
  ] as const)("gives its ten losses and final parameters in %s", (_, create, tolerance, idleTolerance) => {
    const rule = { ...one, epsilon: PYTORCH_EPSILON };
    const replay = new Replay<FloatArray>(
      fixture[one.run],
      create() as MlpKernels<FloatArray>,
      rule,
      one.learningRates,
    );
    expectClose(replay.train(), one.losses, tolerance, "loss");
    replay.network.settle();
    for (const [parameter, values] of Object.entries(one.final)) {
      const actual = replay.network.parameters[parameter as keyof MlpWeights];
      if (!IDLE.test(parameter)) expectClose(actual, values, tolerance, parameter);
      else if (idleTolerance !== null) expectClose(actual, values, idleTolerance, parameter);
    }
  });
});

describe("the PyTorch fixture", () => {
  it("leaves rows of w1 untouched in the lazy run and none in the full one", () => {
    expect(Math.min(...fixture.lazy.nTouched)).toBeLessThan(fixture.shape.nTerms);
    expect(new Set(fixture.full.nTouched)).toEqual(new Set([fixture.shape.nTerms]));
  });

  it("was made by the version its README names", () => {
    const readme = readFileSync(path.resolve(file, "../README.md"), "utf8");
    expect(readme).toContain(`torch ${fixture.torch}`);
    expect(optimizers.torch).toBe(fixture.torch);
  });
});
