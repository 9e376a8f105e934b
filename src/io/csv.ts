import { type CsvError, Parser } from "csv-parse";
import { DatasetError } from "../errors.js";

/**
 * Bytes of the longest record, and characters of the longest line, that are read: far more than any article has, so a longer
 * record is nearly always a quote that is never closed. Without a limit it would fill the memory.
 */
export const MAX_RECORD_LENGTH = 16 * 1024 * 1024;

/** One record as it stands in the file. */
export interface CsvRecord {
  readonly kind: "record";
  readonly fields: readonly string[];
  /** 1-based line on which the record begins. */
  readonly line: number;
  /** The record's text without its line end. To be called before the next record is asked for. */
  readonly raw: () => string;
}

/** A line at which no record can be read. */
export interface CsvFault {
  readonly kind: "fault";
  /** With code DATASET_SYNTAX. */
  readonly error: DatasetError;
  /** Whether the line is longer than a record may be; its quotes are out of place otherwise. */
  readonly isTooLong: boolean;
  /** 1-based. */
  readonly line: number;
  /** The line without its line end, cut off where it alone is longer than allowed. */
  readonly raw: string;
}

export interface CsvOptions {
  /**
   * One character.
   * @default ","
   */
  readonly delimiter?: string;
  /**
   * Bytes of the longest record in UTF-8.
   * @default MAX_RECORD_LENGTH
   */
  readonly maxRecordBytes?: number;
}

/** What stands at a place in CSV text. */
export type CsvItem = CsvRecord | CsvFault;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Line ends inside a text: "\n", "\r\n" and a lone "\r". */
function countLineEnds(text: string): number {
  let nLineEnds = 0;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) nLineEnds++;
  for (let i = text.indexOf("\r"); i >= 0; i = text.indexOf("\r", i + 1)) if (text[i + 1] !== "\n") nLineEnds++;
  return nLineEnds;
}

function describeFault(error: CsvError, maxRecordBytes: number): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return 'a quote that opens in this record is never closed; close it, or double it ("") if it is part of the text';
    case "CSV_INVALID_CLOSING_QUOTE":
      return 'text follows a closing quote; double the quotes ("") that are part of the text';
    case "INVALID_OPENING_QUOTE":
      return 'a quote stands inside a field that is not quoted; quote the whole field and double the quote ("")';
    case "CSV_MAX_RECORD_SIZE":
      return `the record is longer than ${maxRecordBytes} bytes; look for a quote that is never closed`;
    default:
      return error.message;
  }
}

/** Bytes that were read and may still be asked for, addressed by their place in the whole text. */
class ByteWindow {
  #chunks: Buffer[] = [];
  /** Place of the first byte kept. */
  #start = 0;
  #end = 0;

  get end(): number {
    return this.#end;
  }

  push(bytes: Buffer): void {
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.#end += bytes.length;
  }

  slice(start: number, end: number): Buffer {
    const parts: Buffer[] = [];
    let place = this.#start;
    for (const chunk of this.#chunks) {
      if (place >= end) break;
      if (place + chunk.length > start) parts.push(chunk.subarray(Math.max(0, start - place), end - place));
      place += chunk.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Forgets what lies before `start`. */
  dropBefore(start: number): void {
    let nDropped = 0;
    for (const chunk of this.#chunks) {
      if (this.#start + chunk.length > start) break;
      this.#start += chunk.length;
      nDropped++;
    }
    if (nDropped > 0) this.#chunks.splice(0, nDropped);
  }
}

/** A run of csv-parse from a record's beginning to the first fault. */
class CsvRun {
  readonly start: number;
  /** Records since they were last taken, each with the place of its end, line end included. */
  records: { readonly fields: readonly string[]; readonly end: number }[] = [];
  fault: CsvError | null = null;
  readonly #parser: Parser;

  constructor(start: number, delimiter: string, maxRecordBytes: number) {
    this.start = start;
    this.#parser = new Parser({
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      max_record_size: maxRecordBytes,
      on_record: (fields, { bytes }) => {
        this.records.push({ fields, end: start + bytes });
        // Nothing is left for the readable side: records are handed out below, where a fault can't overtake them.
        return null;
      },
    });
    this.#parser.resume();
    this.#parser.on("error", (error) => {
      this.fault = error as CsvError;
    });
  }

  async write(bytes: Buffer): Promise<void> {
    if (bytes.length > 0) await new Promise<void>((resolve) => this.#parser.write(bytes, () => resolve()));
  }

  async finish(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#parser.once("close", resolve);
      this.#parser.end();
    });
  }
}

