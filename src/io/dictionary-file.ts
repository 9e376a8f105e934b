/** Loads the compiled dictionary that lies in the package. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { FileError } from "../errors.js";
import { Dictionary } from "../morph/dictionary.js";

/** The same two levels up from src/io and from dist/io. */
const DICTIONARY_URL = new URL("../../assets/mecab-ko-dic.bin", import.meta.url);

let loading: Promise<Dictionary> | null = null;

/**
 * The package's mecab-ko-dic, read once per process and shared by all callers.
 * @throws {FileError} when the file is missing or cannot be read.
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT when it is damaged.
 */
export function loadDictionary(): Promise<Dictionary> {
  loading ??= readDictionary(fileURLToPath(DICTIONARY_URL)).catch((error: unknown) => {
    // A later call may find the file built or repaired.
    loading = null;
    throw error;
  });
  return loading;
}

/**
 * Reads a compiled dictionary from a file.
 * @throws {FileError} when the file is missing or cannot be read.
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT when it is not such a dictionary.
 */
export async function readDictionary(path: string): Promise<Dictionary> {
  return Dictionary.fromBytes(await readBytes(path), inflate);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw missing
      ? new FileError("FILE_NOT_FOUND", path, "no compiled dictionary; make it with: npm run build", { cause })
      : new FileError("FILE_IO", path, "the compiled dictionary cannot be read", { cause });
  }
}

/** One output chunk of the expected size, so that nothing is copied together; larger output is an error. */
function inflate(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  return inflateSync(bytes, { chunkSize: Math.max(sizeBytes, 64), maxOutputLength: Math.max(sizeBytes, 1) });
}
