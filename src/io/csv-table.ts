import { DatasetError } from "../errors.js";
import { DELIMITERS, type Delimiter } from "../options/input-options.js";
import { hasTextColumn, isKnownColumn } from "./columns.js";
import { type CsvItem, parseCsv, scanCsv } from "./csv.js";
import { peekLine } from "./peek.js";
import type { TableEvent, TableOptions } from "./table.js";

/** The fields of a line, quotes taken off but not checked: good enough to see names in. */
function splitRoughly(line: string, delimiter: string): readonly string[] {
  const fields: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') isQuoted = !isQuoted;
    else if (line[i] === delimiter && !isQuoted) {
      fields.push(line.slice(start, i));
      start = i + 1;
    }
  }
  fields.push(line.slice(start));
  return fields.map((field) => field.replace(/^"(.*)"$/s, "$1"));
}

/**
 * The delimiter under which a header has the most names that are known for columns of articles, then the most fields; at
 * equal numbers the comma, then the tab.
 */
export function findDelimiter(header: string): { readonly delimiter: Delimiter; readonly names: readonly string[] } {
  const candidates = (Object.keys(DELIMITERS) as Delimiter[]).map((delimiter) => {
    const names = splitRoughly(header, DELIMITERS[delimiter]);
    return { delimiter, names, nKnown: names.filter(isKnownColumn).length };
  });
  const [best] = candidates.toSorted((a, b) => b.nKnown - a.nKnown || b.names.length - a.names.length);
  return best as (typeof candidates)[number];
}

/** True when a line is a CSV header of articles, see `hasTextColumn`, whatever its delimiter. */
export function isArticleHeader(line: string): boolean {
  return hasTextColumn(findDelimiter(line).names);
}

function isBlank(fields: readonly string[]): boolean {
  return fields.length === 1 && fields[0]?.trim() === "";
}

/**
 * Yields the rows of CSV with one header line.
 * @param onDelimiter called with the delimiter that was found, where none is given
 * @throws {DatasetError} with code DATASET_EMPTY when there is no header, DATASET_SYNTAX at a broken row without `recovers`
 */
export async function* readCsvTable(
  text: AsyncIterable<string>,
  { source, maxRowBytes, recovers }: TableOptions,
  givenDelimiter: Delimiter | "auto",
  onDelimiter: (delimiter: Delimiter) => void,
): AsyncGenerator<TableEvent, void> {
  let delimiter = givenDelimiter;
  let pieces = text;
  if (delimiter === "auto") {
    const peeked = await peekLine(text);
    pieces = peeked.text;
    ({ delimiter } = findDelimiter(peeked.line));
    onDelimiter(delimiter);
  }
  const options = { delimiter: DELIMITERS[delimiter], maxRecordBytes: maxRowBytes };
  const items: AsyncGenerator<CsvItem, void> = (recovers ? scanCsv : parseCsv)(pieces, source, options);
  let hasHeader = false;
  for await (const item of items) {
    const { line, raw } = item;
    if (item.kind === "fault") {
      // Without a header nothing can be said of the rows.
      if (!hasHeader) throw item.error;
      yield {
        kind: "fault",
        reason: item.isTooLong ? "too-long" : "broken-row",
        error: item.error,
        line,
        raw: item.raw,
      };
    } else if (isBlank(item.fields)) {
      yield { kind: "blank" };
    } else if (!hasHeader) {
      hasHeader = true;
      yield { kind: "header", names: item.fields, line };
    } else {
      yield { kind: "row", values: item.fields, line, raw: raw as () => string };
    }
  }
  if (!hasHeader) {
    throw new DatasetError("DATASET_EMPTY", { source }, "is empty; it needs a header line and rows below it");
  }
}
