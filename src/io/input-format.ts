import type { InputFormat } from "../options/input-options.js";

const FORMATS_BY_ENDING: ReadonlyMap<string, InputFormat> = new Map([
  ["csv", "csv"],
  ["tsv", "tsv"],
  ["tab", "tsv"],
  ["ndjson", "ndjson"],
  ["jsonl", "ndjson"],
  ["parquet", "parquet"],
  ["xlsx", "xlsx"],
]);

/** The format that a file's name says, whether or not ".gz" follows; null when it says none. */
export function formatOfName(name: string): InputFormat | null {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1];
  return FORMATS_BY_ENDING.get(ending?.toLowerCase() ?? "") ?? null;
}
