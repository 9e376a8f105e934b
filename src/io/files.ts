import { createReadStream, constants as fileSystemConstants, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import * as nodeFileSystem from "node:fs/promises";
import path from "node:path";
import { OptionError } from "../errors.js";
import { checkMethod } from "../options/check-argument.js";
import { toHex } from "../sha-256.js";
import { directoryError, toFileError } from "./file-errors.js";
import { markUnfinished, removeLeftovers, temporaryName, unmarkUnfinished } from "./unfinished-files.js";

/**
 * Returns all bytes of a file.
 * @throws {FileError} when it is missing, a directory, or cannot be read
 */
export async function readFileBytes(filePath: string): Promise<Uint8Array> {
  try {
    return await readAtOnce(filePath);
  } catch (error) {
    throw toFileError(error, filePath, "read");
  }
}

/** What Linux gives at once, the least of the systems' limits. */
const MAX_REQUEST_BYTES = 0x7fff_f000;

/** In one request to the system: `readFile` makes one for each half megabyte, each with a turn of the event loop. */
async function readAtOnce(filePath: string): Promise<Uint8Array> {
  const handle = await nodeFileSystem.open(filePath);
  try {
    const { size } = await handle.stat();
    // Pipes and devices have no size; larger files take more than one request.
    if (size > 0 && size <= MAX_REQUEST_BYTES) {
      const bytes = Buffer.allocUnsafeSlow(size);
      const { bytesRead } = await handle.read(bytes, 0, size, 0);
      if (bytesRead === size) return bytes;
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Bytes that are read once, in order, with the name they have in messages. */
export interface ByteSource {
  /** The path, or another name for people such as "standard input". */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whether the bytes come from a program or a person that may wait for an answer to the first line. */
  readonly isLive?: boolean;
}

/** @throws {OptionError} when the value is neither a path nor an open source */
export function checkSource(name: string, value: unknown): void {
  if (typeof value === "string" || (typeof value === "object" && value !== null && "chunks" in value)) return;
  throw new OptionError(name, "the path of a file, or an open source such as fromStream() gives", value);
}

/** A file as a source. It is opened when reading begins; reading throws {FileError} when that fails. */
export function openFile(filePath: string): ByteSource {
  return { name: filePath, chunks: readChunks(filePath, () => createReadStream(filePath)) };
}

/**
 * An open stream of bytes, such as standard input, as a source; a fault of the stream is thrown as {FileError}.
 * @throws {OptionError} when the stream is none
 */
export function fromStream(name: string, stream: AsyncIterable<Uint8Array>): ByteSource {
  checkMethod("stream", stream, Symbol.asyncIterator, "a stream of bytes");
  return { name, chunks: readChunks(name, () => stream), isLive: true };
}

async function* readChunks(name: string, open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* open();
  } catch (error) {
    throw toFileError(error, name, "read");
  }
}

/** What writing asks of node:fs/promises; tests put a failing one in its place. */
export type FileSystem = Pick<typeof nodeFileSystem, "mkdir" | "open" | "realpath" | "rename" | "rm" | "stat">;

/**
 * Writes a file so that it is there whole or not at all, and any file of that name stays as it was until then.
 *
 * The bytes go to a temporary file in the same folder, which is flushed to the disk and renamed; when anything fails it is
 * removed. Missing parent folders are created. A symbolic link to a file stays, and the file it points to is replaced; an existing
 * file keeps its permission bits. Devices and pipes (`/dev/null`) are written to directly, for renaming would replace them.
 *
 * @throws {FileError} when the place is a directory, must not be written to, or is full
 */
export async function writeFileAtomically(filePath: string, data: Uint8Array | string): Promise<void> {
  await writeAtomicallyOn(nodeFileSystem, filePath, data);
}

/**
 * Checks, before long work, that `writeFileAtomically` can write at this place: an empty temporary file is made in its
 * folder, or in the nearest one above it that exists, and removed. No folder is made and no existing file is touched, but
 * temporary files of processes that were killed are removed.
 * @throws {FileError} when the place is a directory or must not be written to
 */
export async function checkWritable(filePath: string): Promise<void> {
  try {
    const existing = await statOrNull(nodeFileSystem, filePath);
    if (existing?.isDirectory()) throw directoryError(filePath, "write");
    if (existing !== null && !existing.isFile()) {
      await nodeFileSystem.access(filePath, fileSystemConstants.W_OK);
      return;
    }
    const target = existing === null ? filePath : await nodeFileSystem.realpath(filePath);
    let folder = path.dirname(path.resolve(target));
    while ((await statOrNull(nodeFileSystem, folder)) === null) folder = path.dirname(folder);
    await removeLeftovers(folder);
    const temporary = temporaryPath(folder);
    markUnfinished(temporary);
    await (await nodeFileSystem.open(temporary, "wx")).close();
    await nodeFileSystem.rm(temporary);
    unmarkUnfinished(temporary);
  } catch (error) {
    throw toFileError(error, filePath, "write");
  }
}

/**
 * Removes a file; one that is not there is no fault.
 * @throws {FileError} when it cannot be removed
 */
export async function removeFile(filePath: string): Promise<void> {
  try {
    await nodeFileSystem.rm(filePath, { force: true });
  } catch (error) {
    throw toFileError(error, filePath, "write");
  }
}

/** Whether something stands at this place. */
export async function fileExists(filePath: string): Promise<boolean> {
  return (await statOrNull(nodeFileSystem, filePath)) !== null;
}

/** `writeFileAtomically` on a given file system. */
export async function writeAtomicallyOn(
  fileSystem: FileSystem,
  filePath: string,
  data: Uint8Array | string,
): Promise<void> {
  try {
    await write(fileSystem, filePath, data);
  } catch (error) {
    throw toFileError(error, filePath, "write");
  }
}

async function write(fileSystem: FileSystem, filePath: string, data: Uint8Array | string): Promise<void> {
  const existing = await statOrNull(fileSystem, filePath);
  if (existing === null) {
    await makeFolders(path.dirname(filePath), fileSystem);
    await replaceFile(fileSystem, filePath, data, null);
  } else if (existing.isFile()) {
    await replaceFile(fileSystem, await fileSystem.realpath(filePath), data, existing.mode & 0o777);
  } else if (existing.isDirectory()) {
    throw directoryError(filePath, "write");
  } else {
    const handle = await fileSystem.open(filePath, "w");
    await writeAndClose(handle, () => handle.writeFile(data));
  }
}

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` never ends where a system refuses
 * to make one as if it were not there, as below /proc (2026-11-29, Node 20.20).
 * @returns the first folder that was made, as its path was given; null where there was none to make
 */
export async function makeFolders(
  folder: string,
  fileSystem: Pick<FileSystem, "mkdir" | "stat"> = nodeFileSystem,
): Promise<string | null> {
  if ((await statOrNull(fileSystem, folder)) !== null) return null;
  const firstAbove = await makeFolders(path.dirname(folder), fileSystem);
  try {
    await fileSystem.mkdir(folder);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    return firstAbove;
  }
  return firstAbove ?? folder;
}

async function statOrNull(fileSystem: Pick<FileSystem, "stat">, filePath: string): Promise<Stats | null> {
  try {
    return await fileSystem.stat(filePath);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function temporaryPath(folder: string): string {
  return path.join(folder, temporaryName(toHex(crypto.getRandomValues(new Uint8Array(8)))));
}

async function replaceFile(
  fileSystem: FileSystem,
  target: string,
  data: Uint8Array | string,
  mode: number | null,
): Promise<void> {
  const folder = path.dirname(target);
  const temporary = temporaryPath(folder);
  markUnfinished(temporary);
  try {
    const handle = await fileSystem.open(temporary, "wx");
    await writeAndClose(handle, async () => {
      await handle.writeFile(data);
      if (mode !== null) await handle.chmod(mode);
      await handle.sync();
    });
    await fileSystem.rename(temporary, target);
  } catch (error) {
    // What went wrong first is the news; a temporary file that cannot even be removed is not.
    await fileSystem.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    unmarkUnfinished(temporary);
  }
  await syncFolder(fileSystem, folder);
}

async function writeAndClose(handle: FileHandle, writing: () => Promise<void>): Promise<void> {
  try {
    await writing();
  } finally {
    await handle.close();
  }
}

/** Makes the new name outlive a power cut, where the system can flush folders. */
async function syncFolder(fileSystem: FileSystem, folder: string): Promise<void> {
  try {
    const handle = await fileSystem.open(folder, "r");
    await writeAndClose(handle, () => handle.sync());
  } catch {
    // Windows and some network file systems cannot open or flush a folder; the file itself is written by now.
  }
}
