import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.js";
import { formatConfig, parseConfig } from "../../../src/options/config.js";
import { mergeSettings } from "../../../src/options/merge-settings.js";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";

describe("parseConfig", () => {
  it("reads options by their names and groups", () => {
    const text = '{ "seed": 1, "terms": { "ngramRange": [1, 3], "stem": false }, "vectorizer": {} }';
    expect(parseConfig(text, "c.json")).toEqual({
      seed: 1,
      terms: { ngramRange: [1, 3], stem: false },
      vectorizer: {},
    });
  });

  it("takes the settings out of a report and out of the summary of a model", () => {
    const settings = resolveTrainingSettings({ seed: 9, optimizer: { epochs: 2 } });
    expect(parseConfig(JSON.stringify({ macroF1: 0.5, model: { settings, labels: ["a"] } }), "report.json")).toEqual(
      settings,
    );
    expect(parseConfig(JSON.stringify({ metadata: { settings }, nTerms: 3 }), "summary.json")).toEqual(settings);
  });

  it("reads what formatConfig writes", () => {
    const settings = { seed: 3, network: { hiddenUnits: [8, 8, 8] as const } };
    expect(parseConfig(formatConfig(settings), "c.json")).toEqual(settings);
  });

  it.each([
    ['{\n  "sed": 1\n}', 2, 3, /^sed is not an option; known: seed, .*, optimizer$/],
    ['{"vectorizer": {"minDF": 1}}', 1, 17, /^vectorizer\.minDF is not an option; known: minDf, /],
    ['{"vectorizer":\n {"minDf": 0.5}}', 2, 12, /^vectorizer\.minDf must be an integer ≥ 1 \(documents\); got 0\.5$/],
    ['{"vectorizer": 3}', 1, 16, /^vectorizer must be an object such as /],
    ['{"seed": null}', 1, 10, /^seed must be an integer in \[0, 4294967295\]; got null$/],
    ["[]", 1, 1, /^training options must be an object such as /],
    ['{"seed": 1,\n}', 2, 1, /^is not JSON: expected a key in double quotes; found "}"$/],
    ['{"__proto__": {}}', 1, 2, /^__proto__ is not an option/],
    ['{"model": {"settings": {"seed": -1}}}', 1, 33, /^seed must be an integer/],
  ])("says where %j is wrong", (text, line, column, problem) => {
    let thrown: unknown;
    try {
      parseConfig(text, "c.json");
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    const { message, ...fields } = thrown as ConfigError;
    expect({ ...fields, code: (thrown as ConfigError).code }).toMatchObject({ source: "c.json", line, column });
    const place = `c.json:${line}:${column}: `;
    expect(message.startsWith(place), message).toBe(true);
    expect(message.slice(place.length)).toMatch(problem);
  });
});

describe("mergeSettings", () => {
  it("lets the last layer win, option by option", () => {
    const file = { seed: 1, ensemble: 2, vectorizer: { minDf: 3, maxFeatures: 10 } };
    const flags = { seed: 5, vectorizer: { minDf: 1 }, network: { dropout: 0 } };
    expect(mergeSettings(file, flags)).toEqual({
      seed: 5,
      ensemble: 2,
      vectorizer: { minDf: 1, maxFeatures: 10 },
      network: { dropout: 0 },
    });
    expect(file.vectorizer).toEqual({ minDf: 3, maxFeatures: 10 });
  });
});
