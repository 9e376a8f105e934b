/** Training that is killed in the middle of writing its files. tools/kill-test.ts does this for long, at random moments. */

import { beforeAll, describe, expect, it } from "vitest";
import { faultsAfterKill, faultsAtEnd, runTraining, runWhole, type WholeRun } from "../kills/killed-runs.js";
import { useFolder } from "./harness.js";

const inFolder = useFolder();
let whole: WholeRun;

beforeAll(async () => {
  whole = await runWhole(inFolder("whole"));
});

describe("newsclf train, killed", () => {
  it("leaves files whole or not at all, and goes on to the same bytes", async () => {
    const nthOf = (operation: string, occurrence: number): number => {
      let nSeen = 0;
      return 1 + whole.operations.findIndex((name) => name === operation && ++nSeen === occurrence);
    };
    // The operation, which of its kind it is, and threads.
    const kills = [
      ["write model.checkpoint", 3, 2],
      ["write model", 1, 1],
      ["rename report.json", 1, 2],
    ] as const;
    for (const [operation, occurrence, nWorkers] of kills) {
      const nth = nthOf(operation, occurrence);
      expect(nth, operation).toBeGreaterThan(0);
      const ending = await runTraining(inFolder(operation), nWorkers, { kind: "operation", nth });
      expect(ending).toMatchObject({ isKilled: true });
      expect(ending.operations.at(-1)).toBe(operation);
      expect(faultsAfterKill(inFolder(operation), whole)).toEqual([]);
      expect(await runTraining(inFolder(operation), 1, null)).toMatchObject({ isKilled: false });
      expect(faultsAtEnd(inFolder(operation), whole)).toEqual([]);
    }
  });
});
