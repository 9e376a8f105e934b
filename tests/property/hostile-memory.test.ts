import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALLOWANCES, goodFiles, hostileFiles } from "../hostile/hostile-files.js";
import { type LoadKind, measureLoad } from "../hostile/peak-memory.js";

let folder = "";
let good: Readonly<Record<LoadKind, string>>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-hostile-"));
  good = await goodFiles(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("the memory of a process that loads a hostile file", () => {
  const quick = hostileFiles().filter(({ isQuick }) => isQuick === true);
  it.each(quick.map((file) => [file.kind, file.name, file] as const))(
    "stays within its allowance: %s, %s; tools/hostile-memory.ts tries more",
    async (kind, name, { write, outcome }) => {
      const file = path.join(folder, name.includes(".") ? name : "hostile");
      await write(file);
      const bare = await measureLoad(kind, [good[kind]]);
      const { peakBytes, outcomes } = await measureLoad(kind, [file]);
      expect(outcomes).toEqual([outcome]);
      expect(bare.outcomes).toEqual(["loaded"]);
      const { perByte, constantBytes } = ALLOWANCES[kind];
      const { size } = await stat(file);
      expect(peakBytes - bare.peakBytes).toBeLessThan(perByte * size + constantBytes);
    },
    30_000,
  );

  it("covers models, dictionaries, articles, workbooks and reports", () => {
    expect(new Set(quick.map(({ kind }) => kind))).toEqual(
      new Set(["model", "dictionary", "articles", "workbook", "report"]),
    );
  });
});
