import { ConfigError } from "../errors.js";
import { parseConfig } from "../options/config.js";
import type { TrainingSettings } from "../options/train-options.js";
import { readFileBytes } from "./files.js";

/**
 * Reads training options from a file; see `parseConfig`. The file is UTF-8, with or without a byte order mark.
 * @throws {ConfigError} when it holds something else
 * @throws {FileError} when it cannot be read
 */
export async function readConfig(filePath: string): Promise<TrainingSettings> {
  const bytes = await readFileBytes(filePath);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError({ source: filePath }, "is not in UTF-8; save it as UTF-8", { cause });
  }
  return parseConfig(text, filePath);
}
