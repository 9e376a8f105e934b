import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { RejectedRow } from "./article-reader.js";
import { directoryError, toFileError } from "./file-errors.js";
import { markUnfinished, temporaryName, unmarkUnfinished } from "./unfinished-files.js";

const HEADER = "source,line,reason,row\n";
/** Bytes written at once. */
const BATCH_LENGTH = 64 * 1024;

function quote(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}

/** Where rows wait until they get their name. */
interface TemporaryFile {
  readonly path: string;
  readonly target: string;
  /** Permission bits of the file that is replaced; null where there is none. */
  readonly mode: number | null;
}

/**
 * A CSV file of rows that were left out: `source,line,reason,row`, the last being the row as it stood in its file.
 *
 * It appears whole when it is closed, or not at all; rows wait in a temporary file beside it. A symbolic link stays, and a device
 * or pipe is written to directly. Writing is synchronous, since the rows come from a callback and there may be more of them than
 * memory holds.
 */
export class RejectsFile {
  readonly #path: string;
  /** Null for a device. */
  readonly #temporary: TemporaryFile | null;
  readonly #file: number;
  #isOpen = true;
  #pending = HEADER;

  /** @throws {FileError} when nothing can be written at this place */
  constructor(filePath: string) {
    this.#path = filePath;
    this.#temporary = this.#do(() => placeTemporary(filePath));
    if (this.#temporary !== null) markUnfinished(this.#temporary.path);
    try {
      this.#file = this.#do(() =>
        this.#temporary === null ? openSync(filePath, "w") : openSync(this.#temporary.path, "wx"),
      );
    } catch (error) {
      if (this.#temporary !== null) unmarkUnfinished(this.#temporary.path);
      throw error;
    }
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
      this.#do(() => this.#finish());
    } finally {
      this.discard();
    }
  }

  /** Leaves no file behind, unless it has been closed. */
  discard(): void {
    this.#closeFile();
    if (this.#temporary === null) return;
    rmSync(this.#temporary.path, { force: true });
    unmarkUnfinished(this.#temporary.path);
  }

  #finish(): void {
    if (this.#temporary === null) {
      this.#closeFile();
      return;
    }
    fsyncSync(this.#file);
    this.#closeFile();
    const { path: temporary, target, mode } = this.#temporary;
    if (mode !== null) chmodSync(temporary, mode);
    renameSync(temporary, target);
  }

  #closeFile(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#file);
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

/** Null for what cannot be replaced, such as a device. */
function placeTemporary(filePath: string): TemporaryFile | null {
  const existing = statSync(filePath, { throwIfNoEntry: false });
  if (existing?.isDirectory()) throw directoryError(filePath, "write");
  if (existing !== undefined && !existing.isFile()) return null;
  const target = existing === undefined ? filePath : realpathSync(filePath);
  const temporary = path.join(path.dirname(target), temporaryName(randomBytes(8).toString("hex")));
  return { path: temporary, target, mode: existing === undefined ? null : existing.mode & 0o777 };
}