/** Where the first line end lies; null when there is none. */
function findLineEnd(bytes: Buffer): { readonly start: number; readonly end: number } | null {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === LINE_FEED) return { start: i, end: i + 1 };
    if (bytes[i] === CARRIAGE_RETURN) return { start: i, end: bytes[i + 1] === LINE_FEED ? i + 2 : i + 1 };
  }
  return null;
}

function withoutLineEnd(text: string): string {
  return text.replace(/(?:\r\n|\n|\r)$/, "");
}

/** A line that is given up, as far as it has come. */
interface BadLine {
  readonly cause: CsvError;
  readonly parts: Buffer[];
  nBytes: number;
}

class CsvReader {
  readonly #source: string;
  readonly #delimiter: string;
  readonly #maxRecordBytes: number;
  readonly #recovers: boolean;
  readonly #window = new ByteWindow();
  #run: CsvRun;
  /** Place in the window and line of the next record. */
  #place = 0;
  #line = 1;
  #badLine: BadLine | null = null;
  /** Whether a bad line ended in the last byte so far, a "\r", to which a "\n" may belong. */
  #endedInCarriageReturn = false;

  constructor(source: string, { delimiter = ",", maxRecordBytes = MAX_RECORD_LENGTH }: CsvOptions, recovers: boolean) {
    this.#source = source;
    this.#delimiter = delimiter;
    this.#maxRecordBytes = maxRecordBytes;
    this.#recovers = recovers;
    this.#run = this.#newRun();
  }

