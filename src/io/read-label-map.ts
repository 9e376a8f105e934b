import { DatasetError, showValue } from "../errors.js";
import { JsonFault, type LocatedMember, type LocatedValue, parseLocatedJson, placeOf } from "../json.js";
import { DELIMITERS } from "../options/input-options.js";
import type { Label } from "../text/article.js";
import { cleanText } from "../text/clean-text.js";
import { parseCsv } from "./csv.js";
import { findDelimiter } from "./csv-table.js";
import { decodeText } from "./decode-text.js";
import { openFile } from "./files.js";
import { peekLine } from "./peek.js";
import { MAX_JSON_BYTES } from "./read-json-text.js";
import { unpack } from "./unpack.js";

interface MapEntry {
  readonly value: unknown;
  readonly name: unknown;
  /** 1-based; for messages only. */
  readonly line: () => number;
}

/** Column names of a table of values and names, without spaces, hyphens and underscores. */
const VALUE_NAMES = ["value", "id", "index", "code", "topicidx", "labelidx", "값", "번호", "코드"];
const LABEL_NAMES = ["name", "label", "topic", "category", "라벨", "레이블", "분류", "주제", "이름"];

/** A code of each article's own would be no label. */
const MAX_ENTRIES = 100_000;

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
    yield { value: fields[columns.value], name: fields[columns.name], line: () => line };
  }
}

/** @param text of an object or a list */
function listJsonEntries(text: string, source: string): readonly MapEntry[] {
  try {
    const { value: content } = parseLocatedJson(text);
    const named: Iterable<readonly [unknown, LocatedValue]> = Array.isArray(content)
      ? (content as readonly LocatedValue[]).entries()
      : Array.from(content as ReadonlyMap<string, LocatedMember>, ([key, member]) => [key, member.content]);
    return Array.from(named, ([value, name]) => ({
      value,
      name: name.plain(),
      line: () => placeOf(text, name.offset).line,
    }));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new DatasetError("LABEL_MAP", { source, ...error.place }, `${error.message}; ${FORM}`, { cause: error });
  }
}

/**
 * Returns the names of labels by what stands for them in the data, from a file of two columns (value, name; a header may name
 * them in either order) or of JSON: an object, or a list whose first name stands for 0.
 *
 * @throws {DatasetError} with code LABEL_MAP when the file has another form, an empty name, one value twice, no entry, or more than
 * 100,000
 * @throws {FileError} when it cannot be read
 */
export async function readLabelMap(filePath: string): Promise<ReadonlyMap<string, Label>> {
  const text = decodeText(unpack(openFile(filePath)));
  const { line: first, text: pieces } = await peekLine(text);
  const labels = new Map<string, Label>();
  const add = ({ value, name, line }: MapEntry): void => {
    const key = cleanText(String(value ?? ""));
    const label = typeof name === "string" ? cleanText(name) : "";
    const refuse = (problem: string) => new DatasetError("LABEL_MAP", { source: filePath, line: line() }, problem);
    if (key === "" || label === "") {
      throw refuse(`${showValue(value)} stands for ${showValue(name)}; both must be texts`);
    }
    if (labels.has(key)) throw refuse(`${showValue(key)} has two names; remove one`);
    if (labels.size === MAX_ENTRIES) throw refuse(`there are more than ${MAX_ENTRIES} entries; leave some out`);
    labels.set(key, label);
  };
  if (/^\s*[[{]/.test(first)) {
    let json = "";
    for await (const piece of pieces) {
      json += piece;
      if (json.length <= MAX_JSON_BYTES) continue;
      throw new DatasetError("LABEL_MAP", { source: filePath }, `has more than ${MAX_JSON_BYTES} characters; ${FORM}`);
    }
    for (const entry of listJsonEntries(json, filePath)) add(entry);
  } else {
    for await (const entry of readCsvEntries(pieces, filePath)) add(entry);
  }
  if (labels.size === 0) throw new DatasetError("LABEL_MAP", { source: filePath }, `is empty; ${FORM}`);
  return labels;
}
