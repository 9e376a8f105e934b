import { describe, expect, it } from "vitest";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import type { LabeledMatrix } from "../../../src/nn/validation.js";
import { fitLinear } from "../../../src/training/fit-linear.js";

/** Two documents, each of one term and of its own label. */
const TWO_DOCUMENTS: LabeledMatrix = {
  matrix: {
    nRows: 2,
    nColumns: 2,
    indptr: Uint32Array.of(0, 1, 2),
    indices: Uint32Array.of(0, 1),
    data: Float32Array.of(1, 1),
  },
  labels: Int32Array.of(0, 1),
};

const ONE_KIND = new Uint8Array(2);

describe("fitLinear", () => {
  it("lets others run before it is done", async () => {
    const order: string[] = [];
    setImmediate(() => order.push("other"));
    const never = new AbortController().signal;
    const { isCutShort } = await fitLinear(TWO_DOCUMENTS, ONE_KIND, 2, 1, createReferenceMlp, never);
    order.push("fit");
    expect(order).toEqual(["other", "fit"]);
    expect(isCutShort).toBe(false);
  });

  it("ends early, with a network all the same, when stopped", async () => {
    const { weights, isCutShort } = await fitLinear(
      TWO_DOCUMENTS,
      ONE_KIND,
      2,
      1,
      createReferenceMlp,
      AbortSignal.abort(),
    );
    expect(isCutShort).toBe(true);
    expect(weights.w1[0]).toBeGreaterThan(0);
  });
});