  /** Yields the records that are complete with these bytes; at the end all others. */
  async *push(bytes: Buffer, isEnd: boolean): AsyncGenerator<CsvItem, void> {
    let rest = bytes;
    if (this.#endedInCarriageReturn && bytes.length > 0) {
      this.#endedInCarriageReturn = false;
      if (bytes[0] === LINE_FEED) rest = bytes.subarray(1);
    }
    for (;;) {
      if (this.#badLine !== null) {
        const following: Buffer | null = this.#passOver(this.#badLine, rest, isEnd);
        if (following === null) return;
        yield this.#endBadLine(this.#badLine);
        rest = following;
      }
      this.#window.push(rest);
      await this.#run.write(rest);
      if (isEnd && this.#run.fault === null) await this.#run.finish();
      yield* this.#takeRecords();
      const { fault } = this.#run;
      if (fault === null) return;
      rest = this.#giveUpLine(fault);
    }
  }

  #newRun(): CsvRun {
    return new CsvRun(this.#place, this.#delimiter, this.#maxRecordBytes);
  }

  // csv-parse's own line count goes wrong at "\r\n" inside quotes (7.0.3), and it is ahead of the record. Each record ends in one
  // line end and keeps those inside its fields, so counting them is exact.
  *#takeRecords(): Generator<CsvRecord, void> {
    const { records } = this.#run;
    this.#run.records = [];
    for (const { fields, end } of records) {
      const start = this.#place;
      yield {
        kind: "record",
        fields,
        line: this.#line,
        raw: () => withoutLineEnd(this.#window.slice(start, end).toString("utf8")),
      };
      this.#place = end;
      this.#line += 1 + fields.reduce((total, field) => total + countLineEnds(field), 0);
    }
    this.#window.dropBefore(this.#place);
  }

  /** Begins to pass over the line on which the record at fault begins; returns the bytes from there on. */
  #giveUpLine(cause: CsvError): Buffer {
    if (cause.code === undefined) throw cause;
    if (!this.#recovers) throw this.#toError(cause);
    const rest = this.#window.slice(this.#place, this.#window.end);
    this.#place = this.#window.end;
    this.#window.dropBefore(this.#place);
    this.#badLine = { cause, parts: [], nBytes: 0 };
    return rest;
  }

  /** Goes on in a bad line; returns what follows it, null when its end has not come. */
  #passOver(bad: BadLine, bytes: Buffer, isEnd: boolean): Buffer | null {
    const lineEnd = findLineEnd(bytes);
    const line = bytes.subarray(0, lineEnd?.start);
    if (bad.nBytes < this.#maxRecordBytes) bad.parts.push(line.subarray(0, this.#maxRecordBytes - bad.nBytes));
    bad.nBytes += line.length;
    if (lineEnd === null && !isEnd) return null;
    const rest = bytes.subarray(lineEnd?.end ?? bytes.length);
    this.#endedInCarriageReturn = rest.length === 0 && bytes.at(-1) === CARRIAGE_RETURN;
    return rest;
  }

  #endBadLine({ cause, parts, nBytes }: BadLine): CsvFault {
    const fault: CsvFault = {
      kind: "fault",
      error: this.#toError(cause),
      // A short line whose record is too long opens a quote that is not closed.
      isTooLong: nBytes > this.#maxRecordBytes,
      line: this.#line,
      raw: Buffer.concat(parts).toString("utf8"),
    };
    this.#badLine = null;
    this.#line++;
    this.#run = this.#newRun();
    return fault;
  }

  #toError(cause: CsvError): DatasetError {
    const { code, column } = cause;
    const field = typeof column === "number" && code !== "CSV_MAX_RECORD_SIZE" ? column + 1 : null;
    return new DatasetError(
      "DATASET_SYNTAX",
      { source: this.#source, line: this.#line, column: field },
      describeFault(cause, this.#maxRecordBytes),
      { cause },
    );
  }
}

/**
 * Yields the records of CSV text (RFC 4180) one by one, blank lines included as records of one empty field.
 *
 * Fields are separated by the delimiter and quoted by `"`; records end at "\n", "\r\n" or a lone "\r" outside quotes, in any
 * mixture. Records may differ in their number of fields. Memory is that of one piece of text and one record. Records before a
 * fault are yielded before it is thrown.
 *
 * @param sourceName for messages
 * @throws {DatasetError} with code DATASET_SYNTAX when quotes are out of place or a record is longer than `maxRecordBytes`
 */
export async function* parseCsv(
  pieces: AsyncIterable<string>,
  sourceName: string,
  options: CsvOptions = {},
): AsyncGenerator<CsvRecord, void> {
  for await (const item of readCsv(pieces, sourceName, options, false)) if (item.kind === "record") yield item;
}

/**
 * Yields the records of CSV text as `parseCsv` does, and in place of a fault the line on which the record begins.
 *
 * What follows that line, though it may have been meant as the inside of the record, is read anew. So a quote that is never
 * closed costs one line and cannot swallow the rest of the text.
 */
export function scanCsv(
  pieces: AsyncIterable<string>,
  sourceName: string,
  options: CsvOptions = {},
): AsyncGenerator<CsvItem, void> {
  return readCsv(pieces, sourceName, options, true);
}

async function* readCsv(
  pieces: AsyncIterable<string>,
  sourceName: string,
  options: CsvOptions,
  recovers: boolean,
): AsyncGenerator<CsvItem, void> {
  const reader = new CsvReader(sourceName, options, recovers);
  for await (const piece of pieces) yield* reader.push(Buffer.from(piece), false);
  yield* reader.push(Buffer.alloc(0), true);
}
