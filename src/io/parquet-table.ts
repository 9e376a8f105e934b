import { type FileHandle, open } from "node:fs/promises";
import { DatasetError } from "../errors.js";
import { toFileError } from "./file-errors.js";
import { ColumnReader, PageMemory, type ReadBytes } from "./parquet/column-reader.js";
import { type Column, type ParquetMetadata, parseMetadata, type RowGroup } from "./parquet/metadata.js";
import type { TableEvent } from "./table.js";

/** The description of 10,000 row groups of ten columns has about 10 MB. */
const MAX_METADATA_BYTES = 16 * 1024 * 1024;
const MAGIC = "PAR1";
/** Length of the description and the second mark. */
const TRAILER_BYTES = 8;

/** Missing and repeated values take next to no bytes, so a small file may say that it has any number of cells or texts of any size. */
const FREE_CELLS = 5_000_000;
const MAX_CELLS_PER_BYTE = 16;
const FREE_TEXT_BYTES = 1024 ** 3;
const MAX_TEXT_BYTES_PER_BYTE = 100;

/** Bytes that can be read at any place. */
export interface ParquetSource {
  /** The path, or another name for people. */
  readonly name: string;
  readonly sizeBytes: number;
  /** All bytes from `start` to `end`, which are in the source. */
  readonly read: ReadBytes;
}

/** A file as a source; reading throws {FileError} where the system does. */
async function openSource(filePath: string, handle: FileHandle): Promise<ParquetSource> {
  const attempt = <T>(action: Promise<T>): Promise<T> =>
    action.catch((error: unknown) => {
      throw toFileError(error, filePath, "read");
    });
  const { size } = await attempt(handle.stat());
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(end - start);
    for (let nRead = 0; nRead < bytes.length; ) {
      const { bytesRead } = await attempt(handle.read(bytes, nRead, bytes.length - nRead, start + nRead));
      if (bytesRead === 0) throw new Error("the file is cut off");
      nRead += bytesRead;
    }
    return bytes;
  };
  return { name: filePath, sizeBytes: size, read };
}

async function readMetadata({ sizeBytes, read }: ParquetSource): Promise<ParquetMetadata> {
  const bodyStart = MAGIC.length;
  if (sizeBytes < bodyStart + TRAILER_BYTES) throw new Error("it is too short");
  const trailer = Buffer.from(await read(sizeBytes - TRAILER_BYTES, sizeBytes));
  if (trailer.toString("latin1", 4) !== MAGIC) throw new Error(`it does not end with ${MAGIC}`);
  const nBytes = trailer.readUInt32LE(0);
  const start = sizeBytes - TRAILER_BYTES - nBytes;
  if (start < bodyStart || nBytes > MAX_METADATA_BYTES) throw new Error(`a description of ${nBytes} bytes`);
  const metadata = parseMetadata(await read(start, start + nBytes), start);
  const nRows = metadata.rowGroups.reduce((sum, group) => sum + group.nRows, 0);
  const nColumns = metadata.columns.length;
  if (nRows * nColumns > FREE_CELLS + MAX_CELLS_PER_BYTE * sizeBytes) {
    throw new Error(`${nRows} rows of ${nColumns} columns in ${sizeBytes} bytes`);
  }
  return metadata;
}

/** Bytes that two columns share would be read twice, and be a small file's way to hold a large table. */
function checkOverlaps(rowGroups: readonly RowGroup[], columns: readonly Column[]): void {
  const chunkIndices = columns.flatMap(({ type, chunkIndex }) => (type === null ? [] : [chunkIndex]));
  const ranges = rowGroups.flatMap(({ chunks }) => chunkIndices.map((i) => chunks[i]));
  ranges.sort((left, right) => (left?.start ?? 0) - (right?.start ?? 0) || (left?.end ?? 0) - (right?.end ?? 0));
  let lastEnd = 0;
  for (const range of ranges) {
    if (range === undefined || range.start === range.end) continue;
    if (range.start < lastEnd) throw new Error(`two columns have the bytes ${range.start} to ${lastEnd}`);
    lastEnd = range.end;
  }
}

/** Errors that the format's readers throw on purpose; others are bugs, and stay as they are. */
function isFault(error: unknown): error is Error {
  return error instanceof Error && (error.name === "Error" || error.name === "UnexpectedEnd");
}

interface TableLimits {
  /** Bytes of the texts of a row that are read. */
  readonly maxRowBytes: number;
  /** Whether reading goes on after a longer row; its error is thrown otherwise. */
  readonly recovers: boolean;
}

