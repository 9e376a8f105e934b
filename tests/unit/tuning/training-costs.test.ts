import { describe, expect, it } from "vitest";
import { type Choice, SearchSpace } from "../../../src/tuning/search-space.js";
import { TrainingCosts } from "../../../src/tuning/training-costs.js";
import type { TuneTraining } from "../../../src/tuning/tune-state.js";

const space = new SearchSpace({ optimizer: { epochs: 40, minSteps: 1 } });
const FOLD = 0;

function choose(levels: Readonly<Record<string, number>>): Choice {
  return space.axes.map(({ name }) => levels[name] ?? 0);
}

function made(...choices: readonly Choice[]): readonly TuneTraining[] {
  return choices.map((choice) => ({ choice, fold: FOLD, scores: null, failure: "none", vocabulary: null }));
}

const start = choose({});

describe("TrainingCosts", () => {
  it("adds up the passes of the network, the linear member and the analysis, or what is missing of them", () => {
    // One for the rest; 40 passes of 32 units, 20 for the linear member, 60 for the analysis.
    expect(new TrainingCosts(space, [], 100).of(start, FOLD)).toBe(121);
    const costs = new TrainingCosts(space, made(start), 100);
    expect(costs.of(start, FOLD)).toBe(1);
    expect(costs.of(start, FOLD + 1)).toBe(61);
    expect(costs.of(choose({ "hidden units": 1 }), FOLD)).toBe(21);
    expect(costs.of(choose({ "hidden units": 2 }), FOLD)).toBe(81);
    expect(costs.of(choose({ "rarest terms": 1 }), FOLD)).toBe(61);
    expect(costs.of(choose({ tags: 1 }), FOLD)).toBe(121);
  });

  it("knows of the analyses that are in memory still, the last four", () => {
    const kinds = ["tags", "parts of compounds", "word n-grams"].map((name) => choose({ [name]: 1 }));
    const after = (more: readonly Choice[]): number =>
      new TrainingCosts(space, made(start, ...kinds, ...more), 100).of(start, FOLD + 1);
    expect(after([])).toBe(61);
    expect(after([choose({ "character n-grams": 1 })])).toBe(121);
  });
});
