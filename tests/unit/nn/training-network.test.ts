import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../../src/kernels/mlp.js";
import { ReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { batchCapacity } from "../../../src/nn/sparse-batch.js";
import { TrainingNetwork } from "../../../src/nn/training-network.js";
import { ADAMW, initialWeights } from "./initial-weights.js";
import { csrOf } from "./small-matrix.js";

const SHAPE = { nTerms: 3, hiddenUnits: [4, 3, 2], nLabels: 2 } as const;
/** Term 2 is in the last two rows only. */
const MATRIX = csrOf(3, [[[0, 1]], [[1, 1]], [[2, 1]], [[2, 0.5]]]);
const LABELS = [0, 1, 0, 1];
/** One rounding to float32 of a number below 0.01. */
const ROUNDING = 0.01 * 2 ** -23;

function createNetwork<A extends FloatArray>(arrayType: new (n: number) => A, weightDecay: number): TrainingNetwork<A> {
  const kernels = new ReferenceMlp(arrayType, Infinity);
  const options = { labelWeights: [1, 1], labelSmoothing: 0, dropout: 0, optimizer: { ...ADAMW, weightDecay } };
  const network = new TrainingNetwork(kernels, SHAPE, batchCapacity(MATRIX, 2), options);
  network.load(initialWeights(SHAPE, 1));
  return network;
}

/** One step on two rows of the matrix. */
function step(network: TrainingNetwork<FloatArray>, rows: readonly number[], rate: number): void {
  network.gather(MATRIX, LABELS, Uint32Array.from(rows), 0, rows.length, 0, 0, network.nSteps + 1);
  network.forward();
  network.backward();
  network.update(rate);
}

describe("rows of w1 that a batch does not touch", () => {
  it("do not move before w1 is settled, and then make up for every missed decay at once", () => {
    const network = createNetwork(Float32Array, 0.5);
    const start = Float32Array.from(network.parameters.w1);
    const rates = [0.1, 0.2, 0.05];
    for (const rate of rates) step(network, [0, 1], rate);
    expect([...network.parameters.w1.subarray(8)]).toEqual([...start.subarray(8)]);
    network.settle();
    // (1 - 0.05) (1 - 0.1) (1 - 0.025) = 0.833625
    for (let i = 8; i < 12; i++) {
      expect(Math.abs(network.parameters.w1[i]! - start[i]! * 0.833625)).toBeLessThanOrEqual(ROUNDING);
    }
  });

  it("count with every decay when a batch reads them", () => {
    const late = createNetwork(Float64Array, 0.5);
    const settled = createNetwork(Float64Array, 0.5);
    for (const network of [late, settled]) for (let i = 0; i < 5; i++) step(network, [0, 1], 0.1);
    settled.settle();
    for (const network of [late, settled]) step(network, [2, 3], 0.1);
    late.settle();
    settled.settle();
    late.parameters.w1.forEach((value, i) => {
      expect(Math.abs(value - settled.parameters.w1[i]!)).toBeLessThan(1e-15);
    });
  });

  it("decay to zero and stay finite when the product of all decays is below the smallest double", () => {
    const network = createNetwork(Float64Array, 90);
    // 0.1^400 = 1e-400; the product starts anew on the way.
    for (let i = 0; i < 400; i++) step(network, [0, 1], 0.01);
    step(network, [2, 3], 0.01);
    network.settle();
    for (const value of network.parameters.w1) expect(Number.isFinite(value)).toBe(true);
  });

  it("survive a restart of the product without losing a decay", () => {
    const network = createNetwork(Float64Array, 90);
    const start = network.parameters.w1[8]!;
    // 0.1^120 = 1e-120 passes the restart at 1e-6 twenty times.
    for (let i = 0; i < 120; i++) step(network, [0, 1], 0.01);
    network.settle();
    const ratio = network.parameters.w1[8]! / start;
    expect(Math.abs(ratio / 1e-120 - 1)).toBeLessThan(1e-12);
  });
});

describe("weight decay", () => {
  it("shrinks matrices but neither gamma nor biases", () => {
    const plain = createNetwork(Float64Array, 0);
    const decayed = createNetwork(Float64Array, 0.5);
    step(plain, [0, 1], 0.1);
    step(decayed, [0, 1], 0.1);
    const start = initialWeights(SHAPE, 1);
    // The first step adds the same change to both; decay takes 0.1 · 0.5 of the old weight.
    expect(plain.parameters.w2[0]! - decayed.parameters.w2[0]!).toBeCloseTo(0.05 * start.w2[0]!, 12);
    expect(decayed.parameters.gamma2).toEqual(plain.parameters.gamma2);
    expect(decayed.parameters.b4).toEqual(plain.parameters.b4);
  });
});
