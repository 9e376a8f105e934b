import { describe, expect, it } from "vitest";
import { mergeSettings } from "../../../src/options/merge-settings.js";
import { QUALITIES } from "../../../src/options/quality.js";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";

describe("QUALITIES", () => {
  it("are options in their ranges; default changes nothing, best does", () => {
    expect(resolveTrainingSettings(QUALITIES.default)).toEqual(resolveTrainingSettings());
    const best = resolveTrainingSettings(QUALITIES.best);
    expect(best).toMatchObject({ ensemble: 8, refit: "always", vectorizer: { maxFeatures: 200_000 } });
    expect({ ...best, ensemble: 1, refit: "auto", vectorizer: {} }).toEqual({
      ...resolveTrainingSettings(),
      vectorizer: {},
    });
  });

  it("give way to options merged over them, one by one", () => {
    const merged = mergeSettings(QUALITIES.best, { ensemble: 3, vectorizer: { minDf: 1 } });
    expect(merged).toEqual({ ensemble: 3, refit: "always", vectorizer: { maxFeatures: 200_000, minDf: 1 } });
  });
});
