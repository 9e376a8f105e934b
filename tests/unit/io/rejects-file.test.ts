import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RejectsFile } from "../../../src/io/rejects-file.js";
import { removeUnfinishedFiles } from "../../../src/io/unfinished-files.js";

const ROW = { source: "a.csv", line: 2, reason: "empty-text", raw: ',"경제"' } as const;
const CONTENTS = 'source,line,reason,row\n"a.csv",2,empty-text,",""경제"""\n';

let folder = "";
const inFolder = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "newsclf-rejects-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("RejectsFile", () => {
  it("appears when it is closed, and not before", () => {
    const file = new RejectsFile(inFolder("rows.csv"));
    file.add(ROW);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.newsclf-.*\.tmp$/)]);
    file.close();
    expect(readdirSync(folder)).toEqual(["rows.csv"]);
    expect(readFileSync(inFolder("rows.csv"), "utf8")).toBe(CONTENTS);
  });

  it("leaves nothing when it is discarded, or when the process ends", () => {
    new RejectsFile(inFolder("rows.csv")).discard();
    expect(readdirSync(folder)).toEqual([]);
    const file = new RejectsFile(inFolder("rows.csv"));
    removeUnfinishedFiles();
    expect(readdirSync(folder)).toEqual([]);
    file.discard();
  });

  it("replaces the file behind a symbolic link, and keeps its permission bits", () => {
    writeFileSync(inFolder("real.csv"), "old");
    chmodSync(inFolder("real.csv"), 0o600);
    symlinkSync(inFolder("real.csv"), inFolder("link.csv"));
    const file = new RejectsFile(inFolder("link.csv"));
    file.add(ROW);
    file.close();
    expect(lstatSync(inFolder("link.csv")).isSymbolicLink()).toBe(true);
    expect(readFileSync(inFolder("real.csv"), "utf8")).toBe(CONTENTS);
    expect(statSync(inFolder("real.csv")).mode & 0o777).toBe(0o600);
  });

  it("writes to a pipe without replacing it", () => {
    expect(spawnSync("mkfifo", [inFolder("pipe")]).status).toBe(0);
    // A reader, without which opening would wait.
    const script = `import { RejectsFile } from ${JSON.stringify(new URL("../../../dist/io/rejects-file.js", import.meta.url).href)};
      const file = new RejectsFile(process.argv[1]); file.add(${JSON.stringify(ROW)}); file.close();`;
    const { stdout } = spawnSync(
      "bash",
      ["-c", 'cat "$0" & "$1" --input-type=module -e "$2" "$0"; wait', inFolder("pipe"), process.execPath, script],
      { encoding: "utf8" },
    );
    expect(stdout).toBe(CONTENTS);
    expect(lstatSync(inFolder("pipe")).isFIFO()).toBe(true);
  });

  it("names a folder and a place without one", () => {
    expect(() => new RejectsFile(folder)).toThrow(expect.objectContaining({ code: "FILE_IS_DIRECTORY" }));
    expect(() => new RejectsFile(inFolder("no/rows.csv"))).toThrow(expect.objectContaining({ code: "FILE_NOT_FOUND" }));
  });
});
