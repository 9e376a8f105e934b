import type { NewsclfError } from "../errors.js";
import { openFile } from "./files.js";

/** Reports are read, too, and have some megabytes. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;

/**
 * Returns the text of a file of JSON: UTF-8, with or without a byte order mark. No more of it is read than it may have.
 *
 * @param refuse makes the error of a file that has more than 16 MiB or is not in UTF-8 from a predicate
 * @throws {NewsclfError} that error
 * @throws {FileError} when it cannot be read
 */
export async function readJsonText(
  filePath: string,
  refuse: (problem: string, options?: ErrorOptions) => NewsclfError,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let nBytes = 0;
  for await (const chunk of openFile(filePath).chunks) {
    nBytes += chunk.length;
    if (nBytes > MAX_JSON_BYTES) throw refuse(`has more than ${MAX_JSON_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw refuse("is not in UTF-8; save it as UTF-8", { cause });
  }
}
