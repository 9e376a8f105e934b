import { ConfigError } from "../errors.js";
import { parseConfig } from "../options/config.js";
import type { TrainingSettings } from "../options/train-options.js";
import { readFileBytes } from "./files.js";

/** Reports are read, too, and have some megabytes; a value takes some fifty times its bytes in memory. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/**
 * Reads training options from a file; see `parseConfig`. The file is UTF-8, with or without a byte order mark.
 * @throws {ConfigError} when it holds something else
 * @throws {FileError} when it cannot be read
 */
export async function readConfig(filePath: string): Promise<TrainingSettings> {
  const bytes = await readFileBytes(filePath);
  if (bytes.length > MAX_CONFIG_BYTES) {
    const problem = `has ${bytes.length} bytes, more than ${MAX_CONFIG_BYTES}; give a file of training options`;
    throw new ConfigError({ source: filePath }, problem);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError({ source: filePath }, "is not in UTF-8; save it as UTF-8", { cause });
  }
  return parseConfig(text, filePath);
}
