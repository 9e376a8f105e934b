import { describe, expect, it } from "vitest";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import {
  type PretrainInput,
  type PretrainProgress,
  pretrain,
  TermAutoencoder,
  UnitAutoencoder,
} from "../../../src/nn/pretrain.js";
import { initializeWeights, type MlpWeights, makeParameters } from "../../../src/nn/weights.js";
import { csrOf } from "./small-matrix.js";

/** Numbers in (-0.5, 0.5) without pattern. */
function numbers(n: number, seed: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => ((Math.sin((i + 1) * 12.9898 + seed) * 43_758.5453) % 1) / 2);
}

const STEP = 1e-6;

/** (loss(w + h) - loss(w - h)) / 2 h for each number of an array that the loss depends on. */
function differences(values: Float64Array, loss: () => number): Float64Array {
  return values.map((value, i) => {
    values[i] = value + STEP;
    const above = loss();
    values[i] = value - STEP;
    const below = loss();
    values[i] = value;
    return (above - below) / (2 * STEP);
  });
}

/** Expects a step at rate 1 to be the negative gradient. */
function expectGradients(arrays: readonly Float64Array[], step: (rate: number) => number): void {
  const expected = arrays.map((values) => differences(values, () => step(0)));
  const before = arrays.map((values) => values.slice());
  step(1);
  for (const [place, values] of arrays.entries()) {
    const start = before[place]!;
    for (const [i, value] of values.entries()) expect(start[i]! - value).toBeCloseTo(expected[place]![i]!, 7);
  }
}

describe("TermAutoencoder", () => {
  it("moves against the gradient of its loss, as central differences give it", () => {
    // 5 terms, 3 units; terms 0 and 3 are seen, 0, 1 and 3 are there, 4 is not.
    const arrays = [numbers(15, 1), numbers(3, 2), numbers(15, 3), numbers(5, 4)] as const;
    const autoencoder = new TermAutoencoder(...arrays);
    const row = { columns: Uint32Array.of(0, 3), values: Float64Array.of(0.8, 0.6), nnz: 2 };
    const targets = Uint32Array.of(0, 1, 3, 4);
    expectGradients(arrays, (rate) => autoencoder.step(row, targets, 3, 4, rate));
    expect(Array.from(autoencoder.hidden).some((value) => value > 0)).toBe(true);
  });

  it("starts from ln 2 for each target where it knows nothing", () => {
    const zeros = new Float64Array(4);
    const autoencoder = new TermAutoencoder(zeros, new Float64Array(2), zeros.slice(), new Float64Array(2));
    const row = { columns: Uint32Array.of(0), values: Float64Array.of(1), nnz: 1 };
    expect(autoencoder.step(row, Uint32Array.of(0, 1), 1, 2, 0)).toBeCloseTo(2 * Math.LN2, 12);
  });
});

describe("UnitAutoencoder", () => {
  it("moves against the gradient of its loss, as central differences give it", () => {
    // 4 inputs, 3 units; the second input is left out.
    const arrays = [numbers(12, 5), numbers(3, 6), numbers(12, 7), numbers(4, 8)] as const;
    const autoencoder = new UnitAutoencoder(...arrays);
    const target = Float64Array.of(0.5, 1.5, 0, 2);
    expectGradients(arrays, (rate) => autoencoder.step(Float64Array.of(0.6, 0, 0, 2.2), target, rate));
  });
});

const SHAPE = { nTerms: 12, hiddenUnits: [6, 5, 4], nLabels: 2 } as const;

/** Two kinds of documents, with six terms of their own each; each document has four of its kind. */
const ROWS = Array.from({ length: 40 }, (_, i) => {
  const first = (i % 2) * 6;
  const left = [i % 6, (i + 1 + (i % 3)) % 6];
  return Array.from({ length: 6 }, (_, t) => t)
    .filter((t) => !left.includes(t))
    .map((t) => [first + t, 0.5] as const);
});

function drawnWeights(): MlpWeights {
  const kernels = createReferenceMlp(1 << 20);
  const weights = makeParameters(SHAPE, (n) => kernels.allocate(n));
  initializeWeights(kernels, weights, 3);
  return weights;
}

function run(changes: Partial<PretrainInput> = {}, stopAfter = Number.POSITIVE_INFINITY) {
  const weights = drawnWeights();
  const input: PretrainInput = {
    matrices: [csrOf(12, ROWS)],
    nEpochs: 40,
    inputDropout: 0.25,
    dropout: 0.1,
    seed: 5,
    ...changes,
  };
  const progress: PretrainProgress[] = [];
  const steps = pretrain(weights, input);
  for (let next = steps.next(); !next.done; next = steps.next(progress.length >= stopAfter ? "stop" : undefined)) {
    progress.push(next.value);
  }
  return { weights, progress };
}

