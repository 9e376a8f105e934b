import { ConfigError } from "../errors.js";
import { parseConfig } from "../options/config.js";
import type { TrainingSettings } from "../options/train-options.js";
import { readJsonText } from "./read-json-text.js";

/**
 * Reads training options from a file; see `parseConfig`. The file is UTF-8, with or without a byte order mark, and has 16 MiB at most.
 * @throws {ConfigError} when it holds something else
 * @throws {FileError} when it cannot be read
 */
export async function readConfig(filePath: string): Promise<TrainingSettings> {
  const text = await readJsonText(
    filePath,
    (problem, options) => new ConfigError({ source: filePath }, `${problem}; give a file of training options`, options),
  );
  return parseConfig(text, filePath);
}
