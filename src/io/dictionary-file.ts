/** Loads the compiled dictionary that lies in the package. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { FileError } from "../errors.js";
import { REFERENCE_STORE } from "../kernels/reference-tables.js";
import type { TableStore } from "../kernels/viterbi.js";
import { createWasmStore } from "../kernels/wasm-viterbi.js";
import { Dictionary } from "../morph/dictionary.js";
import { readViterbiModule } from "./kernel-files.js";

/** The same two levels up from src/io and from dist/io. */
const DICTIONARY_URL = new URL("../../assets/mecab-ko-dic.bin", import.meta.url);

let loading: Promise<Dictionary> | null = null;

/**
 * The package's mecab-ko-dic, read once per process and shared by all callers.
 * @throws {FileError} when the file or the analyzer's kernels are missing or cannot be read.
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT when it is damaged.
 */
export function loadDictionary(): Promise<Dictionary> {
  loading ??= readPackaged().catch((error: unknown) => {
    // A later call may find the file built or repaired.
    loading = null;
    throw error;
  });
  return loading;
}

/** Into the memory of the analyzer's kernels, so that they copy nothing. */
async function readPackaged(): Promise<Dictionary> {
  const moduleBytes = await readViterbiModule();
  return readDictionary(fileURLToPath(DICTIONARY_URL), createWasmStore(moduleBytes));
}

/**
 * Reads a compiled dictionary from a file.
 * @param store where its tables go
 * @throws {FileError} when the file is missing or cannot be read.
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT when it is not such a dictionary.
 */
export async function readDictionary(path: string, store: TableStore = REFERENCE_STORE): Promise<Dictionary> {
  const bytes = await readBytes(path);
  const dictionary = Dictionary.fromBytes(bytes, inflateSection, { store, release });
  release(bytes);
  return dictionary;
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
export function inflateSection(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  return inflateSync(bytes, { chunkSize: Math.max(sizeBytes, 64), maxOutputLength: Math.max(sizeBytes, 1) });
}

const { port1: sink } = new MessageChannel();
sink.close();

/**
 * Frees memory at once: what is transferred to a closed port is gone. The collector would take its time, since these
 * bytes are not on its heap, and 20 MB more would be held when the first text is analysed (2026-11-23, Node 20.20).
 */
function release({ buffer }: Uint8Array): void {
  // Small buffers share a pool of Node's, which cannot be transferred.
  if (buffer.byteLength > Buffer.poolSize) sink.postMessage(null, [buffer as ArrayBuffer]);
}
