import { describe, expect, it } from "vitest";
import type { CsrMatrix } from "../../../src/features/csr-matrix.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { MlpInference } from "../../../src/nn/inference.js";
import {
  joinNetworks,
  type MlpWeights,
  oneNetwork,
  packNetworks,
  splitNetworks,
  type WeightType,
} from "../../../src/nn/weights.js";
import { randomWeights } from "./random-weights.js";
import { SEVEN_TERMS } from "./small-matrix.js";

/** Folding moves one rounding of float32 (6e-8) per weight; logits here are sums of some ten numbers of size 1. */
const FOLDING_TOLERANCE = 1e-5;

const SHAPE = { nTerms: 7, hiddenUnits: [6, 5, 4], nLabels: 3 } as const;

/** The network as STYLE and papers write it, batch norm unfolded, in double. */
function unfoldedLogits(weights: MlpWeights, matrix: CsrMatrix, row: number): number[] {
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
  return linear(hidden, weights.w4, weights.b4);
}

function softmax(logits: readonly number[]): number[] {
  const exps = logits.map(Math.exp);
  const total = exps.reduce((a, b) => a + b);
  return exps.map((value) => value / total);
}

describe("MlpInference", () => {
  it("agrees with the unfolded network", () => {
    const weights = randomWeights(SHAPE);
    const inference = MlpInference.over(oneNetwork(weights), createReferenceMlp);
    const scores = new Float32Array(3);
    for (let row = 0; row < SEVEN_TERMS.nRows; row++) {
      inference.scoreRow(SEVEN_TERMS, row, scores);
      softmax(unfoldedLogits(weights, SEVEN_TERMS, row)).forEach((expected, c) => {
        expect(Math.abs(scores[c]! - expected), `row ${row}, label ${c}`).toBeLessThan(FOLDING_TOLERANCE);
      });
    }
  });

  it("takes a row from the front of longer buffers", () => {
    const inference = MlpInference.over(oneNetwork(randomWeights(SHAPE)), createReferenceMlp);
    const [fromMatrix, fromBuffers] = [new Float32Array(3), new Float32Array(3)];
    inference.scoreRow(SEVEN_TERMS, 0, fromMatrix);
    inference.scores(Uint32Array.of(0, 3, 6, 6), Float32Array.of(0.6, 0.8, 9, 9), 2, fromBuffers);
    expect(fromBuffers).toEqual(fromMatrix);
  });

  it("does not write to the weights and sees their changes after refresh", () => {
    const weights = randomWeights(SHAPE);
    const before = structuredClone(weights);
    const inference = MlpInference.over(oneNetwork(weights), createReferenceMlp);
    const [first, second] = [new Float32Array(3), new Float32Array(3)];
    inference.scoreRow(SEVEN_TERMS, 0, first);
    expect(weights).toEqual(before);
    weights.gamma2.fill(0);
    weights.beta2.fill(0);
    inference.refresh();
    inference.scoreRow(SEVEN_TERMS, 0, second);
    expect(second).not.toEqual(first);
  });

  it.each<WeightType>(["float32", "float16", "int8"])(
    "averages networks of different widths by their votes, stored as %s, and shows each of them",
    (type) => {
      const shapes = [SHAPE, { ...SHAPE, hiddenUnits: [9, 3, 7] }, { ...SHAPE, hiddenUnits: [3, 3, 3] }] as const;
      const [first, ...others] = shapes.map((shape, m) => randomWeights(shape, m));
      const joined = packNetworks(joinNetworks([first!, ...others], [1, 1, 2]), type);
      const networks = splitNetworks(joined);
      const inference = MlpInference.over(joined, createReferenceMlp);
      const scores = new Float32Array(3);
      for (let row = 0; row < SEVEN_TERMS.nRows; row++) {
        inference.scoreRow(SEVEN_TERMS, row, scores);
        const each = networks.map((weights) => unfoldedLogits(weights, SEVEN_TERMS, row));
        const means = softmax(each[0]!.map((logit, c) => (logit + each[1]![c]! + 2 * each[2]![c]!) / 4));
        for (const [c, mean] of means.entries()) {
          expect(Math.abs(scores[c]! - mean), `row ${row}, label ${c}`).toBeLessThan(FOLDING_TOLERANCE);
        }
      }
      expect(inference.view().map(({ votes }) => votes)).toEqual([1, 1, 2]);
      for (const [m, { termWeights, w4 }] of inference.view().entries()) {
        const { w1, b1, w4: own } = networks[m]!;
        expect([...termWeights(5)]).toEqual([...w1.subarray(5 * b1.length, 6 * b1.length)]);
        expect([...w4]).toEqual([...own]);
      }
    },
  );
});
