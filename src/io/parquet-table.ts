import { open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, type ZlibOptions } from "node:zlib";
import { decompress as decompressZstandard } from "fzstd";
import { type AsyncBuffer, type Compressors, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { DatasetError } from "../errors.js";
import { toFileError } from "./file-errors.js";
import type { TableEvent } from "./table.js";

/** Bytes that a row group may say it holds: it is in memory as a whole. Writers make groups of 128 MB at most. */
const MAX_GROUP_BYTES = 1024 ** 3;
/** Writers make groups of a million rows at most. */
const MAX_GROUP_ROWS = 20_000_000;

/** Exactly as many bytes as the page's header says, so that a page cannot hold more than its group was checked for. */
function withLimit(
  decompress: (input: Uint8Array, options: ZlibOptions) => Uint8Array,
): (input: Uint8Array, outputLength: number) => Uint8Array {
  return (input, outputLength) => {
    checkPage(outputLength);
    return Uint8Array.from(decompress(input, { maxOutputLength: Math.max(1, outputLength) }));
  };
}

function checkPage(nBytes: number): void {
  if (nBytes > MAX_GROUP_BYTES) throw new Error(`a page says that it holds ${nBytes} bytes`);
}

const COMPRESSORS: Compressors = {
  GZIP: withLimit(gunzipSync),
  BROTLI: withLimit(brotliDecompressSync),
  ZSTD: (input, outputLength) => {
    checkPage(outputLength);
    return decompressZstandard(input, new Uint8Array(outputLength));
  },
};

/** Strict, as for other texts: a byte that is not UTF-8 is an error. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? null : String(value);
}

function showRow(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

/**
 * Yields the rows of a Parquet file, numbered from 1, a row group at a time. Of the columns only those are read that the header's
 * `select` was told.
 *
 * Pages may be uncompressed or in Snappy, gzip, Brotli or Zstandard. Whole numbers, truth values and dates are taken as they print.
 *
 * @throws {FileError} when the file cannot be read
 * @throws {DatasetError} with code DATASET_FORMAT when it is no Parquet file, is damaged, or has a row group of more than 1 GiB or 20 million rows;
 *   DATASET_EMPTY when it has no column
 */
export async function* readParquetTable(filePath: string): AsyncGenerator<TableEvent, void> {
  const fault = (problem: string, cause?: unknown) =>
    new DatasetError("DATASET_FORMAT", { source: filePath }, `${problem}; write the file again`, { cause });
  async function attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      const known = toFileError(error, filePath, "read");
      if (known !== error || !(error instanceof Error)) throw known;
      throw fault(`is not a Parquet file that can be read (${error.message})`, error);
    }
  }

  const handle = await attempt(() => open(filePath));
  try {
    const { size } = await attempt(() => handle.stat());
    const file: AsyncBuffer = {
      byteLength: size,
      slice: async (start, end = size) => {
        if (start < 0 || end > size || end < start) throw new Error(`bytes ${start} to ${end} are not in the file`);
        const bytes = new Uint8Array(end - start);
        let nRead = 0;
        while (nRead < bytes.length) {
          const { bytesRead } = await handle.read(bytes, nRead, bytes.length - nRead, start + nRead);
          if (bytesRead === 0) throw new Error("the file is cut off");
          nRead += bytesRead;
        }
        return bytes.buffer;
      },
    };
    const metadata = await attempt(() => parquetMetadataAsync(file));
    const names = await attempt(async () => parquetSchema(metadata).children.map(({ element }) => element.name));
    if (names.length === 0) throw new DatasetError("DATASET_EMPTY", { source: filePath }, "has no column");
    let selected = names.map((_, i) => i);
    yield {
      kind: "header",
      names,
      line: 1,
      select: (positions) => {
        selected = [...positions];
      },
    };
    const columns = selected.map((position) => names[position] as string);
    let rowStart = 0;
    for (const { num_rows, total_byte_size } of metadata.row_groups) {
      const nRows = Number(num_rows);
      if (Number(total_byte_size) > MAX_GROUP_BYTES || !(nRows >= 0 && nRows <= MAX_GROUP_ROWS)) {
        throw fault(`has a row group of ${nRows} rows and ${total_byte_size} bytes, more than is read`);
      }
      let rows: readonly Readonly<Record<string, unknown>>[] = [];
      await attempt(() =>
        parquetRead({
          file,
          metadata,
          columns,
          rowStart,
          rowEnd: rowStart + nRows,
          rowFormat: "object",
          compressors: COMPRESSORS,
          parsers: { stringFromBytes: (bytes) => UTF8.decode(bytes) },
          onComplete: (complete) => {
            rows = complete;
          },
        }),
      );
      for (const [i, row] of rows.entries()) {
        const values: (string | null)[] = names.map(() => "");
        for (const position of selected) values[position] = toText(row[names[position] as string]);
        yield { kind: "row", values, line: rowStart + i + 1, raw: () => showRow(row) };
      }
      rowStart += nRows;
    }
  } finally {
    await handle.close();
  }
}
