import { describe, expect, it } from "vitest";
import type { CsrMatrix } from "../../../src/features/csr-matrix.js";
import { Philox } from "../../../src/kernels/random.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { MlpInference, predictProbabilities } from "../../../src/nn/inference.js";
import { type MlpWeights, makeParameters } from "../../../src/nn/weights.js";
import { csrOf } from "./small-matrix.js";

/** Folding moves one rounding of float32 (6e-8) per weight; logits here are sums of some ten numbers of size 1. */
const FOLDING_TOLERANCE = 1e-5;

const SHAPE = { nTerms: 7, hiddenUnits: [6, 5, 4], nLabels: 3 } as const;
const MATRIX = csrOf(7, [
  [
    [0, 0.6],
    [3, 0.8],
  ],
  [],
  [
    [1, 0.5],
    [5, 0.5],
    [6, 0.7],
  ],
  [[2, 1]],
]);

function randomWeights(): MlpWeights {
  const philox = new Philox().withKey(8, 99);
  let counter = 0;
  return makeParameters(SHAPE, (n, name) => {
    const centre = name.startsWith("gamma") || name.startsWith("runningVar") ? 1.5 : 0;
    return Float32Array.from({ length: n }, () => {
      philox.generate(counter++, 0, 0, 0);
      return centre + (philox.words[0]! / 2 ** 31 - 1);
    });
  });
}

/** The network as STYLE and papers write it, batch norm unfolded, in double. */
function unfoldedProbabilities(weights: MlpWeights, matrix: CsrMatrix, row: number): number[] {
  let hidden = new Array<number>(matrix.nColumns).fill(0);
  for (let k = matrix.indptr[row]!; k < matrix.indptr[row + 1]!; k++) hidden[matrix.indices[k]!] = matrix.data[k]!;
  const linear = (input: number[], weight: Float32Array, bias: Float32Array) =>
    Array.from(bias, (b, o) => input.reduce((sum, x, i) => sum + x * weight[i * bias.length + o]!, b));
  for (const l of [1, 2, 3] as const) {
    hidden = linear(hidden, weights[`w${l}`], weights[`b${l}`]).map((sum, h) => {
      const deviation = Math.sqrt(weights[`runningVar${l}`][h]! + 1e-5);
      const normalized = (sum - weights[`runningMean${l}`][h]!) / deviation;
      return Math.max(0, weights[`gamma${l}`][h]! * normalized + weights[`beta${l}`][h]!);
    });
  }
  const exps = linear(hidden, weights.w4, weights.b4).map(Math.exp);
  const total = exps.reduce((a, b) => a + b);
  return exps.map((value) => value / total);
}

describe("MlpInference", () => {
  it("agrees with the unfolded network", () => {
    const weights = randomWeights();
    const inference = MlpInference.over(weights, createReferenceMlp);
    const scores = new Float32Array(3);
    for (let row = 0; row < MATRIX.nRows; row++) {
      inference.scoreRow(MATRIX, row, scores);
      unfoldedProbabilities(weights, MATRIX, row).forEach((expected, c) => {
        expect(Math.abs(scores[c]! - expected), `row ${row}, label ${c}`).toBeLessThan(FOLDING_TOLERANCE);
      });
    }
  });

  it("takes a row from the front of longer buffers", () => {
    const inference = MlpInference.over(randomWeights(), createReferenceMlp);
    const [fromMatrix, fromBuffers] = [new Float32Array(3), new Float32Array(3)];
    inference.scoreRow(MATRIX, 0, fromMatrix);
    inference.scores(Uint32Array.of(0, 3, 6, 6), Float32Array.of(0.6, 0.8, 9, 9), 2, fromBuffers);
    expect(fromBuffers).toEqual(fromMatrix);
  });

  it("does not write to the weights and sees their changes after refresh", () => {
    const weights = randomWeights();
    const before = structuredClone(weights);
    const inference = MlpInference.over(weights, createReferenceMlp);
    const [first, second] = [new Float32Array(3), new Float32Array(3)];
    inference.scoreRow(MATRIX, 0, first);
    expect(weights).toEqual(before);
    weights.gamma2.fill(0);
    weights.beta2.fill(0);
    inference.refresh();
    inference.scoreRow(MATRIX, 0, second);
    expect(second).not.toEqual(first);
  });
});

describe("predictProbabilities", () => {
  it("gives each row what MlpInference gives it, summing to 1", () => {
    const weights = randomWeights();
    const probabilities = predictProbabilities(weights, MATRIX, createReferenceMlp);
    const inference = MlpInference.over(weights, createReferenceMlp);
    const scores = new Float32Array(3);
    expect(probabilities.length).toBe(12);
    for (let row = 0; row < MATRIX.nRows; row++) {
      inference.scoreRow(MATRIX, row, scores);
      expect(probabilities.subarray(row * 3, row * 3 + 3)).toEqual(scores);
      expect(Math.abs(scores[0]! + scores[1]! + scores[2]! - 1)).toBeLessThan(1e-6);
    }
  });
});
