import { DatasetError } from "../errors.js";
import { hasTextColumn } from "./columns.js";
import { scanLines } from "./read-lines.js";
import type { TableEvent, TableOptions } from "./table.js";

/** Different sets of keys that are remembered; a file has a few at most. */
const MAX_HEADERS = 1000;

type Parsed = { readonly object: object } | { readonly problem: string };

function parseObject(line: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { problem: `is not JSON (${(error as Error).message})` };
  }
  if (Array.isArray(value)) return { problem: "holds a JSON array, not an object" };
  if (typeof value !== "object" || value === null) return { problem: "holds no JSON object" };
  return { object: value };
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? null : String(value);
}

/** True when a line is a JSON object with a usual name of a title or body among its keys. */
export function isArticleObject(line: string): boolean {
  if (!line.trimStart().startsWith("{")) return false;
  const parsed = parseObject(line);
  return "object" in parsed && hasTextColumn(Object.keys(parsed.object));
}

/**
 * Yields the rows of newline-delimited JSON: one object a line, its keys the columns. Objects may differ in their keys and in
 * the order of them; a header comes wherever the keys change. Numbers and truth values are taken as they print, null as "".
 *
 * @throws {DatasetError} with code DATASET_EMPTY when there is no object, DATASET_SYNTAX at a broken line without `recovers`
 */
export async function* readNdjsonTable(
  text: AsyncIterable<string>,
  { source, maxRowBytes, recovers }: TableOptions,
): AsyncGenerator<TableEvent, void> {
  const headers = new Map<string, readonly string[]>();
  let current: readonly string[] | null = null;
  for await (const { text: content, line, isTooLong } of scanLines(text, maxRowBytes, recovers)) {
    if (content.trim() === "") {
      yield { kind: "blank" };
      continue;
    }
    const parsed: Parsed = isTooLong ? { problem: `is longer than ${maxRowBytes} characters` } : parseObject(content);
    if ("problem" in parsed) {
      const problem = `the line ${parsed.problem}; give one JSON object per line`;
      const error = new DatasetError("DATASET_SYNTAX", { source, line }, problem);
      if (!recovers) throw error;
      yield { kind: "fault", reason: isTooLong ? "too-long" : "broken-row", error, line, raw: content };
      continue;
    }
    const keys = Object.keys(parsed.object);
    const signature = JSON.stringify(keys);
    let names = headers.get(signature);
    if (names === undefined) {
      if (headers.size === MAX_HEADERS) headers.clear();
      names = keys;
      headers.set(signature, names);
    }
    if (names !== current) {
      current = names;
      yield { kind: "header", names, line };
    }
    yield { kind: "row", values: Object.values(parsed.object).map(toText), line, raw: () => content };
  }
  if (current === null) {
    throw new DatasetError("DATASET_EMPTY", { source }, "is empty; it needs one JSON object per line");
  }
}
