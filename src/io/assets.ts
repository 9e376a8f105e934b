/** What the package brings along: the compiled dictionary and the model of the sample corpus. */

import { fileURLToPath } from "node:url";
import { MecabTokenizer } from "../morph/mecab-tokenizer.js";
import { loadDictionary } from "./dictionary-file.js";
import { readFileBytes } from "./files.js";

/** The same two levels up from src/io and from dist/io. */
const MODEL_URL = new URL("../../models/news.newsclf", import.meta.url);

/** Path of the model trained on data/news.csv: in the npm package, or in a checkout after training. */
export const packagedModelPath = fileURLToPath(MODEL_URL);

/**
 * Returns a tokenizer over the package's dictionary, which is read once and shared.
 * @throws {FileError} when the dictionary is missing
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT when it is damaged
 */
export async function loadDefaultTokenizer(): Promise<MecabTokenizer> {
  return new MecabTokenizer(await loadDictionary());
}

/**
 * Returns the bytes of the package's model.
 * @throws {FileError} when it is missing: in a checkout, `newsclf train data/news.csv` makes it
 */
export async function loadDefaultModel(): Promise<Uint8Array> {
  return readFileBytes(packagedModelPath);
}
