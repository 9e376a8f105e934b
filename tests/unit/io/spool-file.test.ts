import { closeSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DescriptorReader, SpoolFile } from "../../../src/io/spool-file.js";

const disk = vi.hoisted(() => ({ isFull: false, keepsNames: false }));
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const fail = (code: string): never => {
    throw Object.assign(new Error(`${code}: made for this test`), { code });
  };
  return {
    ...real,
    // Takes part of what it is given, as the system may.
    writeSync: (descriptor: number, bytes: Uint8Array, offset: number, length: number, place: number) =>
      disk.isFull ? fail("ENOSPC") : real.writeSync(descriptor, bytes, offset, Math.ceil(length / 2), place),
    rmSync: (...given: Parameters<typeof real.rmSync>) => (disk.keepsNames ? fail("EBUSY") : real.rmSync(...given)),
  };
});

let folder = "";

beforeEach(async () => {
  disk.isFull = false;
  disk.keepsNames = false;
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-test-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("SpoolFile", () => {
  it("gives back what was appended, also to another reader of its descriptor, and has no name meanwhile", async () => {
    const spool = new SpoolFile(folder);
    spool.append(Uint8Array.of(1, 2, 3));
    spool.append(Uint8Array.of(4, 5));
    expect(await readdir(folder)).toEqual([]);
    const target = new Uint8Array(3);
    spool.read(1, target);
    expect([...target]).toEqual([2, 3, 4]);
    new DescriptorReader(spool.descriptor, folder).read(2, target);
    expect([...target]).toEqual([3, 4, 5]);
    spool.close();
    expect(() => closeSync(spool.descriptor)).toThrow("EBADF");
    spool.close();
  });

  it("takes its name away when it is closed where it could not before", async () => {
    disk.keepsNames = true;
    const spool = new SpoolFile(folder);
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.newsclf-.*\.tmp$/)]);
    disk.keepsNames = false;
    spool.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it("says so when the disk is full, and where", () => {
    const spool = new SpoolFile(folder);
    disk.isFull = true;
    expect(() => spool.append(Uint8Array.of(1))).toThrow(
      expect.objectContaining({
        code: "FILE_NO_SPACE",
        message: expect.stringContaining(`${folder}: cannot be written`),
      }),
    );
    spool.close();
  });

  it("says so when no file can be made in the folder", () => {
    expect(() => new SpoolFile(path.join(folder, "missing"))).toThrow(
      expect.objectContaining({ code: "FILE_NOT_FOUND" }),
    );
  });
});
