import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listSpec } from "../../../src/options/resolve-options.js";
import { RUN_SPEC, type RunOptions, TRAINING_GROUPS } from "../../../src/options/train-options.js";
import { renderOptionsDoc } from "../../../tools/options-doc.js";

const page = readFileSync(new URL("../../../docs/options.md", import.meta.url), "utf8");

describe("docs/options.md", () => {
  it("is what the option tables say; renew it with: npm run docs:options", () => {
    expect(page).toBe(renderOptionsDoc());
  });

  it("names every option once, with its group", () => {
    const names = [
      ...listSpec<RunOptions>(RUN_SPEC).map(([name]) => name),
      ...Object.entries(TRAINING_GROUPS).flatMap(([group, { spec }]) =>
        Object.keys(spec).map((name) => `${group}.${name}`),
      ),
    ];
    const documented = [...page.matchAll(/^\| `--[^`]+` \| `([^`]+)` \|/gm)].map((match) => match[1]);
    expect(documented).toEqual(names);
  });

  it("offers a switch that is on by default as its opposite", () => {
    expect(page).toContain("| `--no-stem` | `terms.stem` | true or false | `true` |");
  });
});
