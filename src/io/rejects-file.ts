import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import type { RejectedRow } from "./article-reader.js";
import { toFileError } from "./file-errors.js";

const HEADER = "source,line,reason,row\n";
/** Bytes written at once. */
const BATCH_LENGTH = 64 * 1024;

function quote(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}

/**
 * A CSV file of rows that were left out: `source,line,reason,row`, the last being the row as it stood in its file.
 *
 * It appears whole when it is closed, or not at all; rows wait in a temporary file beside it. Writing is synchronous, since the
 * rows come from a callback and there may be more of them than memory holds.
 */
export class RejectsFile {
  readonly #path: string;
  readonly #temporary: string;
  #file: number;
  #pending = HEADER;

  /** @throws {FileError} when nothing can be written at this place */
  constructor(filePath: string) {
    this.#path = filePath;
    this.#temporary = path.join(path.dirname(filePath), `.newsclf-${randomBytes(8).toString("hex")}.tmp`);
    this.#file = this.#do(() => openSync(this.#temporary, "wx"));
  }

  /** @throws {FileError} when the disk is full, for instance */
  add({ source, line, reason, raw }: RejectedRow): void {
    this.#pending += `${quote(source)},${line},${reason},${quote(raw)}\n`;
    if (this.#pending.length >= BATCH_LENGTH) this.#flush();
  }

  /**
   * Puts the file in its place.
   * @throws {FileError} when that fails; then there is no file
   */
  close(): void {
    try {
      this.#flush();
      this.#do(() => {
        fsyncSync(this.#file);
        closeSync(this.#file);
        renameSync(this.#temporary, this.#path);
      });
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Leaves no file behind. */
  discard(): void {
    rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    const text = Buffer.from(this.#pending);
    this.#pending = "";
    this.#do(() => {
      for (let nWritten = 0; nWritten < text.length; ) nWritten += writeSync(this.#file, text, nWritten);
    });
  }

  #do<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw toFileError(error, this.#path, "write");
    }
  }
}
