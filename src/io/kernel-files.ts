/** Reads the compiled kernels that lie in the package. */

import { fileURLToPath } from "node:url";
import { FileError } from "../errors.js";
import { readFileBytes } from "./files.js";

/** The same two levels up from src/io and from dist/io. */
const FOLDER = new URL("../../assets/", import.meta.url);

/** Reads a module of kernels once per process; after a failure the next call tries again, for the file may then be there. */
function readOnce(fileName: string): () => Promise<Uint8Array> {
  const path = fileURLToPath(new URL(fileName, FOLDER));
  let reading: Promise<Uint8Array> | null = null;
  const read = async (): Promise<Uint8Array> => {
    try {
      return await readFileBytes(path);
    } catch (error) {
      reading = null;
      if (!(error instanceof FileError) || error.code !== "FILE_NOT_FOUND") throw error;
      const remedy = "the WebAssembly kernels are missing; make them with: npm run build";
      throw new FileError("FILE_NOT_FOUND", path, remedy, { cause: error.cause });
    }
  };
  return () => {
    reading ??= read();
    return reading;
  };
}

/**
 * The module of the analyzer's kernels.
 * @throws {FileError} when it is missing or cannot be read
 */
export const readViterbiModule: () => Promise<Uint8Array> = readOnce("viterbi.wasm");

/**
 * The module of the kernels of terms.
 * @throws {FileError} when it is missing or cannot be read
 */
export const readTermsModule: () => Promise<Uint8Array> = readOnce("terms.wasm");

/**
 * The module of the kernels that number terms.
 * @throws {FileError} when it is missing or cannot be read
 */
export const readNumberingModule: () => Promise<Uint8Array> = readOnce("numbering.wasm");

/**
 * The module of the network's kernels.
 * @throws {FileError} when it is missing or cannot be read
 */
export const readMlpModule: () => Promise<Uint8Array> = readOnce("mlp.wasm");
