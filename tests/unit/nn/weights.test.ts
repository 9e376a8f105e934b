import { describe, expect, it } from "vitest";
import {
  joinNetworks,
  type MlpWeights,
  makeParameters,
  packNetworks,
  selectTerms,
  shapeOf,
  splitNetworks,
  type WeightType,
  weightTypeOf,
} from "../../../src/nn/weights.js";
import { initialWeights } from "./initial-weights.js";

const SHAPE = { nTerms: 50, hiddenUnits: [16, 8, 4], nLabels: 3 } as const;

describe("initializeWeights", () => {
  it("gives the same bytes for the same seed and others for another", () => {
    expect(initialWeights(SHAPE, 1)).toEqual(initialWeights(SHAPE, 1));
    expect(initialWeights(SHAPE, 2).w1).not.toEqual(initialWeights(SHAPE, 1).w1);
    expect(initialWeights(SHAPE, 2).w4).not.toEqual(initialWeights(SHAPE, 1).w4);
  });

  it("fills each matrix evenly up to its bound", () => {
    const weights = initialWeights(SHAPE, 1);
    // √(6/16) = 0.612, √(6/8) = 0.866, √(3/4) = 0.866
    for (const [values, bound] of [
      [weights.w1, 0.01],
      [weights.w2, 0.6124],
      [weights.w3, 0.8661],
      [weights.w4, 0.8661],
    ] as const) {
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.7 * bound);
      expect(Math.min(...values)).toBeLessThan(0);
    }
  });

  it("starts batch norm as the identity and biases at zero", () => {
    const weights = initialWeights(SHAPE, 1);
    expect([...weights.gamma3, ...weights.runningVar3]).toEqual(new Array(8).fill(1));
    expect([...weights.b3, ...weights.beta3, ...weights.runningMean3]).toEqual(new Array(12).fill(0));
  });
});

describe("shapeOf", () => {
  it("reads the sizes back from the arrays", () => {
    expect(shapeOf(initialWeights(SHAPE, 1))).toEqual(SHAPE);
  });
});

describe("networks side by side", () => {
  const networks = (
    [
      [3, 2, 2],
      [4, 1, 3],
    ] as const
  ).map((hiddenUnits, m) =>
    makeParameters({ nTerms: 3, hiddenUnits, nLabels: 2 }, (n) =>
      Float32Array.from({ length: n }, (_, i) => i + m + 1),
    ),
  ) as [MlpWeights, MlpWeights];
  const joined = joinNetworks(networks);

  it("are undone by splitNetworks", () => {
    expect(splitNetworks(joined)).toEqual(networks);
  });

  it.each<WeightType>(["float32", "float16", "int8"])(
    "of type %s keep the rows of selected terms as they are",
    (type) => {
      const packed = packNetworks(joined, type);
      const selected = selectTerms(packed, Uint32Array.of(0, 2));
      expect(weightTypeOf(selected)).toBe(type);
      const [all, some] = [packed, selected].map(splitNetworks);
      for (const [m, { w1, b1 }] of all!.entries()) {
        const nUnits = b1.length;
        expect(some![m]!.w1).toEqual(Float32Array.of(...w1.subarray(0, nUnits), ...w1.subarray(2 * nUnits)));
      }
    },
  );
});
