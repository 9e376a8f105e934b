import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockOutput } from "../../../src/io/output-lock.js";
import { currentProcess, markUnfinished, mayRun, removeUnfinishedFiles } from "../../../src/io/unfinished-files.js";
import { errorOf } from "./streams.js";

let folder = "";
const inFolder = (...parts: string[]) => path.join(folder, ...parts);

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-lock-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** No process has this number: Linux ends at 2^22. */
const NO_PID = 2_147_483_646;

describe("lockOutput", () => {
  it("refuses a second writer and says who the first is and what to do", async () => {
    const lock = await lockOutput(inFolder("m"));
    const error = await errorOf(lockOutput(inFolder("m")));
    expect(error).toMatchObject({ code: "FILE_LOCKED", path: inFolder("m") });
    expect((error as Error).message).toBe(
      `${inFolder("m")}: is being written by process ${process.pid} on ${os.hostname()}; wait for it, stop it, or write to another place (if it does not run, remove ${inFolder("m.lock")})`,
    );
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await (await lockOutput(inFolder("m"))).release();
  });

  it("lets one of many win, and leaves nothing of the others", async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockOutput(inFolder("m"))));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["m.lock"]);
  });

  it.each([
    ["of a process that runs no more", { ...currentProcess(), pid: NO_PID }],
    ["of an earlier process with the number of a running one", { ...currentProcess(), started: "another-boot/1" }],
    ["that names no process", "{}"],
    ["that was cut off", '{"host":'],
    ["of more bytes than any of ours", JSON.stringify(currentProcess()).padEnd(4097)],
  ])("takes over a lock %s", async (_, owner) => {
    await writeFile(inFolder("m.lock"), typeof owner === "string" ? owner : JSON.stringify(owner));
    const lock = await lockOutput(inFolder("m"));
    expect(JSON.parse(await readFile(inFolder("m.lock"), "utf8"))).toEqual(currentProcess());
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("believes a lock of another machine", async () => {
    await writeFile(inFolder("m.lock"), JSON.stringify({ host: "elsewhere.example", pid: NO_PID, started: null }));
    expect(await errorOf(lockOutput(inFolder("m")))).toMatchObject({ code: "FILE_LOCKED" });
  });

  it("makes missing folders and takes away those that stay empty", async () => {
    const lock = await lockOutput(inFolder("a", "b", "m"));
    expect(await readdir(inFolder("a", "b"))).toEqual(["m.lock"]);
    await writeFile(inFolder("a", "kept"), "");
    await lock.release();
    expect(await readdir(folder, { recursive: true })).toEqual(["a", path.join("a", "kept")]);
  });

  it("names the file, not its lock, where no lock can be made", async () => {
    await writeFile(inFolder("file"), "");
    expect(await errorOf(lockOutput(inFolder("file", "m")))).toMatchObject({
      code: "FILE_NOT_FOUND",
      path: inFolder("file", "m"),
    });
  });

  it("needs no lock for what is no file", async () => {
    await mkdir(inFolder("m"));
    await (await lockOutput(inFolder("m"))).release();
    expect(await readdir(folder)).toEqual(["m"]);
  });
});

describe("removeUnfinishedFiles", () => {
  it("removes what is marked, locks among them", async () => {
    await writeFile(inFolder("half"), "");
    await writeFile(inFolder("whole"), "");
    markUnfinished(inFolder("half"));
    await lockOutput(inFolder("m"));
    removeUnfinishedFiles();
    expect(await readdir(folder)).toEqual(["whole"]);
  });
});

describe("mayRun", () => {
  it("knows this process and one that cannot be", () => {
    expect(mayRun(currentProcess())).toBe(true);
    expect(mayRun({ ...currentProcess(), pid: NO_PID })).toBe(false);
  });
});
