import { describe, expect, it } from "vitest";
import { Philox } from "../../../src/kernels/random.js";
import { ReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { batchCapacity } from "../../../src/nn/sparse-batch.js";
import { TRAINABLE_NAMES, TrainingNetwork, type TrainingNetworkOptions } from "../../../src/nn/training-network.js";
import { type MlpParameters, makeParameters } from "../../../src/nn/weights.js";
import { ADAMW } from "./initial-weights.js";
import { csrOf } from "./small-matrix.js";

/** Half of the central difference's distance: its error of order h² and the rounding of order 1e-16 / h are both ~1e-11. */
const H = 1e-5;
/** Third derivatives of a small batch norm reach 1e3, hence a thousand times those 1e-11. */
const ABSOLUTE_TOLERANCE = 1e-8;
const RELATIVE_TOLERANCE = 1e-6;

const SHAPE = { nTerms: 9, hiddenUnits: [5, 4, 3], nLabels: 3 } as const;
/** Term 8 is in no document; the fourth document is empty. */
const MATRIX = csrOf(9, [
  [
    [0, 0.8],
    [3, 0.6],
  ],
  [
    [1, 0.5],
    [2, 0.5],
    [7, 0.7],
  ],
  [
    [0, 0.3],
    [5, 0.9],
  ],
  [],
  [
    [4, 0.4],
    [5, 0.2],
    [6, 0.9],
  ],
  [
    [1, 0.6],
    [3, 0.8],
  ],
  [[2, 1]],
]);
const LABELS = Uint16Array.of(0, 1, 2, 0, 2, 1, 0);
const ORDER = Uint32Array.of(3, 0, 6, 1, 5, 2, 4);
const SEED = 11;
/** What a teacher says of rows, in turn. */
const TARGETS = [
  [0.2, 0.5, 0.3],
  [0.9, 0.1, 0],
  [0.05, 0.15, 0.8],
];

/** Numbers spread over ±1, all layers of like size, so that no gradient is small for want of a signal. */
function randomParameters(): MlpParameters<Float64Array> {
  const philox = new Philox().withKey(3, 99);
  let counter = 0;
  return makeParameters(SHAPE, (n, name) => {
    const centre = name.startsWith("gamma") || name.startsWith("runningVar") ? 1.5 : 0;
    return Float64Array.from({ length: n }, () => {
      philox.generate(counter++, 0, 0, 0);
      return centre + (philox.words[0]! / 2 ** 31 - 1);
    });
  });
}

function createNetwork(options: TrainingNetworkOptions, inputDropout: number): TrainingNetwork<Float64Array> {
  const network = new TrainingNetwork(
    new ReferenceMlp(Float64Array, Infinity),
    SHAPE,
    batchCapacity(MATRIX, MATRIX.nRows),
    options,
  );
  network.load(randomParameters());
  network.gather(MATRIX, LABELS, ORDER, 0, ORDER.length, inputDropout, SEED, 1);
  network.drawMasks(SEED, 1);
  for (let b = 0; b < ORDER.length; b++) network.targets.set(TARGETS[b % 3] as readonly number[], b * SHAPE.nLabels);
  return network;
}

function numericGradient(network: TrainingNetwork<Float64Array>, values: Float64Array, i: number): number {
  const value = values[i]!;
  values[i] = value + H;
  const above = network.forward();
  values[i] = value - H;
  const below = network.forward();
  values[i] = value;
  return (above - below) / (2 * H);
}

const even = { labelWeights: [1, 1, 1], labelSmoothing: 0, dropout: 0, optimizer: ADAMW };

describe.each([
  ["plain", even, 0],
  ["with dropout", { ...even, dropout: 0.3 }, 0],
  ["with input dropout", even, 0.2],
  ["with label smoothing", { ...even, labelSmoothing: 0.1 }, 0],
  ["with label weights", { ...even, labelWeights: [0.5, 2, 1.25] }, 0],
  ["with a teacher", { ...even, isTaught: true, dropout: 0.3 }, 0.2],
  ["with everything at once", { ...even, labelWeights: [0.5, 2, 1.25], labelSmoothing: 0.1, dropout: 0.3 }, 0.2],
])("gradients %s", (_, options, inputDropout) => {
  it.each(TRAINABLE_NAMES)("of %s agree with central differences in float64", (name) => {
    const network = createNetwork(options, inputDropout);
    network.forward();
    network.backward();
    network.sparseGradient(0, network.batch.nSlots);
    const gradient = Float64Array.from(network.gradients[name]);
    const nUnits = SHAPE.hiddenUnits[0];
    const { terms, nSlots } = network.batch;
    const values = network.parameters[name];
    for (let i = 0; i < values.length; i++) {
      let analytic = gradient[i]!;
      if (name === "w1") {
        // Row s of the gradient belongs to the s-th touched term; all other rows have none.
        const slot = terms.subarray(0, nSlots).indexOf(Math.floor(i / nUnits));
        analytic = slot === -1 ? 0 : gradient[slot * nUnits + (i % nUnits)]!;
      }
      const numeric = numericGradient(network, values, i);
      const allowed = ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.abs(numeric);
      expect(Math.abs(analytic - numeric), `${name}[${i}]: ${analytic} against ${numeric}`).toBeLessThanOrEqual(
        allowed,
      );
    }
  });
});

describe("the check of gradients itself", () => {
  it("meets gradients that are not zero in every parameter but the biases before batch norm", () => {
    const network = createNetwork({ ...even, labelWeights: [0.5, 2, 1.25], labelSmoothing: 0.1, dropout: 0.3 }, 0.2);
    network.forward();
    network.backward();
    network.sparseGradient(0, network.batch.nSlots);
    for (const name of TRAINABLE_NAMES) {
      const largest = Math.max(...network.gradients[name].map(Math.abs));
      // Batch norm subtracts the mean, and with it any bias.
      if (["b1", "b2", "b3"].includes(name)) expect(largest, name).toBeLessThan(1e-15);
      else expect(largest, name).toBeGreaterThan(1e-3);
    }
  });

  it("drops something", () => {
    const network = createNetwork({ ...even, dropout: 0.3 }, 0.2);
    expect(network.batch.indptr[network.batch.nRows]).toBeLessThan(MATRIX.data.length);
    expect(network.masks[0].indexOf(0)).not.toBe(-1);
  });
});
