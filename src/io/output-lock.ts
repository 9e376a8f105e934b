import { randomBytes } from "node:crypto";
import { link, open, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { FileError } from "../errors.js";
import { toFileError } from "./file-errors.js";
import { makeFolders } from "./files.js";
import {
  currentProcess,
  markUnfinished,
  mayRun,
  type ProcessIdentity,
  temporaryName,
  unmarkUnfinished,
} from "./unfinished-files.js";

/** The right to write a file, until it is released. */
export interface OutputLock {
  /** Lets others write, and removes the folders that were made for the lock and hold nothing. */
  release(): Promise<void>;
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Ours have some 150 bytes; a host's name has 255 characters at most. */
const MAX_LOCK_BYTES = 4096;

/** The text of a lock file, of which no more is read than it may have; "" where there is more. */
async function readLock(lockPath: string): Promise<string> {
  const handle = await open(lockPath);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(MAX_LOCK_BYTES + 1), position: 0 });
    return bytesRead > MAX_LOCK_BYTES ? "" : buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The owner that a lock file names; null when it is gone or names none. */
async function readOwner(lockPath: string): Promise<ProcessIdentity | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readLock(lockPath));
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, "ENOENT")) return null;
    throw error;
  }
  const { host, pid, started } = (value ?? {}) as Partial<ProcessIdentity>;
  if (typeof host !== "string" || !Number.isSafeInteger(pid) || (pid as number) < 1) return null;
  return { host, pid: pid as number, started: typeof started === "string" ? started : null };
}

/** Makes the lock file with its contents in one step; false when there is one. */
async function create(lockPath: string): Promise<boolean> {
  const temporary = path.join(path.dirname(lockPath), temporaryName(randomBytes(8).toString("hex")));
  markUnfinished(temporary);
  try {
    const contents = `${JSON.stringify(currentProcess())}\n`;
    await writeFile(temporary, contents, { flag: "wx" });
    await link(temporary, lockPath).catch(async (error: unknown) => {
      if (isSystemError(error, "EEXIST")) throw error;
      // A file system without hard links: then a reader may meet the lock before its contents, and take it for a dead one's.
      await writeFile(lockPath, contents, { flag: "wx" });
    });
    markUnfinished(lockPath);
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
    unmarkUnfinished(temporary);
  }
}

/** Takes the lock of a dead process away. Another process that does so at the same time may have put its own there meanwhile. */
async function removeStale(lockPath: string): Promise<void> {
  const aside = path.join(path.dirname(lockPath), temporaryName(randomBytes(8).toString("hex")));
  try {
    await rename(lockPath, aside);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return;
    throw error;
  }
  const owner = await readOwner(aside);
  // A living process's lock is put back; if a third one has one by now, that one's stands.
  if (owner !== null && mayRun(owner)) await link(aside, lockPath).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Attempts before giving up, should locks come and go. */
const MAX_ATTEMPTS = 5;

async function acquire(target: string, lockPath: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await create(lockPath)) return;
    const owner = await readOwner(lockPath);
    if (owner !== null && mayRun(owner)) {
      throw new FileError(
        "FILE_LOCKED",
        target,
        `is being written by process ${owner.pid} on ${owner.host}; wait for it, stop it, or write to another place (if it does not run, remove ${lockPath})`,
      );
    }
    await removeStale(lockPath);
  }
  throw new FileError("FILE_LOCKED", target, "is being written by others; wait for them, or write to another place");
}

/** Removes the empty folders from `folder` up to `first`. */
async function removeEmptyFolders(folder: string, first: string): Promise<void> {
  for (let current = folder; ; current = path.dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      // It holds something: then so do those above.
      return;
    }
    if (current === first) return;
  }
}

/**
 * Reserves a file for writing, by a file of its name and ".lock" beside it that names this process. Missing folders are
 * made. The lock of a process that runs no more is taken over. A device or pipe needs none.
 *
 * @throws {FileError} code FILE_LOCKED when another process holds it; others when the lock cannot be made
 */
export async function lockOutput(target: string): Promise<OutputLock> {
  const lockPath = `${path.resolve(target)}.lock`;
  const folder = path.dirname(lockPath);
  try {
    const existing = await stat(target).catch(() => null);
    if (existing !== null && !existing.isFile()) return { release: async () => undefined };
    const firstMade = await makeFolders(folder);
    try {
      await acquire(target, lockPath);
    } catch (error) {
      if (firstMade !== null) await removeEmptyFolders(folder, firstMade);
      throw error;
    }
    return {
      release: async () => {
        await rm(lockPath, { force: true });
        unmarkUnfinished(lockPath);
        if (firstMade !== null) await removeEmptyFolders(folder, firstMade);
      },
    };
  } catch (error) {
    throw toFileError(error, target, "write");
  }
}
