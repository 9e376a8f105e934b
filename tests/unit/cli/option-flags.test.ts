import { Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { addSpecFlags, flagOf, pickSpecValues } from "../../../src/cli/option-flags.js";
import type { OptionSpec } from "../../../src/options/constraint.js";
import { RUN_SPEC, TRAINING_GROUPS } from "../../../src/options/train-options.js";

interface Example {
  readonly maxShare?: number;
  readonly nUnits?: readonly [number, number];
  readonly order?: "up" | "down";
  readonly isLoud?: boolean;
  readonly isQuick?: boolean;
  readonly count?: number;
}

const SPEC: OptionSpec<Example> = {
  maxShare: { kind: "number", min: 0, max: 1, default: 0.5, help: "Largest share", unit: "share of rows" },
  nUnits: { kind: "integers", length: 2, min: 1, max: 9, default: [3, 4], help: "Units" },
  order: { kind: "choice", values: ["up", "down"], default: "up", help: "Direction" },
  isLoud: { kind: "boolean", default: false, help: "Make noise" },
  isQuick: { kind: "boolean", default: true, help: "Hurry" },
  count: { kind: "integer", min: 1, max: Number.MAX_SAFE_INTEGER, default: 2, help: "How many", unit: "rows" },
};

function parse(...argv: readonly string[]): Example {
  const command = new Command("example").exitOverride().configureOutput({ writeErr: () => undefined });
  addSpecFlags<Example>(command, SPEC);
  command.parse(argv, { from: "user" });
  return pickSpecValues<Example>(SPEC, command.opts());
}

describe("flagOf", () => {
  it("turns a name into a flag", () => {
    expect(flagOf("maxDfFraction")).toBe("--max-df-fraction");
    expect(flagOf("seed")).toBe("--seed");
  });
});

describe("addSpecFlags and pickSpecValues", () => {
  it("read each kind of value", () => {
    const given = ["--max-share", "0.25", "--n-units", "5,6", "--order", "down", "--is-loud", "--no-is-quick"];
    expect(parse(...given, "--count", "7")).toEqual({
      maxShare: 0.25,
      nUnits: [5, 6],
      order: "down",
      isLoud: true,
      isQuick: false,
      count: 7,
    });
  });

  it("leave defaults to resolveOptions", () => {
    expect(parse()).toEqual({});
  });

  it("take each switch in both forms, the last one given", () => {
    expect(parse("--is-quick", "--no-is-loud")).toEqual({ isQuick: true, isLoud: false });
    expect(parse("--no-is-quick", "--is-quick", "--is-loud", "--no-is-loud")).toEqual({ isQuick: true, isLoud: false });
  });

  it.each([
    ["--max-share", "1.5", "--max-share must be a number in [0, 1] (share of rows)"],
    ["--max-share", "half", "--max-share must be a number in [0, 1] (share of rows)"],
    ["--n-units", "5", "--n-units must be 2 integers in [1, 9]"],
    ["--n-units", "5,,6", "--n-units must be 2 integers in [1, 9]"],
    ["--order", "left", "--order must be one of up, down"],
    ["--count", "0", "--count must be an integer ≥ 1 (rows)"],
    ["--count", "1.5", "--count must be an integer ≥ 1 (rows)"],
    ["--count", "0x10", "--count must be an integer ≥ 1 (rows)"],
    ["--count", "", "--count must be an integer ≥ 1 (rows)"],
  ])("refuse %s %j with what must hold", (flag, value, message) => {
    expect(() => parse(flag, value)).toThrow(CommanderError);
    expect(() => parse(flag, value)).toThrow(message);
  });

  it("say range, unit and default in the help", () => {
    const command = new Command("example").configureHelp({ helpWidth: 200 });
    addSpecFlags<Example>(command, SPEC);
    const help = command.helpInformation();
    expect(help).toContain("--max-share <x>");
    expect(help).toContain("Largest share; a number in [0, 1] (share of rows) (default: 0.5)");
    expect(help).toMatch(/--n-units <n,n> +Units; 2 integers in \[1, 9\] \(default: 3,4\)/);
    expect(help).toMatch(/--order <word> +Direction; one of up, down \(default: up\)/);
    expect(help).toMatch(/--is-loud +Make noise\n/);
    expect(help).toMatch(/--no-is-quick +do not: Hurry\n/);
    expect(help).not.toMatch(/--no-is-loud|--is-quick\b(?<!--no-is-quick)/);
  });
});

describe("the options of training", () => {
  it("have names that differ across all groups, since the flags share one command line", () => {
    const specs = [RUN_SPEC, ...Object.values(TRAINING_GROUPS).map(({ spec }) => spec)];
    const names = specs.flatMap((spec) => Object.keys(spec));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      expect(["output", "report", "textColumn", "titleColumn", "labelColumn"]).not.toContain(name);
  });
});
