import { type CsvError, Parser } from "csv-parse";
import { DatasetError } from "../errors.js";

/**
 * Bytes of the longest record, and characters of the longest line, that are read: far more than any article has, so a longer
 * record is nearly always a quote that is never closed. Without a limit it would fill the memory.
 */
export const MAX_RECORD_LENGTH = 16 * 1024 * 1024;

/** One record as it stands in the file. */
export interface CsvRecord {
  readonly fields: readonly string[];
  /** 1-based line on which the record begins. */
  readonly line: number;
}

/** Line ends inside a text: "\n", "\r\n" and a lone "\r". */
function countLineEnds(text: string): number {
  let nLineEnds = 0;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) nLineEnds++;
  for (let i = text.indexOf("\r"); i >= 0; i = text.indexOf("\r", i + 1)) if (text[i + 1] !== "\n") nLineEnds++;
  return nLineEnds;
}

function describeFault(error: CsvError): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return 'a quote that opens in this record is never closed; close it, or double it ("") if it is part of the text';
    case "CSV_INVALID_CLOSING_QUOTE":
      return 'text follows a closing quote; double the quotes ("") that are part of the text';
    case "INVALID_OPENING_QUOTE":
      return 'a quote stands inside a field that is not quoted; quote the whole field and double the quote ("")';
    case "CSV_MAX_RECORD_SIZE":
      return `the record is longer than ${MAX_RECORD_LENGTH} bytes; look for a quote that is never closed`;
    default:
      return error.message;
  }
}

/**
 * Yields the records of CSV text (RFC 4180) one by one, blank lines included as records of one empty field.
 *
 * Fields are separated by commas and quoted by `"`; records end at "\n", "\r\n" or a lone "\r" outside quotes, in any mixture.
 * Records may differ in their number of fields. Memory is that of one piece of text and one record. Records before a fault
 * are yielded before it is thrown.
 *
 * @param sourceName for messages
 * @throws {DatasetError} with code DATASET_SYNTAX when quotes are out of place or a record is longer than 16 MiB
 */
export async function* parseCsv(pieces: AsyncIterable<string>, sourceName: string): AsyncGenerator<CsvRecord, void> {
  let records: CsvRecord[] = [];
  let line = 1;

  // csv-parse's own line count goes wrong at "\r\n" inside quotes (7.0.3), and it is ahead of the record. Each record ends in one
  // line end and keeps those inside its fields, so counting them is exact.
  const parser = new Parser({
    delimiter: ",",
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    max_record_size: MAX_RECORD_LENGTH,
    on_record: (fields) => {
      records.push({ fields, line });
      line += 1 + fields.reduce((total, field) => total + countLineEnds(field), 0);
      // Nothing is left for the readable side: records are handed out below, where a fault can't overtake them.
      return null;
    },
  });
  parser.resume();
  let fault: Error | null = null;
  parser.on("error", (error) => {
    fault = error;
  });

  function* takeRecords(): Generator<CsvRecord, void> {
    const taken = records;
    records = [];
    yield* taken;
    if (fault !== null) {
      const { code, column } = fault as CsvError;
      if (code === undefined) throw fault;
      const field = typeof column === "number" && code !== "CSV_MAX_RECORD_SIZE" ? column + 1 : null;
      throw new DatasetError(
        "DATASET_SYNTAX",
        { source: sourceName, line, column: field },
        describeFault(fault as CsvError),
        { cause: fault },
      );
    }
  }

  for await (const piece of pieces) {
    await new Promise<void>((resolve) => parser.write(piece, () => resolve()));
    yield* takeRecords();
  }
  await new Promise<void>((resolve) => {
    parser.once("close", resolve);
    parser.end();
  });
  yield* takeRecords();
}
