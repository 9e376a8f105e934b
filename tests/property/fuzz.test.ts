import { beforeAll, describe, expect, it } from "vitest";
import { type FuzzTarget, fuzz, makeTargets } from "../fuzz/targets.js";

let targets: readonly FuzzTarget[] = [];

beforeAll(async () => {
  targets = (await makeTargets()).filter(({ share }) => share >= 1);
});

describe("hostile input", () => {
  it("meets a right result or an error on purpose; tools/fuzz.ts looks for longer", async () => {
    const faults: string[] = [];
    const counts = await fuzz(targets, 20261123, 5_000, {
      onFault: (target, inputSeed, error) => faults.push(`${target}, input ${inputSeed}: ${String(error)}`),
    });
    expect(faults).toEqual([]);
    expect([...counts.values()].every((count) => count >= 100)).toBe(true);
  });
});
