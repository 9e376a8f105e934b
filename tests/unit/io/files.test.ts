import * as nodeFileSystem from "node:fs/promises";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileError } from "../../../src/errors.js";
import { toFileError } from "../../../src/io/file-errors.js";
import {
  checkWritable,
  type FileSystem,
  fromStream,
  openFile,
  readFileBytes,
  writeAtomicallyOn,
  writeFileAtomically,
} from "../../../src/io/files.js";
import { temporaryName } from "../../../src/io/unfinished-files.js";
import { collect, errorOf } from "./streams.js";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made for this test`), { code });
}

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-test-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("toFileError", () => {
  it.each([
    ["ENOENT", "FILE_NOT_FOUND", "does not exist; check the path", "its folder does not exist"],
    ["ENOTDIR", "FILE_NOT_FOUND", "is a file and not a folder", "is a file and not a folder"],
    ["EEXIST", "FILE_NOT_FOUND", "is a file and not a folder", "is a file and not a folder"],
    ["ENAMETOOLONG", "FILE_NOT_FOUND", "its name is longer", "choose a shorter one"],
    ["ELOOP", "FILE_NOT_FOUND", "run in a circle", "run in a circle"],
    [
      "EISDIR",
      "FILE_IS_DIRECTORY",
      "is a directory; give the path of a file",
      "is a directory; give the path of a file",
    ],
    ["EACCES", "FILE_NO_PERMISSION", "permission is denied; allow reading", "permission is denied; allow writing"],
    ["EPERM", "FILE_NO_PERMISSION", "permission is denied", "permission is denied"],
    ["EROFS", "FILE_NO_PERMISSION", "read-only", "choose another place"],
    ["ENOSPC", "FILE_NO_SPACE", "free some space", "free some space or write to another place"],
    ["EDQUOT", "FILE_NO_SPACE", "free some space", "free some space or write to another place"],
    ["EFBIG", "FILE_NO_SPACE", "larger than the file system allows", "the limit of the shell (ulimit -f) allows"],
    ["EMFILE", "FILE_IO", "too many files are open", "too many files are open"],
    ["ENFILE", "FILE_IO", "too many files are open", "too many files are open"],
    ["EIO", "FILE_IO", "cannot be read (EIO: made for this test)", "cannot be written (EIO: made for this test)"],
  ])("says what %s means", (systemCode, code, onRead, onWrite) => {
    const cause = systemError(systemCode);
    for (const [action, text] of [
      ["read", onRead],
      ["write", onWrite],
    ] as const) {
      const error = toFileError(cause, "some/file", action);
      expect(error).toBeInstanceOf(FileError);
      expect(error).toMatchObject({ code, path: "some/file", cause });
      expect((error as Error).message).toContain(text);
      expect((error as Error).message).toMatch(/^some\/file: /);
    }
  });

  it("passes on what is not about the file", () => {
    const bug = new TypeError("no function");
    expect(toFileError(bug, "f", "read")).toBe(bug);
    const known = new FileError("FILE_IO", "g", "known");
    expect(toFileError(known, "f", "read")).toBe(known);
  });
});

describe("readFileBytes", () => {
  it("returns the bytes", async () => {
    await writeFile(path.join(folder, "a"), Uint8Array.of(0, 255));
    expect([...(await readFileBytes(path.join(folder, "a")))]).toEqual([0, 255]);
    await writeFile(path.join(folder, "empty"), "");
    expect(await readFileBytes(path.join(folder, "empty"))).toHaveLength(0);
  });

  it("names a missing file, a directory and a path through a file", async () => {
    const file = path.join(folder, "a");
    expect(await errorOf(readFileBytes(file))).toMatchObject({ code: "FILE_NOT_FOUND" });
    expect(await errorOf(readFileBytes(folder))).toMatchObject({ code: "FILE_IS_DIRECTORY" });
    await writeFile(file, "");
    expect(await errorOf(readFileBytes(path.join(file, "b")))).toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});

describe("sources", () => {
  it("opens a file only when it is read", async () => {
    const source = openFile(path.join(folder, "later"));
    await writeFile(path.join(folder, "later"), "가");
    expect(Buffer.concat(await collect(source.chunks)).toString()).toBe("가");
  });

  it("names the stream that failed", async () => {
    const stream = new Readable({ read() {} });
    stream.destroy(systemError("EIO"));
    const error = await errorOf(collect(fromStream("standard input", stream).chunks));
    expect(error).toMatchObject({ code: "FILE_IO", path: "standard input" });
  });
});

describe("writeFileAtomically", () => {
  it("writes a new file and the folders above it", async () => {
    const file = path.join(folder, "models", "new", "a.newsclf");
    await writeFileAtomically(file, Uint8Array.of(1, 2, 3));
    expect([...(await readFile(file))]).toEqual([1, 2, 3]);
    expect(await readdir(path.dirname(file))).toEqual(["a.newsclf"]);
  });

  it("replaces a file and keeps its permission bits", async () => {
    const file = path.join(folder, "a");
    await writeFile(file, "old");
    await chmod(file, 0o600);
    const { mode } = await stat(file);
    await writeFileAtomically(file, "새것");
    expect(await readFile(file, "utf8")).toBe("새것");
    expect((await stat(file)).mode).toBe(mode);
  });

  it("writes through a symbolic link", async () => {
    await mkdir(path.join(folder, "store"));
    await writeFile(path.join(folder, "store", "real"), "old");
    await symlink(path.join(folder, "store", "real"), path.join(folder, "link"), "file");
    await writeFileAtomically(path.join(folder, "link"), "new");
    expect(await readFile(path.join(folder, "store", "real"), "utf8")).toBe("new");
    expect((await nodeFileSystem.lstat(path.join(folder, "link"))).isSymbolicLink()).toBe(true);
  });

  it("names a directory and a path through a file", async () => {
    expect(await errorOf(writeFileAtomically(folder, "x"))).toMatchObject({ code: "FILE_IS_DIRECTORY", path: folder });
    const file = path.join(folder, "a");
    await writeFile(file, "");
    expect(await errorOf(writeFileAtomically(path.join(file, "b"), "x"))).toMatchObject({ code: "FILE_NOT_FOUND" });
  });

  /** Node's file system, but each opened file fails at one step. */
  function failingAt(step: "writeFile" | "sync" | "rename", code: string): FileSystem {
    return {
      ...nodeFileSystem,
      open: async (file, flags) => {
        const handle = await nodeFileSystem.open(file, flags);
        if (step === "rename") return handle;
        if (step === "writeFile") {
          // Half of the bytes reach the disk, as when it fills up.
          handle.writeFile = async () => {
            await handle.write("half");
            throw systemError(code);
          };
        } else {
          handle.sync = () => Promise.reject(systemError(code));
        }
        return handle;
      },
      rename: (from, to) => (step === "rename" ? Promise.reject(systemError(code)) : nodeFileSystem.rename(from, to)),
    };
  }

  it.each([
    ["writeFile", "ENOSPC", "FILE_NO_SPACE"],
    ["sync", "EDQUOT", "FILE_NO_SPACE"],
    ["sync", "EIO", "FILE_IO"],
    ["rename", "EACCES", "FILE_NO_PERMISSION"],
  ] as const)(
    "keeps the old file and leaves nothing beside it when %s fails with %s",
    async (step, systemCode, code) => {
      const file = path.join(folder, "a");
      await writeFile(file, "old");
      const error = await errorOf(writeAtomicallyOn(failingAt(step, systemCode), file, "new"));
      expect(error).toMatchObject({ code, path: file });
      expect(await readFile(file, "utf8")).toBe("old");
      expect(await readdir(folder)).toEqual(["a"]);
    },
  );

  it("says that permission is denied where the folder must not be written to", async () => {
    const denied: FileSystem = { ...nodeFileSystem, open: () => Promise.reject(systemError("EACCES")) };
    const error = await errorOf(writeAtomicallyOn(denied, path.join(folder, "a"), "x"));
    expect(error).toMatchObject({ code: "FILE_NO_PERMISSION" });
  });

  it("ends where the system refuses to make a folder as if there were none above it", async () => {
    const refusing: FileSystem = {
      ...nodeFileSystem,
      // What Node's own recursive one does below /proc.
      mkdir: ((_: string, options?: { readonly recursive?: boolean }) =>
        options?.recursive === true
          ? new Promise(() => undefined)
          : Promise.reject(systemError("ENOENT"))) as FileSystem["mkdir"],
    };
    const file = path.join(folder, "models", "new", "a.newsclf");
    const error = await errorOf(writeAtomicallyOn(refusing, file, "x"));
    expect(error).toMatchObject({ code: "FILE_NOT_FOUND", path: file });
  });

  it("writes whole files where folders cannot be flushed", async () => {
    const noFolders: FileSystem = {
      ...nodeFileSystem,
      open: (file, flags) => (flags === "r" ? Promise.reject(systemError("EPERM")) : nodeFileSystem.open(file, flags)),
    };
    await writeAtomicallyOn(noFolders, path.join(folder, "a"), "x");
    expect(await readFile(path.join(folder, "a"), "utf8")).toBe("x");
  });

  it("writes to a device without replacing it", async () => {
    const file = path.join(folder, "device");
    await writeFile(file, "");
    const notRegular = { isFile: () => false, isDirectory: () => false };
    const device: FileSystem = {
      ...nodeFileSystem,
      stat: (async () => notRegular) as unknown as FileSystem["stat"],
      rename: () => Promise.reject(new Error("a device was renamed over")),
    };
    await writeAtomicallyOn(device, file, "x");
    expect(await readFile(file, "utf8")).toBe("x");
  });
});

describe("checkWritable", () => {
  it("makes no folder and leaves no file", async () => {
    await checkWritable(path.join(folder, "models", "old", "a"));
    expect(await readdir(folder)).toEqual([]);
  });

  it("removes what killed processes of this machine left, and nothing else", async () => {
    const own = temporaryName("1");
    // No process has the number 2^31 - 2: Linux ends at 2^22.
    const left = own.replace(`-${process.pid}-`, "-2147483646-");
    const ofAnotherMachine = left.replace(/newsclf-[0-9a-f]{8}/, "newsclf-00000000");
    for (const name of [own, left, ofAnotherMachine, ".newsclf-notes.tmp"])
      await writeFile(path.join(folder, name), "");
    await checkWritable(path.join(folder, "a"));
    expect(await readdir(folder)).toEqual([own, ofAnotherMachine, ".newsclf-notes.tmp"].sort());
  });

  it("does not touch an existing file", async () => {
    const file = path.join(folder, "a");
    await writeFile(file, "old");
    await checkWritable(file);
    expect(await readFile(file, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("names a directory and a path through a file", async () => {
    expect(await errorOf(checkWritable(folder))).toMatchObject({ code: "FILE_IS_DIRECTORY" });
    await writeFile(path.join(folder, "a"), "");
    expect(await errorOf(checkWritable(path.join(folder, "a", "b")))).toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});
