import { describe, expect, it } from "vitest";
import { loadDefaultMlp } from "../../../src/io/assets.js";
import type { MlpKernelFactory } from "../../../src/kernels/mlp.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { MlpInference } from "../../../src/nn/inference.js";
import { mergeNetworks } from "../../../src/nn/merge-networks.js";
import { type JoinedNetworks, joinNetworks, type MlpWeights, oneNetwork, shapeOf } from "../../../src/nn/weights.js";
import { randomWeights } from "./random-weights.js";
import { SEVEN_TERMS } from "./small-matrix.js";

/** Logits of size 10 are rounded by 1e-6 in float32, and so are their scores. */
const ROUNDING_TOLERANCE = 5e-6;

const SHAPE = { nTerms: 7, hiddenUnits: [6, 5, 4], nLabels: 3 } as const;

/** The network with first weights of another size, and batch norm that takes it out again. */
function sized(network: MlpWeights, factor: number): MlpWeights {
  return {
    ...network,
    w1: network.w1.map((weight) => factor * weight),
    b1: network.b1.map((bias) => factor * bias),
    runningMean1: network.runningMean1.map((mean) => factor * mean),
    gamma1: network.gamma1.map((scale) => scale / factor),
  };
}

const greatest = (numbers: Float32Array): number => Math.max(...numbers.map(Math.abs));

const NETWORKS = [
  randomWeights(SHAPE, 1),
  sized(randomWeights({ ...SHAPE, hiddenUnits: [3, 3, 3] }, 2), 1 / 64),
  sized(randomWeights({ ...SHAPE, hiddenUnits: [2, 7, 1] }, 3), 50),
] as const;
const VOTES = [1, 2, 4];

function scoresOf(networks: JoinedNetworks, kernels: MlpKernelFactory): number[] {
  const inference = MlpInference.over(networks, kernels);
  return Array.from({ length: SEVEN_TERMS.nRows }, (_, row) => {
    const scores = new Float32Array(3);
    inference.scoreRow(SEVEN_TERMS, row, scores);
    return [...scores];
  }).flat();
}

describe("mergeNetworks", () => {
  it.each([
    ["reference", () => Promise.resolve(createReferenceMlp)],
    ["wasm", loadDefaultMlp],
  ] as const)("answers as the networks side by side, by their votes, on kernels of %s", async (_, load) => {
    const kernels = await load();
    const merged = mergeNetworks(NETWORKS, VOTES);
    expect(shapeOf(merged)).toEqual({ nTerms: 7, hiddenUnits: [11, 15, 8], nLabels: 3 });
    const expected = scoresOf(joinNetworks(NETWORKS, VOTES), kernels);
    for (const [i, score] of scoresOf(oneNetwork(merged), kernels).entries()) {
      expect(Math.abs(score - expected[i]!), `score ${i}`).toBeLessThan(ROUNDING_TOLERANCE);
    }
    // That votes matter is seen by others.
    expect(scoresOf(joinNetworks(NETWORKS, [4, 2, 1]), kernels)[0]).not.toBeCloseTo(expected[0]!, 3);
  });

  it("leaves the first network's weights as they are and brings those of the others to their size, by powers of two", () => {
    const [first, small, large] = NETWORKS;
    const { w1 } = mergeNetworks(NETWORKS, VOTES);
    const rows = Array.from({ length: 7 }, (_, t) => w1.subarray(11 * t, 11 * (t + 1)));
    expect(Float32Array.from(rows.flatMap((row) => [...row.subarray(0, 6)]))).toEqual(first.w1);
    const parts = [
      [small, 6, 9],
      [large, 9, 11],
    ] as const;
    for (const [{ w1: own }, start, end] of parts) {
      const part = Float32Array.from(rows.flatMap((row) => [...row.subarray(start, end)]));
      const factor = part[0]! / own[0]!;
      expect(Math.log2(factor)).toSatisfy(Number.isInteger);
      expect(part).toEqual(own.map((weight) => factor * weight));
      expect(greatest(part)).toBeLessThan(2 * greatest(first.w1));
      expect(greatest(part)).toBeGreaterThan(greatest(first.w1) / 4);
    }
  });

  it("takes networks without weights, which no factor brings to a size", () => {
    const [first, second] = NETWORKS;
    const empty = { ...second, w1: new Float32Array(second.w1.length) };
    const expected = scoresOf(joinNetworks([first, empty]), createReferenceMlp);
    for (const [i, score] of scoresOf(
      oneNetwork(mergeNetworks([first, empty], [1, 1])),
      createReferenceMlp,
    ).entries()) {
      expect(Math.abs(score - expected[i]!)).toBeLessThan(ROUNDING_TOLERANCE);
    }
  });
});