/**
 * Yields the rows of a Parquet file, numbered from 1. Of the columns only those are read that the header's `select` was told.
 *
 * Pages may be uncompressed or in Snappy, gzip, Brotli or Zstandard. Whole numbers, truth values and dates are taken as they print;
 * lists, maps and records are no text. Memory is a page of each column; docs/input.md has the limits.
 *
 * @throws {FileError} when the file cannot be read
 * @throws {DatasetError} with code DATASET_FORMAT when it is no Parquet file, is damaged or exceeds a limit; DATASET_EMPTY when it has no
 *   column; DATASET_SYNTAX for a row of more than `maxRowBytes`, unless `recovers`
 */
export async function* readParquetTable(filePath: string, limits: TableLimits): AsyncGenerator<TableEvent, void> {
  let handle: FileHandle;
  try {
    handle = await open(filePath);
  } catch (error) {
    throw toFileError(error, filePath, "read");
  }
  try {
    yield* readParquet(await openSource(filePath, handle), limits);
  } finally {
    await handle.close();
  }
}

/** The rows of a source, as {@link readParquetTable}. */
export async function* readParquet(source: ParquetSource, limits: TableLimits): AsyncGenerator<TableEvent, void> {
  /** Row and column being read, for messages. */
  const at: { row: number; column: string | null } = { row: 0, column: null };
  try {
    const metadata = await readMetadata(source);
    const names = metadata.columns.map(({ name }) => name);
    if (names.length === 0) throw new DatasetError("DATASET_EMPTY", { source: source.name }, "has no column");
    let selected = names.map((_, i) => i);
    yield {
      kind: "header",
      names,
      line: 1,
      select: (positions) => {
        selected = [...positions];
      },
    };
    yield* readRows(source, metadata, selected, { ...limits, at });
  } catch (error) {
    if (!isFault(error)) throw error;
    const place = at.column === null ? "" : `row ${at.row}, column ${JSON.stringify(at.column)}: `;
    const problem = `is not a Parquet file that can be read (${place}${error.message}); write the file again`;
    throw new DatasetError("DATASET_FORMAT", { source: source.name }, problem, { cause: error });
  }
}

interface RowOptions extends TableLimits {
  readonly at: { row: number; column: string | null };
}

async function* readRows(
  source: ParquetSource,
  { columns, rowGroups }: ParquetMetadata,
  selected: readonly number[],
  { maxRowBytes, recovers, at }: RowOptions,
): AsyncGenerator<TableEvent, void> {
  checkOverlaps(
    rowGroups,
    selected.map((position) => columns[position] as Column),
  );
  const memory = new PageMemory();
  let nTextBytesLeft = FREE_TEXT_BYTES + MAX_TEXT_BYTES_PER_BYTE * source.sizeBytes;
  at.row = 1;
  for (const { nRows, chunks } of rowGroups) {
    if (nRows === 0) continue;
    const readers = selected.map((position) => {
      const { name, type, chunkIndex } = columns[position] as Column;
      const chunk = chunks[chunkIndex];
      at.column = name;
      const reader = type === null || chunk === undefined ? null : new ColumnReader(chunk, type, source.read, memory);
      return { name, position, reader };
    });
    for (let i = 0; i < nRows; i++, at.row++) {
      let nBytes = 0;
      for (const { name, reader } of readers) {
        at.column = name;
        if (reader === null) continue;
        if (reader.nLeftInPage === 0) await reader.openPage();
        reader.advance();
        nBytes += reader.sizeBytes;
      }
      at.column = null;
      const line = at.row;
      if (nBytes > maxRowBytes) {
        const problem = `row ${line} is longer than ${maxRowBytes} bytes; raise --max-row-size`;
        const error = new DatasetError("DATASET_SYNTAX", { source: source.name, line }, problem);
        if (!recovers) throw error;
        let nBytesShown = 0;
        const parts = readers.map(({ name, reader }) => {
          nBytesShown += reader?.sizeBytes ?? 0;
          return [name, nBytesShown > maxRowBytes ? null : (reader?.text() ?? null)];
        });
        yield { kind: "fault", reason: "too-long", error, line, raw: JSON.stringify(Object.fromEntries(parts)) };
        continue;
      }
      nTextBytesLeft -= nBytes;
      if (nTextBytesLeft < 0)
        throw new Error(`the texts of ${line} rows have more bytes than ${source.sizeBytes} can stand for`);
      const values: (string | null)[] = columns.map(() => "");
      for (const { name, position, reader } of readers) {
        at.column = name;
        values[position] = reader === null ? null : reader.text();
      }
      at.column = null;
      const raw = () =>
        JSON.stringify(
          Object.fromEntries(
            readers.map(({ name, position, reader }) => [name, reader?.isMissing ? null : values[position]]),
          ),
        );
      yield { kind: "row", values, line, raw };
    }
    for (const { reader } of readers) reader?.close();
  }
}
