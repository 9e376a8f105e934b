import { randomBytes } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import type { Spool, SpoolReader } from "../features/spool.js";
import { toFileError } from "./file-errors.js";
import { markUnfinished, temporaryName, unmarkUnfinished } from "./unfinished-files.js";

/** Reads an open file by its descriptor, which all threads of the process share. */
export class DescriptorReader implements SpoolReader {
  readonly descriptor: number;
  /** Where the file is, for messages. */
  readonly folder: string;

  constructor(descriptor: number, folder: string) {
    this.descriptor = descriptor;
    this.folder = folder;
  }

  /** @throws {FileError} when the file cannot be read */
  read(place: number, target: Uint8Array): void {
    try {
      for (let nRead = 0; nRead < target.length; ) {
        const n = readSync(this.descriptor, target, nRead, target.length - nRead, place + nRead);
        if (n === 0) throw new Error(`Bug: the file ends before byte ${place + target.length}`);
        nRead += n;
      }
    } catch (error) {
      throw toFileError(error, this.folder, "read");
    }
  }
}

/** Opens a new file that is readable to its owner alone, for it holds articles. */
function openTemporary(file: string): number {
  markUnfinished(file);
  try {
    return openSync(file, "wx+", 0o600);
  } catch (error) {
    unmarkUnfinished(file);
    throw toFileError(error, path.dirname(file), "write");
  }
}

/**
 * A temporary file in a folder. Its name is taken away at once, so that nothing is left of it however the process ends; where
 * the system does not allow that, with `close` or the end of the process.
 */
export class SpoolFile extends DescriptorReader implements Spool {
  readonly #path: string;
  #nBytes = 0;
  #isOpen = true;

  /** @throws {FileError} when no file can be made there */
  constructor(folder: string) {
    const file = path.join(folder, temporaryName(randomBytes(8).toString("hex")));
    super(openTemporary(file), folder);
    this.#path = file;
    this.#removeName();
  }

  /** @throws {FileError} code FILE_NO_SPACE when the disk is full, others when it cannot be written to */
  append(bytes: Uint8Array): void {
    try {
      for (let nWritten = 0; nWritten < bytes.length; ) {
        nWritten += writeSync(this.descriptor, bytes, nWritten, bytes.length - nWritten, this.#nBytes + nWritten);
      }
    } catch (error) {
      throw toFileError(error, this.folder, "write");
    }
    this.#nBytes += bytes.length;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.descriptor);
    this.#removeName();
  }

  #removeName(): void {
    try {
      rmSync(this.#path, { force: true });
      unmarkUnfinished(this.#path);
    } catch {
      // Windows may forbid it while the file is open: then `close` does it, or the end of the process.
    }
  }
}
