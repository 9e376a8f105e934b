import type { Classifier, ModelSource } from "../classifier.js";
import { checkMethod } from "../options/check-argument.js";
import { readFileBytes, writeFileAtomically } from "./files.js";

/** A model file as a source for `Classifier.load`; reading throws {FileError} when it is missing or unreadable. */
export function fromFile(path: string): ModelSource {
  return { name: path, read: () => readFileBytes(path) };
}

/**
 * Writes a classifier's model file, whole or not at all.
 * @throws {OptionError} when the classifier is none
 * @throws {FileError} when it cannot be written
 */
export async function saveModel(path: string, classifier: Classifier): Promise<void> {
  checkMethod("classifier", classifier, "toBytes", "a Classifier");
  await writeFileAtomically(path, classifier.toBytes());
}