describe("pretrain", () => {
  it("lowers the loss of each layer", () => {
    const { progress } = run();
    for (const layer of [1, 2, 3]) {
      const losses = progress.filter((event) => event.layer === layer).map(({ loss }) => loss);
      expect(losses).toHaveLength(40);
      expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
    }
    expect(progress.at(-1)).toMatchObject({ layer: 3, epoch: 40, nDone: 3 * 40 * 40, nTotal: 3 * 40 * 40 });
  });

  it("brings terms together that stand in the same documents", () => {
    const { w1 } = run().weights;
    const cosine = (a: number, b: number): number => {
      const [x, y] = [a, b].map((term) => w1.subarray(term * 6, term * 6 + 6)) as [Float32Array, Float32Array];
      const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, value, k) => sum + value * v[k]!, 0);
      return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
    };
    const mean = (pairs: readonly (readonly [number, number])[]) =>
      pairs.reduce((sum, [a, b]) => sum + cosine(a, b), 0) / pairs.length;
    const within = mean([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
      [10, 11],
    ]);
    const between = mean([
      [0, 6],
      [1, 7],
      [2, 8],
      [3, 9],
      [4, 10],
      [5, 11],
    ]);
    expect(within).toBeGreaterThan(between + 0.5);
  });

  it("leaves running statistics of each layer's sums over all documents", () => {
    const { weights } = run();
    const matrix = csrOf(12, ROWS);
    const sums = ROWS.map((row) =>
      row.reduce((sum, [term, value]) => sum + value * weights.w1[term * 6]!, weights.b1[0]!),
    );
    const mean = sums.reduce((total, sum) => total + sum, 0) / matrix.nRows;
    const variance = sums.reduce((total, sum) => total + (sum - mean) ** 2, 0) / matrix.nRows;
    expect(weights.runningMean1[0]).toBeCloseTo(mean, 5);
    expect(weights.runningVar1[0]! / variance).toBeCloseTo(1, 4);
    expect(weights.runningVar3.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
  });

  it("leaves what labels are learned by as it was drawn", () => {
    const drawn = drawnWeights();
    const { weights } = run();
    expect(weights.w4).toEqual(drawn.w4);
    expect(weights.gamma1).toEqual(drawn.gamma1);
    expect(weights.w1).not.toEqual(drawn.w1);
    expect(weights.w2).not.toEqual(drawn.w2);
    expect(weights.w3).not.toEqual(drawn.w3);
  });

  it("gives the same bytes for documents without labels in one matrix or in two, and others for another seed", () => {
    const { weights } = run({ matrices: [csrOf(12, ROWS.slice(0, 9)), csrOf(12, ROWS.slice(9))] });
    const inThree = [csrOf(12, ROWS.slice(0, 9)), csrOf(12, ROWS.slice(9, 15)), csrOf(12, ROWS.slice(15))] as const;
    expect(run({ matrices: inThree }).weights).toEqual(weights);
    expect(run().weights.w1).not.toEqual(weights.w1);
    expect(run({ seed: 6 }).weights.w1).not.toEqual(run().weights.w1);
  });

  it.each([
    // 0.02 times documents by labelled document, 2 at most.
    [ROWS.length, 0.02],
    [ROWS.length / 2, 0.04],
  ])("makes the first layer's sums the wider the fewer documents have labels: %i of them", (nLabeled, deviation) => {
    const { weights } = run({ matrices: [csrOf(12, ROWS.slice(0, nLabeled)), csrOf(12, ROWS.slice(nLabeled))] });
    const variances = Array.from(weights.runningVar1);
    const mean = variances.reduce((sum, variance) => sum + variance, 0) / variances.length;
    expect(Math.sqrt(mean)).toBeCloseTo(deviation, 6);
  });

  it("ends where it is told to, with finite weights", () => {
    const { weights, progress } = run({}, 3);
    expect(progress).toHaveLength(3);
    for (const values of Object.values(weights)) expect(values.every(Number.isFinite)).toBe(true);
  });

  it("takes documents without terms", () => {
    const { weights } = run({ matrices: [csrOf(12, [[], ...ROWS.slice(0, 4), []])], nEpochs: 2 });
    for (const values of Object.values(weights)) expect(values.every(Number.isFinite)).toBe(true);
    const { weights: none } = run({ matrices: [csrOf(12, [[], []])], nEpochs: 2 });
    for (const values of Object.values(none)) expect(values.every(Number.isFinite)).toBe(true);
  });
});
