import type { Classifier, ModelSource } from "../classifier.js";
import { readFileBytes, writeFileAtomically } from "./files.js";

/** A model file as a source for `Classifier.load`; reading throws {FileError} when it is missing or unreadable. */
export function fromFile(path: string): ModelSource {
  return { name: path, read: () => readFileBytes(path) };
}

/**
 * Writes a classifier's model file, whole or not at all.
 * @throws {FileError} when it cannot be written
 */
export async function saveModel(path: string, classifier: Classifier): Promise<void> {
  await writeFileAtomically(path, classifier.toBytes());
}
