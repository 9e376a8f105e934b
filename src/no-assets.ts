/** Stands in for io/assets.ts outside Node (see "imports" in package.json): there is no file system to read from. */

import { FileError } from "./errors.js";
import type { MlpKernelFactory } from "./kernels/mlp.js";
import type { NumberingKernelFactory } from "./kernels/numbering.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import type { UserWord } from "./morph/user-word.js";

/** @throws {FileError} always: give `Classifier.load` a tokenizer */
export function loadDefaultTokenizer(_userWords?: readonly UserWord[]): Promise<Tokenizer> {
  return Promise.reject(
    new FileError(
      "FILE_NOT_FOUND",
      "mecab-ko-dic.bin",
      "the dictionary is not read by itself outside Node; make a tokenizer with Dictionary.fromBytes and pass it on",
    ),
  );
}

/** Reading throws {FileError} always: give `Classifier.load` the bytes of a model. */
export const packagedModel = {
  read: (): Promise<Uint8Array> =>
    Promise.reject(
      new FileError(
        "FILE_NOT_FOUND",
        "news.newsclf",
        "the model is not read by itself outside Node; pass its bytes to Classifier.load",
      ),
    ),
};

/** @throws {FileError} always: give `Classifier.load` and `train` the kernels */
export function loadDefaultMlp(): Promise<MlpKernelFactory> {
  return Promise.reject(
    new FileError(
      "FILE_NOT_FOUND",
      "mlp.wasm",
      "the network's kernels are not read by themselves outside Node; make them with createWasmMlp and pass them on",
    ),
  );
}

/** None: the plain TypeScript ones number the same terms. */
export function loadDefaultNumbering(): Promise<NumberingKernelFactory | null> {
  return Promise.resolve(null);
}
