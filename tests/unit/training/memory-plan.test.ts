import { describe, expect, it } from "vitest";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";
import { checkLeastMemory, planMemory } from "../../../src/training/memory-plan.js";

// A first layer of 100,000 terms and 32 units in float32 is 12.8 MB.
const SETTINGS = resolveTrainingSettings({ ensemble: 4, linear: true, network: { hiddenUnits: [32, 32, 32] } });
const N_TERMS = 100_000;
const MB = 1e6;

describe("planMemory", () => {
  it("refuses a limit below what the networks take, and says how much that is", () => {
    // 230 + 5 · 12.8 + 8 · 12.8 for a checkpoint + 4 · 12.8 + 40 for one network in training = 487.6
    expect(() => planMemory(487 * MB, SETTINGS, N_TERMS, 2)).toThrow(
      'maxMemory must be at least 488MB for networks of 100000 terms (see maxFeatures, hiddenUnits); got "487MB"',
    );
    expect(planMemory(488 * MB, SETTINGS, N_TERMS, 2)).toEqual({
      nLanes: 1,
      matrixBytes: expect.closeTo(0.4 * MB, -1),
    });
  });

  it("trains networks side by side where there is room, and leaves the rest to the matrices", () => {
    // A second network takes 4 · 12.8 + 40 = 91.2.
    expect(planMemory(578 * MB, SETTINGS, N_TERMS, 2).nLanes).toBe(1);
    expect(planMemory(1000 * MB, SETTINGS, N_TERMS, 2)).toEqual({
      nLanes: 2,
      matrixBytes: expect.closeTo((1000 - 487.6 - 91.2) * MB, -1),
    });
    expect(planMemory(4000 * MB, SETTINGS, N_TERMS, 8).nLanes).toBe(4);
  });
});

describe("checkLeastMemory", () => {
  it("refuses what no run can do with", () => {
    expect(() => checkLeastMemory(229 * MB)).toThrow(
      'maxMemory must be at least 230MB for a run without articles; got "229MB"',
    );
    expect(() => checkLeastMemory(230 * MB)).not.toThrow();
  });
});
