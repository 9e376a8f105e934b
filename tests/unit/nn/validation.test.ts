import { describe, expect, it } from "vitest";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { MlpInference } from "../../../src/nn/inference.js";
import { validate } from "../../../src/nn/validation.js";
import { makeParameters, oneNetwork } from "../../../src/nn/weights.js";
import { csrOf } from "./small-matrix.js";

/** A network of single units that passes its one term on: logits are (value / √(1 + 1e-5)³ …, 0, b4[2]). */
function passThrough(thirdLogit: number): MlpInference {
  const shape = { nTerms: 1, hiddenUnits: [1, 1, 1], nLabels: 3 } as const;
  const weights = makeParameters(shape, (n, name) => {
    const isOne = /^(w[123]|gamma|runningVar)/.test(name);
    return new Float32Array(n).fill(isOne ? 1 : 0);
  });
  weights.w4.set([1, 0, 0]);
  weights.b4.set([0, 0, thirdLogit]);
  return MlpInference.over(oneNetwork(weights), createReferenceMlp);
}

describe("validate", () => {
  it("gives mean negative log likelihood, accuracy and the mean F1 over seen labels", () => {
    // Rows with value 2 predict label 0; an empty row is a tie of 0 and 1, which the first label wins.
    const matrix = csrOf(1, [[[0, 2]], [[0, 2]], [], []]);
    const figures = validate(passThrough(-100), { matrix, labels: Uint16Array.of(0, 1, 0, 1) });
    // Predicted 0 four times, true twice: F1 of 0 is 2 · 2 / (2 + 4) = 2/3, of 1 it is 0; label 2 is not seen.
    expect(figures.accuracy).toBe(0.5);
    expect(figures.macroF1).toBeCloseTo(1 / 3, 12);
    // p(0 | 2) = 1 / (1 + e^-2) = 0.8808: (-ln 0.8808 - ln 0.1192 - 2 ln 0.5) / 4 = (0.1269 + 2.1269 + 1.3863) / 4
    expect(figures.loss).toBeCloseTo(0.91, 4);
  });

  it("keeps the loss finite where a float32 probability is 0", () => {
    const figures = validate(passThrough(-1000), { matrix: csrOf(1, [[]]), labels: Uint16Array.of(2) });
    // -ln 1.1755e-38 = 87.34
    expect(figures.loss).toBeCloseTo(87.34, 2);
  });
});
