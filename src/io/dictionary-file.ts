/** Loads the compiled dictionary that lies in the package. */

import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inflate, inflateSync, type ZlibOptions } from "node:zlib";
import { FileError } from "../errors.js";
import { REFERENCE_STORE } from "../kernels/reference-tables.js";
import type { TableStore } from "../kernels/viterbi.js";
import { createWasmStore } from "../kernels/wasm-viterbi.js";
import { Dictionary } from "../morph/dictionary.js";
import { FIRST_DETAIL_SECTION, parseDictionaryHeader } from "../morph/dictionary-format.js";
import { readFileBytes } from "./files.js";
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
  const inflated = await inflateAhead(bytes);
  const dictionary = Dictionary.fromBytes(
    bytes,
    (part, sizeBytes) => inflated.get(part.byteOffset) ?? inflateSection(part, sizeBytes),
    { store, release },
  );
  // The sections read later are in a buffer of their own, with other offsets.
  inflated.clear();
  release(bytes);
  return dictionary;
}

/** Fewer bytes are not worth a thread, nor to be given back at once. Sections in stored blocks are but copied. */
const LARGE_SECTION_BYTES = 500_000;

/**
 * The large sections that are decoded at once, by the offset of their bytes, decompressed side by side in zlib's threads:
 * a short run has other things to do meanwhile. One that is damaged is left out, so that its reader reports it.
 */
async function inflateAhead(bytes: Uint8Array): Promise<Map<number, Uint8Array>> {
  const { sections } = parseDictionaryHeader(bytes);
  const nAnalysisSections = sections.findIndex(({ name }) => name === FIRST_DETAIL_SECTION);
  const inflated = new Map<number, Uint8Array>();
  await Promise.all(
    sections.slice(0, nAnalysisSections).map(async ({ offset, storedBytes, sizeBytes }) => {
      if (sizeBytes < LARGE_SECTION_BYTES || storedBytes > sizeBytes) return;
      const part = bytes.subarray(offset, offset + storedBytes);
      await inflateAside(part, inflateOptions(sizeBytes)).then(
        (section) => inflated.set(part.byteOffset, section),
        () => undefined,
      );
    }),
  );
  return inflated;
}

const inflateAside = promisify<Uint8Array, ZlibOptions, Uint8Array>(inflate);

/** One output chunk of the expected size, so that nothing is copied together; larger output is an error. */
function inflateOptions(sizeBytes: number): ZlibOptions {
  return { chunkSize: Math.max(sizeBytes, 64), maxOutputLength: Math.max(sizeBytes, 1) };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFileBytes(path);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "FILE_NOT_FOUND") throw error;
    const remedy = "no compiled dictionary; make it with: npm run build";
    throw new FileError("FILE_NOT_FOUND", path, remedy, { cause: error.cause });
  }
}

/** {@link Inflate} by Node's zlib. */
export function inflateSection(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  return inflateSync(bytes, inflateOptions(sizeBytes));
}

const { port1: sink } = new MessageChannel();
sink.close();

/**
 * Frees memory at once: what is transferred to a closed port is gone. The collector would take its time, since these
 * bytes are not on its heap, and 20 MB more would be held when the first text is analysed (2026-11-23, Node 20.20).
 */
function release({ buffer }: Uint8Array): void {
  // Small ones are not worth it, and may be a pool of Node's, which cannot be transferred: 8 KiB, in Node 26 64 KiB and more.
  if (buffer.byteLength >= LARGE_SECTION_BYTES) sink.postMessage(null, [buffer as ArrayBuffer]);
}
