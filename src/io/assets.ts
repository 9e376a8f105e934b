/** What the package brings along: the compiled dictionary, the kernels and the model of the sample corpus. */

import { fileURLToPath } from "node:url";
import type { ModelSource } from "../classifier.js";
import { FileError } from "../errors.js";
import type { MlpKernelFactory } from "../kernels/mlp.js";
import type { NumberingKernelFactory } from "../kernels/numbering.js";
import { createWasmMlp } from "../kernels/wasm-mlp.js";
import { createWasmTerms } from "../kernels/wasm-terms.js";
import { createWasmViterbi } from "../kernels/wasm-viterbi.js";
import { MecabTokenizer } from "../morph/mecab-tokenizer.js";
import type { UserWord } from "../morph/user-word.js";
import { loadDictionary } from "./dictionary-file.js";
import { readFileBytes } from "./files.js";
import { readMlpModule, readNumberingModule, readTermsModule, readViterbiModule } from "./kernel-files.js";

/** The same two levels up from src/io and from dist/io. */
const MODEL_URL = new URL("../../models/news.newsclf", import.meta.url);

async function readPackagedModel(path: string): Promise<Uint8Array> {
  try {
    return await readFileBytes(path);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "FILE_NOT_FOUND") throw error;
    const remedy = "there is no model yet; make it with: newsclf train data/news.csv, or name a model file";
    throw new FileError("FILE_NOT_FOUND", path, remedy, { cause: error.cause });
  }
}

const modelPath = fileURLToPath(MODEL_URL);

/**
 * The model trained on data/news.csv: in the npm package, or in a checkout after training. Reading throws {FileError}
 * when it is missing.
 */
export const packagedModel: ModelSource = { name: modelPath, read: () => readPackagedModel(modelPath) };

/**
 * Returns a tokenizer over the package's dictionary, which is read once and shared, and the user words given.
 * @throws {FileError} when the dictionary or the analyzer's kernels are missing
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT when the dictionary is damaged
 * @throws {KernelError} KERNEL_UNAVAILABLE when the runtime has no WebAssembly with SIMD
 */
export async function loadDefaultTokenizer(userWords: readonly UserWord[] = []): Promise<MecabTokenizer> {
  const [dictionary, moduleBytes, termsBytes] = await Promise.all([
    loadDictionary(),
    readViterbiModule(),
    readTermsModule(),
  ]);
  return new MecabTokenizer(
    await dictionary.withUserWords(userWords),
    createWasmViterbi(moduleBytes),
    createWasmTerms(termsBytes),
  );
}

/**
 * Returns the network's kernels.
 * @throws {FileError} when the module is missing
 * @throws {KernelError} KERNEL_UNAVAILABLE when the runtime has no WebAssembly with SIMD
 */
export async function loadDefaultMlp(): Promise<MlpKernelFactory> {
  return createWasmMlp(await readMlpModule());
}

/**
 * Returns the kernels that number terms in training.
 * @throws {FileError} when the module is missing
 */
export async function loadDefaultNumbering(): Promise<NumberingKernelFactory> {
  // A program that classifies is quicker to start without.
  const { createWasmNumbering } = await import("../kernels/wasm-numbering.js");
  return createWasmNumbering(await readNumberingModule());
}
