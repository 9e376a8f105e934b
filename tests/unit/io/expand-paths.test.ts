import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expandPaths } from "../../../src/io/expand-paths.js";
import { errorOf } from "./streams.js";

const FILES = [
  "b.csv",
  "a.csv",
  "a1.csv",
  "뉴스.csv".normalize("NFD"),
  "x+y.csv",
  "[1].csv",
  ".hidden.csv",
  "note.txt",
];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-paths-"));
  await mkdir(path.join(folder, "2026", "01"), { recursive: true });
  await mkdir(path.join(folder, "folder.csv"));
  for (const file of [...FILES, "2026/c.csv", "2026/01/d.csv"]) await writeFile(path.join(folder, file), "");
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const expand = async (pattern: string) =>
  (await expandPaths([`${folder}/${pattern}`])).map((file) => file.slice(folder.length + 1).normalize("NFC"));

describe("expandPaths", () => {
  it.each([
    ["*.csv", ["[1].csv", "a.csv", "a1.csv", "b.csv", "x+y.csv", "뉴스.csv"]],
    ["?.csv", ["a.csv", "b.csv"]],
    ["a*.csv", ["a.csv", "a1.csv"]],
    ["[ab].csv", ["a.csv", "b.csv"]],
    ["[a-z]?.csv", ["a1.csv"]],
    ["[!a].csv", ["b.csv"]],
    ["x+*", ["x+y.csv"]],
    ["뉴*.csv", ["뉴스.csv"]],
    [".*.csv", [".hidden.csv"]],
    ["*/c.csv", ["2026/c.csv"]],
    ["20*/0?/*", ["2026/01/d.csv"]],
    ["**/[cd].csv", ["2026/01/d.csv", "2026/c.csv"]],
    ["2026/**", ["2026/01/d.csv", "2026/c.csv"]],
    ["[1].csv", ["[1].csv"]],
  ])("finds the files of %s in order", async (pattern, files) => {
    expect(await expand(pattern)).toEqual(files);
  });

  it("leaves paths without a pattern as they are, there or not, in the order given", async () => {
    const paths = ["z.csv", `${folder}/b.csv`, "-"];
    expect(await expandPaths(paths)).toEqual(paths);
  });

  it.each(["*.parquet", "none/*.csv", "a.csv/*.csv", "[z-a].csv"])("says that %s matches nothing", async (pattern) => {
    expect(await errorOf(expand(pattern))).toMatchObject({ code: "FILE_NOT_FOUND", path: `${folder}/${pattern}` });
  });
});
