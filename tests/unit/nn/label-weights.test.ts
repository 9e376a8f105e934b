import { describe, expect, it } from "vitest";
import { labelWeights } from "../../../src/nn/label-weights.js";

describe("labelWeights", () => {
  it("are nDocuments / (nLabels · support) when balanced, 0 for a label without documents", () => {
    // 6 / (3 · 4) = 0.5, 6 / (3 · 2) = 1
    expect([...labelWeights([0, 0, 1, 0, 1, 0], 3, "balanced")]).toEqual([0.5, 1, 0]);
  });

  it("are all 1 when none", () => {
    expect([...labelWeights([0, 0, 1], 2, "none")]).toEqual([1, 1]);
  });
});
