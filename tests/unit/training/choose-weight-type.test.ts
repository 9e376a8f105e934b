import { describe, expect, it } from "vitest";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { type MlpWeights, makeParameters, weightTypeOf } from "../../../src/nn/weights.js";
import { chooseWeightType } from "../../../src/training/choose-weight-type.js";
import { csrOf } from "../nn/small-matrix.js";

const kernels = createReferenceMlp;

/**
 * A network of two terms, one unit a layer but for the last, and two labels: logits (0, 20 · sum) for a first layer's sum, since the
 * running statistics are 0 and 1 and all else is 1. So label 1 is the answer where the sum is above 0.
 */
function network(w1: readonly number[]): MlpWeights {
  const weights = makeParameters({ nTerms: 2, hiddenUnits: [2, 1, 1], nLabels: 2 }, (n, name) =>
    new Float32Array(n).fill(/^(?:gamma|runningVar|w)/.test(name) ? 1 : 0),
  );
  weights.w1.set(w1);
  // The second unit of the first layer is only there for its weights: they set the scale of their row.
  weights.w2.set([1, 0]);
  weights.w4.set([0, 20]);
  weights.b4.set([0, -0.05]);
  return weights;
}

const matrix = csrOf(2, [[[0, 1]], [[1, 1]], [[0, 1]], [[1, 1]]]);
const labels = Int32Array.from([1, 0, 1, 0]);
const articles = { matrix, labels };

describe("chooseWeightType", () => {
  it("takes int8 where the answers stay as good", () => {
    // Row 0: scale 1 / 127, so 1 stays 1 and 0.5 becomes 64 / 127.
    const { networks, type, refused } = chooseWeightType(
      [network([1, 0.5, -1, -1])],
      [1],
      "auto",
      articles,
      2,
      kernels,
    );
    expect({ type, refused }).toEqual({ type: "int8", refused: [] });
    expect(weightTypeOf(networks)).toBe("int8");
  });

  it("takes float16 where int8 loses right labels, and says what was lost", () => {
    // Row 0: 0.004 beside 10 is 0.05 steps of 10 / 127, so it becomes 0, and the logit 20 · 0.004 - 0.05 = 0.03 falls to -0.05:
    // both articles of the term lose their label. As float16 it is 0.004 within 0.05%.
    const wide = network([0.004, 10, -1, 10]);
    const { type, refused } = chooseWeightType([wide], [1], "auto", articles, 2, kernels);
    expect(type).toBe("float16");
    expect(refused).toMatchObject([{ type: "int8", before: { nRight: 4 }, after: { nRight: 2 } }]);
  });

  it("keeps float32 where float16 cannot hold a weight", () => {
    const { networks, type, refused } = chooseWeightType(
      [network([0.004, 1e5, -1, 10])],
      [1],
      "auto",
      articles,
      2,
      kernels,
    );
    expect(type).toBe("float32");
    expect(refused.map((each) => each.type)).toEqual(["int8"]);
    expect(weightTypeOf(networks)).toBe("float32");
  });

  it.each(["int8", "float16", "float32"] as const)("takes %s unseen where it is given", (given) => {
    const { networks, type, refused } = chooseWeightType(
      [network([0.004, 10, -1, 10])],
      [1],
      given,
      articles,
      2,
      kernels,
    );
    expect({ type, refused, stored: weightTypeOf(networks) }).toEqual({ type: given, refused: [], stored: given });
  });
});
