import { describe, expect, it } from "vitest";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";
import { AXES, SearchSpace } from "../../../src/tuning/search-space.js";

/** The choice with these levels by the axes' names. */
function choose(space: SearchSpace, levels: Readonly<Record<string, number>>): readonly number[] {
  return space.axes.map(({ name }) => levels[name] ?? 0);
}

describe("AXES", () => {
  it("have levels that are allowed and differ from the defaults and from each other", () => {
    const defaults = JSON.stringify(resolveTrainingSettings());
    for (const { name, levels } of AXES) {
      const resolved = [defaults, ...levels.map((level) => JSON.stringify(resolveTrainingSettings(level)))];
      expect(new Set(resolved).size, name).toBe(resolved.length);
    }
  });
});

describe("SearchSpace", () => {
  it("leaves out the axes of options that are given", () => {
    const space = new SearchSpace({ validationFraction: 0.2, optimizer: { minSteps: 100 }, network: {} });
    const left = AXES.map(({ name }) => name).filter((name) => !space.axes.some((axis) => axis.name === name));
    expect(left).toEqual(["length of training", "articles kept back"]);
  });

  it("adds what is chosen to what is given", () => {
    const space = new SearchSpace({ seed: 3, terms: { stem: false } });
    const choice = choose(space, { "character n-grams": 1, "input dropout": 2 });
    expect(space.settingsOf(choice)).toEqual({
      seed: 3,
      terms: { stem: false, charNgrams: false },
      network: { inputDropout: 0.7 },
    });
    expect(space.settingsOf(space.start)).toEqual({ seed: 3, terms: { stem: false } });
  });

  it("takes choices for one that come to the same settings", () => {
    const space = new SearchSpace({ terms: { charNgrams: false } });
    const other = new SearchSpace({});
    expect(space.axes.map(({ name }) => name)).not.toContain("character n-grams");
    expect(space.keyOf(space.start)).toBe(other.keyOf(choose(other, { "character n-grams": 1 })));
    expect(space.keyOf(space.start)).not.toBe(other.keyOf(other.start));
  });

  it("proposes the same choices for the same seed and round, others for another, all within the levels", () => {
    const space = new SearchSpace({});
    const leader = choose(space, { tags: 1 });
    const proposed = space.propose([leader], 50, 7, 3);
    expect(space.propose([leader], 50, 7, 3)).toEqual(proposed);
    expect(space.propose([leader], 50, 7, 4)).not.toEqual(proposed);
    expect(space.propose([leader], 50, 8, 3)).not.toEqual(proposed);
    for (const choice of proposed) {
      expect(choice).toHaveLength(space.axes.length);
      choice.forEach((level, axis) => {
        expect(level).toBeGreaterThanOrEqual(0);
        expect(level).toBeLessThanOrEqual(space.axes[axis]?.levels.length as number);
      });
    }
  });

  it("proposes neighbours of the leaders in every second place: at most two axes away", () => {
    const space = new SearchSpace({});
    const leader = space.axes.map(() => 1);
    const distances = space.propose([leader], 40, 1, 1).map((choice) => choice.filter((level) => level !== 1).length);
    for (const [place, distance] of distances.entries()) {
      if (place % 2 === 1) expect(distance).toBeLessThanOrEqual(2);
      else expect(distance).toBeGreaterThanOrEqual(space.axes.length - 4);
    }
  });
});
