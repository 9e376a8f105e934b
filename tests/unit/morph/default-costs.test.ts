import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { defaultCost } from "../../../src/morph/default-costs.js";

describe("defaultCost", () => {
  it("is the number in docs/user-dictionary.md", () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../../docs/user-dictionary.md"), "utf8");
    const documented = [...text.matchAll(/\| ([A-Z]+),([*가-힣]+) \| (\d+) /g)];
    expect(documented).toHaveLength(12);
    for (const [, tag, semantic, cost] of documented) {
      expect([tag, semantic, defaultCost(tag!, semantic!)]).toEqual([tag, semantic, Number(cost)]);
    }
  });

  it("is null for what has no constant, whatever its name", () => {
    expect([defaultCost("JX", "*"), defaultCost("NNG", "없음"), defaultCost("constructor", "")]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
