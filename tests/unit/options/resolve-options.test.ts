import { describe, expect, it } from "vitest";
import { NewsclfError, OptionError } from "../../../src/errors.js";
import { describeConstraint, type OptionSpec, parseOption } from "../../../src/options/constraint.js";
import { resolveOptions } from "../../../src/options/resolve-options.js";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";

interface Example {
  readonly minDf?: number;
  readonly share?: number;
  readonly word?: "a" | "b";
  readonly isOn?: boolean;
  readonly range?: readonly [number, number];
}

const SPEC: OptionSpec<Example> = {
  minDf: { kind: "integer", min: 1, max: Number.MAX_SAFE_INTEGER, unit: "documents", default: 2, help: "…" },
  share: { kind: "number", min: 0, minExclusive: true, max: 1, default: 0.5, help: "…" },
  word: { kind: "choice", values: ["a", "b"], default: "a", help: "…" },
  isOn: { kind: "boolean", default: true, help: "…" },
  range: { kind: "integers", length: 2, min: 1, max: 5, ascending: true, default: [1, 2], help: "…" },
};

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("resolveOptions", () => {
  it("fills every default and freezes the result", () => {
    const resolved = resolveOptions(SPEC, { minDf: 3 }, "example");
    expect(resolved).toEqual({ minDf: 3, share: 0.5, word: "a", isOn: true, range: [1, 2] });
    expect(Object.isFrozen(resolved)).toBe(true);
  });

  it("takes undefined for a missing option", () => {
    expect(resolveOptions(SPEC, undefined, "example").minDf).toBe(2);
    expect(resolveOptions(SPEC, Object.fromEntries([["minDf", undefined]]), "example").minDf).toBe(2);
  });

  it("copies lists, so that a later change of the given list has no effect", () => {
    const range: [number, number] = [1, 3];
    const resolved = resolveOptions(SPEC, { range }, "example");
    range[1] = 5;
    expect(resolved.range).toEqual([1, 3]);
  });

  it("names the option, the constraint and the received value", () => {
    const error = errorOf(() => resolveOptions(SPEC, { minDf: 0.5 }, "vectorizer"));
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).message).toBe("vectorizer.minDf must be an integer ≥ 1 (documents); got 0.5");
    expect(error).toMatchObject({ code: "OPTION_INVALID", option: "vectorizer.minDf", received: 0.5 });
  });

  it.each([
    ["a share of 0 where the lower end is exclusive", { share: 0 }],
    ["a share above 1", { share: 1.5 }],
    ["NaN", { share: Number.NaN }],
    ["infinity", { share: Number.POSITIVE_INFINITY }],
    ["a word that is not in the list", { word: "c" }],
    ["a number for a switch", { isOn: 1 }],
    ["a list of the wrong length", { range: [1] }],
    ["a list in falling order", { range: [2, 1] }],
    ["a list with a fraction", { range: [1, 1.5] }],
    ["a string for a list", { range: "1,2" }],
  ])("rejects %s", (_, given) => {
    expect(() => resolveOptions(SPEC, given as Example, "example")).toThrow(OptionError);
  });

  it("rejects an unknown key and lists the known ones", () => {
    const error = errorOf(() => resolveOptions(SPEC, { minDF: 1 } as Example, "vectorizer"));
    expect((error as NewsclfError).code).toBe("OPTION_UNKNOWN");
    expect((error as NewsclfError).message).toBe(
      "vectorizer.minDF is not an option; known: minDf, share, word, isOn, range",
    );
  });

  it.each(["__proto__", "constructor", "toString"])("takes the key %s for unknown, not for inherited", (key) => {
    const given = JSON.parse(`{"${key}": 1}`) as Example;
    expect(() => resolveOptions(SPEC, given, "example")).toThrow(NewsclfError);
  });

  it("rejects options that are not an object", () => {
    expect(() => resolveOptions(SPEC, [] as unknown as Example, "example")).toThrow(
      "example must be an object; got []",
    );
  });
});

describe("parseOption", () => {
  it("reads each kind as written on the command line", () => {
    expect(parseOption("--min-df", SPEC.minDf, "12")).toBe(12);
    expect(parseOption("--share", SPEC.share, "2.5e-1")).toBe(0.25);
    expect(parseOption("--range", SPEC.range, "2,3")).toEqual([2, 3]);
    expect(parseOption("--word", SPEC.word, "b")).toBe("b");
    expect(parseOption("--is-on", SPEC.isOn, "false")).toBe(false);
  });

  it.each(["", " ", "0x10", "1e3x", "Infinity", "1,2", "one"])("rejects %j as an integer", (text) => {
    expect(() => parseOption("--min-df", SPEC.minDf, text)).toThrow(
      `--min-df must be an integer ≥ 1 (documents); got ${JSON.stringify(text)}`,
    );
  });
});

describe("describeConstraint", () => {
  it("shows open and closed ends", () => {
    expect(describeConstraint(SPEC.share)).toBe("a number in (0, 1]");
    expect(describeConstraint(SPEC.range)).toBe("2 integers in [1, 5] in ascending order");
    expect(describeConstraint(SPEC.word)).toBe("one of a, b");
  });
});

describe("resolveTrainingSettings", () => {
  it("keeps a given group's option beside the defaults of the others", () => {
    const settings = resolveTrainingSettings({ seed: 7, vectorizer: { minDf: 5 } });
    expect(settings.seed).toBe(7);
    expect(settings.vectorizer.minDf).toBe(5);
    expect(settings.network.hiddenUnits).toHaveLength(3);
  });

  it("gives the same settings when its own result is resolved again", () => {
    const settings = resolveTrainingSettings({ terms: { tags: "all" }, optimizer: { epochs: 2 } });
    expect(resolveTrainingSettings(settings)).toEqual(settings);
  });

  it("rejects an unknown group", () => {
    expect(() => resolveTrainingSettings({ optimiser: {} } as never)).toThrow("optimiser is not an option");
    expect(() => resolveTrainingSettings({ epochs: 3 } as never)).toThrow(
      "epochs is not an option by itself; it belongs to a group: optimizer.epochs",
    );
  });
});
