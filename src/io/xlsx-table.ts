import { DatasetError } from "../errors.js";
import { readFileBytes } from "./files.js";
import type { TableEvent } from "./table.js";
import { readZip, writeZip } from "./zip.js";

/**
 * Bytes of the texts inside a workbook: all of it is in memory, some five times over while it is read, and a small file can hold very much.
 * 140,000 rows of a title and 50 characters of text have 61 MiB; BigKinds exports 20,000.
 */
const MAX_WORKBOOK_BYTES = 64 * 1024 * 1024;
/** The reader's work grows with the square of what stands between two tags; a cell holds 32,767 characters at most. */
const MAX_BYTES_WITHOUT_TAG = 1024 * 1024;
/** Four to six for each cell that is filled, each with some fifty bytes while it is read. */
const MAX_TAGS = 5_000_000;
/** Cells from the first to the last that is filled: one cell far out makes a table of all between. */
const MAX_CELLS = 20_000_000;

const READER = "read-excel-file";
const READER_VERSION = "9.3.17";

async function loadReader(source: string): Promise<typeof import("read-excel-file/node")> {
  try {
    return await import("read-excel-file/node");
  } catch (error) {
    throw new DatasetError(
      "DATASET_FORMAT",
      { source },
      `is a workbook, which the package ${READER} reads; install it (npm install ${READER}@${READER_VERSION}), or save the file as "CSV UTF-8"`,
      { cause: error },
    );
  }
}

/** Column "A" is 1, "AA" 27. */
function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

/** How many cells a sheet's table has, by every reference and row number in it. */
function countCells(sheet: string): number {
  let nRows = 0;
  let nColumns = 0;
  for (const [, letters = "", row = ""] of sheet.matchAll(/["':]([A-Z]{0,3})([0-9]{1,10})["']/g)) {
    // A bare number may be anything; only a row's own is a row.
    if (letters === "") continue;
    nRows = Math.max(nRows, Number(row));
    nColumns = Math.max(nColumns, columnNumber(letters));
  }
  for (const [, row] of sheet.matchAll(/<row r=["']([0-9]{1,10})["']/g)) nRows = Math.max(nRows, Number(row));
  return nRows * nColumns;
}

/**
 * Returns the number of tags.
 * @throws {Error} when there is more between two of them than any program writes
 */
function countTags(name: string, content: Buffer): number {
  let nTags = 0;
  for (let place = 0; place < content.length; nTags++) {
    const tag = content.indexOf("<", place);
    const end = tag === -1 ? content.length : tag;
    if (end - place > MAX_BYTES_WITHOUT_TAG) {
      throw new Error(`${name} has ${end - place} bytes in one piece, more than ${MAX_BYTES_WITHOUT_TAG}`);
    }
    place = end + 1;
  }
  return nTags;
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? null : String(value);
}

/**
 * Yields the rows of the first sheet of a workbook (.xlsx), numbered as the program for such files does; the first row that
 * is not empty is the header. Numbers are taken as they stand in the file, so that an id keeps all its digits.
 *
 * The workbook is unpacked here within limits, and the package that reads it is given what was unpacked and nothing else. It is
 * in memory as a whole.
 *
 * @throws {FileError} when the file cannot be read
 * @throws {DatasetError} with code DATASET_FORMAT when it is no workbook, holds more than 64 MiB, 5 million tags or 20 million cells, or when the
 *   package is not there; DATASET_EMPTY when the sheet is empty
 */
export async function* readXlsxTable(filePath: string): AsyncGenerator<TableEvent, void> {
  const bytes = await readFileBytes(filePath);
  const { readSheet } = await loadReader(filePath);
  let rows: readonly (readonly unknown[])[];
  try {
    const entries = await readZip(Buffer.from(bytes), (name) => /\.(?:xml|rels)$/.test(name), MAX_WORKBOOK_BYTES);
    let nTags = 0;
    for (const { name, content } of entries) {
      nTags += countTags(name, content);
      if (nTags > MAX_TAGS) throw new Error(`its parts have more than ${MAX_TAGS} tags`);
      if (!/worksheets\//.test(name)) continue;
      const nCells = countCells(content.toString("latin1"));
      if (nCells > MAX_CELLS) throw new Error(`${name} spans ${nCells} cells, more than ${MAX_CELLS}`);
    }
    rows = await readSheet(writeZip(entries), 1, {
      parseNumber: (text) => text as unknown as number,
      trim: false,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new DatasetError(
      "DATASET_FORMAT",
      { source: filePath },
      `is not a workbook (.xlsx) that can be read (${error.message}); open and save it again, or save it as "CSV UTF-8"`,
      { cause: error },
    );
  }
  let names: readonly string[] | null = null;
  for (const [i, cells] of rows.entries()) {
    const values = cells.map(toText);
    if (values.every((value) => value?.trim() === "")) {
      yield { kind: "blank" };
    } else if (names === null) {
      names = values.map((value) => value ?? "");
      yield { kind: "header", names, line: i + 1 };
    } else {
      yield { kind: "row", values, line: i + 1, raw: () => JSON.stringify(cells) };
    }
  }
  if (names === null) {
    throw new DatasetError("DATASET_EMPTY", { source: filePath }, "is empty; it needs a header row and rows below it");
  }
}
