import { describe, expect, it } from "vitest";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";
import { checkLeastMemory, checkTermMemory, planMemory } from "../../../src/training/memory-plan.js";

// A first layer of 100,000 terms and 32 units in float32 is 12.8 MB.
const SETTINGS = resolveTrainingSettings({ ensemble: 4, linear: true, network: { hiddenUnits: [32, 32, 32] } });
const N_TERMS = 100_000;
const MB = 1e6;

/** 100 MB of terms, 48 MB to choose of them, and 60 MB of articles. */
const LOG = { nTerms: 2e6, nTermBytes: 100 * MB, nDocuments: 1e6 };

describe("planMemory", () => {
  it("refuses a limit below what articles and networks take, and says how much that is", () => {
    // 230 + 208 + 4 · 12.8 + 8 · 12.8 for a checkpoint + 2.8 and 8 · 8 for the linear member + 4 · 12.8 + 40 for one
    // network in training = 749.6
    expect(() => planMemory(749 * MB, SETTINGS, N_TERMS, LOG, 7, 2)).toThrow(
      "maxMemory must be at least 750MB for 1000000 articles and networks of 100000 terms (see maxFeatures, hiddenUnits); " +
        'got "749MB"',
    );
    expect(planMemory(750 * MB, SETTINGS, N_TERMS, LOG, 7, 2)).toEqual({
      nLanes: 1,
      matrixBytes: expect.closeTo(0.4 * MB, -1),
    });
  });

  it("trains networks side by side where there is room, and leaves the rest to the matrices", () => {
    // A second network takes 4 · 12.8 + 40 = 91.2.
    expect(planMemory(840 * MB, SETTINGS, N_TERMS, LOG, 7, 2).nLanes).toBe(1);
    expect(planMemory(1000 * MB, SETTINGS, N_TERMS, LOG, 7, 2)).toEqual({
      nLanes: 2,
      matrixBytes: expect.closeTo((1000 - 749.6 - 91.2) * MB, -1),
    });
    expect(planMemory(4000 * MB, SETTINGS, N_TERMS, LOG, 7, 8).nLanes).toBe(4);
  });

  it("counts the networks that another one learns from twice more: side by side, and as the kernels hold them", () => {
    const room = (distill: boolean, nLabels: number): number =>
      planMemory(4000 * MB, { ...SETTINGS, distill }, N_TERMS, LOG, nLabels, 1).matrixBytes;
    // 2 · 4 · 12.8: seven labels leave the linear member units of its own, and the network learns from the others only.
    expect(room(false, 7) - room(true, 7)).toBeCloseTo(102.4 * MB, -1);
    // Twenty do not, of 32 units: 2 (4 · 12.8 + 8).
    expect(room(false, 20) - room(true, 20)).toBeCloseTo(118.4 * MB, -1);
  });

  it("counts the linear member for as many labels as it fits side by side, and not where there is none", () => {
    const room = (changes: object, nLabels: number): number =>
      planMemory(4000 * MB, { ...SETTINGS, ...changes }, N_TERMS, LOG, nLabels, 1).matrixBytes;
    // Of 30 labels eight at a time; the member itself has a column for each: 0.4 MB.
    expect(room({}, 6) - room({}, 30)).toBeCloseTo((16 + 24 * 0.4) * MB, -1);
    // 64 MB for seven labels, as for eight, and the member itself.
    expect(room({ linear: false }, 7) - room({}, 7)).toBeCloseTo((64 + 2.8) * MB, -1);
  });
});

describe("checkTermMemory", () => {
  it("refuses a limit below what terms and articles take", () => {
    expect(() => checkTermMemory(438 * MB, LOG)).not.toThrow();
    expect(() => checkTermMemory(437 * MB, LOG)).toThrow(
      "maxMemory must be at least 438MB for the 2000000 terms of 1000000 articles, or fewer n-grams (see charNgramRange); " +
        'got "437MB"',
    );
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
