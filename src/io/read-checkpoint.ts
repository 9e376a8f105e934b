import { FileError } from "../errors.js";
import type { Checkpoint } from "../train.js";
import { readFileBytes } from "./files.js";

/**
 * Returns the checkpoint at a place, to resume from; null when there is none.
 * @throws {FileError} when it cannot be read
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  try {
    return { name: path, bytes: await readFileBytes(path) };
  } catch (error) {
    if (error instanceof FileError && error.code === "FILE_NOT_FOUND") return null;
    throw error;
  }
}
