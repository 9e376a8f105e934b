import { DatasetError, showValue } from "../errors.js";
import { DELIMITERS } from "../options/input-options.js";
import type { Label } from "../text/article.js";
import { cleanText } from "../text/clean-text.js";
import { parseCsv } from "./csv.js";
import { findDelimiter } from "./csv-table.js";
import { decodeText } from "./decode-text.js";
import { openFile } from "./files.js";
import { peekLine } from "./peek.js";
import { unpack } from "./unpack.js";

interface MapEntry {
  readonly value: unknown;
  readonly name: unknown;
  /** 1-based; null where the file has no lines. */
  readonly line: number | null;
}

/** Column names of a table of values and names, without spaces, hyphens and underscores. */
const VALUE_NAMES = ["value", "id", "index", "code", "topicidx", "labelidx", "값", "번호", "코드"];
const LABEL_NAMES = ["name", "label", "topic", "category", "라벨", "레이블", "분류", "주제", "이름"];

const FORM = 'give two columns, value and name, or JSON such as {"0": "IT과학"} or ["IT과학", "경제"]';

function columnKey(name: string): string {
  return cleanText(name).toLowerCase().replaceAll(/[ _-]/g, "");
}

async function* readCsvEntries(text: AsyncIterable<string>, source: string): AsyncGenerator<MapEntry, void> {
  const { line: header, text: pieces } = await peekLine(text);
  const { delimiter } = findDelimiter(header);
  let columns: { readonly value: number; readonly name: number } | null = null;
  for await (const { fields, line } of parseCsv(pieces, source, { delimiter: DELIMITERS[delimiter] })) {
    if (fields.length === 1 && cleanText(fields[0] ?? "") === "") continue;
    if (fields.length < 2) throw new DatasetError("LABEL_MAP", { source, line }, `the row has one column; ${FORM}`);
    if (columns === null) {
      const keys = fields.map(columnKey);
      const value = keys.findIndex((key) => VALUE_NAMES.includes(key));
      const name = keys.findIndex((key) => LABEL_NAMES.includes(key));
      const isHeader = value >= 0 && name >= 0;
      columns = isHeader ? { value, name } : { value: 0, name: 1 };
      if (isHeader) continue;
    }
    yield { value: fields[columns.value], name: fields[columns.name], line };
  }
}

function listJsonEntries(text: string, source: string): readonly MapEntry[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new DatasetError("LABEL_MAP", { source }, `is not JSON (${(error as Error).message}); ${FORM}`, {
      cause: error,
    });
  }
  if (typeof content !== "object" || content === null)
    throw new DatasetError("LABEL_MAP", { source }, `holds no object; ${FORM}`);
  return Object.entries(content).map(([value, name]) => ({ value, name, line: null }));
}

/**
 * Returns the names of labels by what stands for them in the data, from a file of two columns (value, name; a header may name
 * them in either order) or of JSON: an object, or a list whose first name stands for 0.
 *
 * @throws {DatasetError} with code LABEL_MAP when the file has another form, an empty name, one value twice, or no entry
 * @throws {FileError} when it cannot be read
 */
export async function readLabelMap(filePath: string): Promise<ReadonlyMap<string, Label>> {
  const text = decodeText(unpack(openFile(filePath)));
  const { line: first, text: pieces } = await peekLine(text);
  const labels = new Map<string, Label>();
  const add = ({ value, name, line }: MapEntry): void => {
    const key = cleanText(String(value ?? ""));
    const label = typeof name === "string" ? cleanText(name) : "";
    const at = { source: filePath, line };
    if (key === "" || label === "") {
      throw new DatasetError("LABEL_MAP", at, `${showValue(value)} stands for ${showValue(name)}; both must be texts`);
    }
    if (labels.has(key)) throw new DatasetError("LABEL_MAP", at, `${showValue(key)} has two names; remove one`);
    labels.set(key, label);
  };
  if (/^\s*[[{]/.test(first)) {
    let json = "";
    for await (const piece of pieces) json += piece;
    for (const entry of listJsonEntries(json, filePath)) add(entry);
  } else {
    for await (const entry of readCsvEntries(pieces, filePath)) add(entry);
  }
  if (labels.size === 0) throw new DatasetError("LABEL_MAP", { source: filePath }, `is empty; ${FORM}`);
  return labels;
}
