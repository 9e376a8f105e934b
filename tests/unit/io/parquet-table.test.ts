import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompressSnappy } from "../../../src/io/parquet/snappy.js";
import { decompressZstandard } from "../../../src/io/parquet/zstandard.js";
import { readParquet, readParquetTable } from "../../../src/io/parquet-table.js";
import type { TableEvent } from "../../../src/io/table.js";
import {
  closeParquet,
  dataPage,
  dictionaryPage,
  int,
  list,
  littleEndian,
  makeParquet,
  plain,
  record,
  struct,
  text,
  varint,
} from "./parquet-file.js";
import { collect, errorOf } from "./streams.js";

const FOLDER = "tests/fixtures/parquet/";
const EXPECTED = JSON.parse(readFileSync(`${FOLDER}expected.json`, "utf8")) as {
  readonly names: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};
const LIMITS = { maxRowBytes: 2 ** 24, recovers: false };

function readBytes(bytes: Buffer, limits = LIMITS): Promise<TableEvent[]> {
  const read = async (start: number, end: number) => {
    if (start < 0 || end > bytes.length || start > end) throw new TypeError(`bytes ${start} to ${end}`);
    return bytes.subarray(start, end);
  };
  return collect(readParquet({ name: "a.parquet", sizeBytes: bytes.length, read }, limits));
}

const rowsOf = (events: readonly TableEvent[]) =>
  events.flatMap((event) => (event.kind === "row" ? [event.values] : []));

async function faultOf(bytes: Buffer): Promise<string> {
  const error = await errorOf(readBytes(bytes));
  expect(error).toMatchObject({ code: "DATASET_FORMAT" });
  return (error as Error).message;
}

describe("a Parquet file of Arrow's", () => {
  it.each([
    "plain-1",
    "plain-2",
    "dictionary-1",
    "dictionary-2",
    "delta-1",
    "delta-2",
    "int96",
    "decimal-integer",
    "checksum-1",
    "checksum-2",
  ])("has the same rows here, in each compression, page version and encoding: %s", async (name) => {
    const events = await collect(readParquetTable(`${FOLDER}${name}.parquet`, LIMITS));
    expect(events[0]).toMatchObject({ kind: "header", names: EXPECTED.names });
    const rows = rowsOf(events).map((values, row) =>
      // Numbers with a point print otherwise in Python.
      values.map((value, column) => (typeof EXPECTED.rows[row]?.[column] === "number" ? Number(value) : value)),
    );
    expect(rows).toEqual(EXPECTED.rows);
  });

  it("reads of the columns those that are wanted, and shows rows with missing values as null", async () => {
    const events = readParquetTable(`${FOLDER}plain-1.parquet`, LIMITS);
    const header = (await events.next()).value as TableEvent;
    if (header.kind === "header") header.select?.([3]);
    const shown: string[] = [];
    for await (const event of events) {
      if (event.kind === "row") shown.push(event.raw());
      expect(event.kind === "row" && event.values[0]).toBe("");
    }
    // Column 3 is named __proto__; as a key it is one like others.
    const expected = EXPECTED.rows.map((row) => `{"__proto__":${row[3] === "" ? "null" : JSON.stringify(row[3])}}`);
    expect(shown).toEqual(expected);
  });
});

describe("the checksum of a page", () => {
  it.each([1, 2])("is compared, in pages of version %i", async (version) => {
    const bytes = readFileSync(`${FOLDER}checksum-${version}.parquet`);
    // The first page with a word of the titles holds it uncompressed, as Snappy writes what it meets for the first time.
    const place = bytes.indexOf("금리");
    bytes[place + 2] = (bytes[place + 2] as number) ^ 1;
    expect(await faultOf(bytes)).toMatch(/row 1, column "제목": a page has checksum \d+ and not \d+/);
  });

  it("is that of the stored bytes, and may have the highest bit", async () => {
    const body = plain("가");
    const page = (checksum: number) => oneColumn(dataPage(body, { nValues: 1, checksum: checksum | 0 }));
    const checksum = crc32(Uint8Array.from(body));
    expect(rowsOf(await readBytes(page(checksum)))).toEqual([["가"]]);
    expect(await faultOf(page(checksum ^ 0x80000000))).toContain(`a page has checksum ${checksum} and not`);
  });
});

describe("Zstandard", () => {
  const casesIn = (name: string) =>
    JSON.parse(readFileSync(`${FOLDER}${name}.json`, "utf8")) as readonly {
      readonly piece: string;
      readonly times: number;
      readonly compressed: string;
    }[];
  const cases = casesIn("zstandard");

  it("gives back what the program zstd compressed at three levels", () => {
    for (const { piece, times, compressed } of cases) {
      const expected = Buffer.from(piece.repeat(times));
      const output = decompressZstandard(Buffer.from(compressed, "base64"), expected.length);
      expect(Buffer.compare(output, expected)).toBe(0);
    }
    expect(cases).toHaveLength(24);
  });

  it("compares the checksum of a frame's content", () => {
    const withChecksum = casesIn("zstandard-checksum");
    for (const { piece, times, compressed } of withChecksum) {
      const expected = Buffer.from(piece.repeat(times));
      const input = Buffer.from(compressed, "base64");
      expect(Buffer.compare(decompressZstandard(input, expected.length), expected)).toBe(0);
      const last = input.length - 1;
      input[last] = (input[last] as number) ^ 0x80;
      expect(() => decompressZstandard(input, expected.length)).toThrow(/Zstandard: checksum \d+ and not \d+/);
    }
    expect(withChecksum).toHaveLength(15);
  });

  it("refuses weights whose states take no bits, which would never end", () => {
    // Single segment of 10 bytes; one last compressed block: 10 literals in 6 bytes with a table of 5 bytes. Its weights have 32
    // states, all of one symbol (33 = 32 + 1, written as 63 in 6 bits behind the 4 bits of the size), then bits up to a last 1.
    const block = [2 | ((10 << 4) & 255), (10 >> 4) | ((6 << 6) & 255), 6 >> 2, 5, 0xf0, 0x03, 0xff, 0xff, 1];
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 10, ...[1 | (2 << 1) | (block.length << 3), 0, 0], ...block];
    expect(() => decompressZstandard(Uint8Array.from(frame), 10)).toThrow("too many weights");
  });

  it("writes no more than the page has room for", () => {
    // A block that repeats one byte 131,072 times: size << 3 | kind 1 << 1 | last.
    const header = (131_072 << 3) | 3;
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 10, header & 255, (header >> 8) & 255, header >> 16, 65];
    expect(() => decompressZstandard(Uint8Array.from(frame), 10)).toThrow("more than 10 bytes");
  });
});

describe("Snappy", () => {
  it("copies what it has just written, and nothing from before the start", () => {
    // 7 bytes: a literal of 1 (tag 0), then a copy of 6 from 1 back: tag (6 - 1) << 2 | 2.
    expect(Buffer.from(decompressSnappy(Uint8Array.of(7, 0, 97, 22, 1, 0), 7)).toString()).toBe("aaaaaaa");
    expect(() => decompressSnappy(Uint8Array.of(7, 0, 97, 22, 2, 0), 7)).toThrow("from before the start");
    expect(() => decompressSnappy(Uint8Array.of(7, 0, 97, 22, 1, 0), 6)).toThrow("7 bytes and not 6");
    expect(() => decompressSnappy(Uint8Array.of(3, 0, 97, 22, 1, 0), 3)).toThrow("more than 3 bytes");
    expect(() => decompressSnappy(Uint8Array.of(7, 24, 97), 7)).toThrow("cut off");
  });
});

/** Bytes of a page of missing values: the length of the levels, then a run of that many zeros. */
const missing = (nValues: number): number[] => {
  const run = [...varint(2 * nValues), 0];
  return [...littleEndian(run.length), ...run];
};
const column = (bytes: readonly number[], more: object = {}) => ({ name: "text", bytes, ...more });
const oneColumn = (bytes: readonly number[], nRows: number | bigint = 1, more: object = {}) =>
  makeParquet([column(bytes, more)], nRows);

describe("a hostile Parquet file", () => {
  it("is read when nothing is wrong with it", async () => {
    expect(rowsOf(await readBytes(oneColumn(dataPage(plain("가", ""), { nValues: 2 }), 2)))).toEqual([["가"], [""]]);
  });

  it("does no more work than its rows ask for, whatever a page says it holds", async () => {
    // 2^31 missing values in a run, in a page of 2^50: three rows are asked for.
    const page = dataPage(missing(2 ** 31 - 1), { nValues: 2 ** 50 });
    expect(rowsOf(await readBytes(oneColumn(page, 3, { isOptional: true })))).toEqual([[""], [""], [""]]);
  });

  const DELTA = { nValues: 1, encoding: 7 };
  const none = [...varint(128), ...varint(4), ...varint(1), 0];
  it.each<readonly [string, Buffer, string]>([
    ["pages without a size", oneColumn(struct(int(1, 0))), "the description of a page is not whole"],
    [
      "pages that lead back",
      oneColumn(dataPage(plain("가"), { nValues: 1, nCompressed: -20 })),
      'row 1, column "text": a count is -20',
    ],
    [
      "pages without values",
      oneColumn(Array.from({ length: 20_000 }, () => dataPage([], { nValues: 0 })).flat()),
      "it ends before its rows do",
    ],
    [
      "a page that goes on behind its column",
      oneColumn(dataPage(plain("가"), { nValues: 1, nCompressed: 99 })),
      "a page does not end where it should",
    ],
    [
      "a text longer than its page",
      oneColumn(dataPage([255, 255, 255, 255, 97], { nValues: 1 })),
      "a page ends before its values",
    ],
    [
      "a text that is not UTF-8",
      oneColumn(dataPage([1, 0, 0, 0, 255], { nValues: 1 })),
      'row 1, column "text": a text is not UTF-8',
    ],
    [
      "a page of 2 GB in 4 bytes",
      oneColumn(dataPage([1, 0, 97, 0], { nValues: 1, nBytes: 2 ** 31 }), 1, { codec: 1 }),
      "its pages take more than 134217728 bytes of memory",
    ],
    [
      "a dictionary of 2^40 values",
      oneColumn(dictionaryPage(plain("가"), { nValues: 2 ** 40 })),
      "its pages take more than",
    ],
    [
      "a dictionary of more values than bytes",
      oneColumn(dictionaryPage(plain("가"), { nValues: 3 })),
      "a dictionary of 3 values in 7 bytes",
    ],
    [
      "indices without a dictionary",
      oneColumn(dataPage([1, 2, 0], { nValues: 1, encoding: 8 })),
      "it has no dictionary",
    ],
    [
      "an index behind the dictionary",
      oneColumn([...dictionaryPage(plain("가"), { nValues: 1 }), ...dataPage([8, 2, 7], { nValues: 1, encoding: 8 })]),
      "value 7 of a dictionary of 1",
    ],
    [
      "indices of 33 bits",
      oneColumn([...dictionaryPage(plain("가"), { nValues: 1 }), ...dataPage([33, 2, 0], { nValues: 1, encoding: 8 })]),
      "numbers of 33 bits",
    ],
    [
      "differences in no groups",
      oneColumn(dataPage([...varint(128), 0, 1, 0], { nValues: 1, encoding: 5 }), 1, { type: 1 }),
      "differences in blocks of 128 in 0 groups",
    ],
    [
      "differences in 2^32 - 1 groups",
      oneColumn(dataPage([...varint(2 ** 32 - 1), ...varint(2 ** 32 - 1), 9, 0], { nValues: 1, encoding: 5 }), 1, {
        type: 1,
      }),
      "differences in blocks of 4294967295 in 4294967295 groups",
    ],
    [
      "a text that begins as nothing before it",
      oneColumn(dataPage([...none.slice(0, -1), 2, ...none], DELTA)),
      "a text begins as more than the one before",
    ],
    [
      "rows that its bytes cannot stand for",
      oneColumn(dataPage(missing(9), { nValues: 9 }), 10n ** 12n, { isOptional: true }),
      "1000000000000 rows of 1 columns in",
    ],
    ["a number of rows near 2^63", oneColumn(dataPage(plain("가"), { nValues: 1 }), 2n ** 62n), "is out of range"],
    [
      "columns in other places",
      oneColumn(dataPage(plain("가"), { nValues: 1 }), 1, { start: 5000 }),
      "are not in the file",
    ],
    [
      "columns of another type",
      oneColumn(dataPage(plain("가"), { nValues: 1 }), 1, { chunkType: 1 }),
      "its values are INT32 and should be BYTE_ARRAY",
    ],
    [
      "a compression that is not read",
      oneColumn(dataPage(plain("가"), { nValues: 1 }), 1, { codec: 3 }),
      "it is compressed by LZO",
    ],
    [
      "an encoding that is not read",
      oneColumn(dataPage(plain("가"), { nValues: 1, encoding: 5 })),
      "BYTE_ARRAY values in encoding DELTA_BINARY_PACKED are not read",
    ],
    ["encryption", makeParquet([column(dataPage(plain("가"), { nValues: 1 }))], 1, [record(8)]), "it is encrypted"],
    [
      "a description that is longer than the file",
      Buffer.concat([Buffer.from("PAR1"), Buffer.from([255, 255, 255, 127]), Buffer.from("PAR1")]),
      "a description of 2147483647 bytes",
    ],
    [
      "a list of 2^32 records",
      closeParquet([...Buffer.from("PAR1")], struct(list(2, [], 2 ** 32))),
      "the description is cut off",
    ],
    [
      "a number without an end",
      closeParquet([...Buffer.from("PAR1")], struct([3, 6, Array<number>(500).fill(255)])),
      "a number has more than 64 bits",
    ],
    [
      "records in one another",
      closeParquet([...Buffer.from("PAR1")], Array<number>(5000).fill(0x1c)),
      "records are nested deeper than 32",
    ],
    [
      "lists in one another",
      closeParquet([...Buffer.from("PAR1")], [0x19, ...Array<number>(5000).fill(0x19)]),
      "records are nested deeper than 32",
    ],
    [
      "10,001 columns",
      makeParquet(
        Array.from({ length: 10_001 }, () => column([])),
        1,
      ),
      "it has more than 10000 columns",
    ],
    [
      "columns that the list leaves out",
      closeParquet([...Buffer.from("PAR1")], struct(list(2, [struct(text(4, "schema"), int(5, 3))]))),
      "the description of its columns is cut off",
    ],
  ])("of %s is refused", async (_, bytes, message) => {
    expect(await faultOf(bytes)).toContain(message);
  });

  it("cannot make two columns of the same bytes", async () => {
    const page = dataPage(plain("가"), { nValues: 1 });
    const twice = makeParquet([column(page), { name: "title", bytes: [], start: 4, sizeBytes: page.length }], 1);
    expect(await faultOf(twice)).toContain(`two columns have the bytes 4 to ${4 + page.length}`);
  });

  it("cannot stand for more text than 1 GiB and a hundred times its size", async () => {
    const large = "가".repeat(300_000);
    const nRows = 2_000;
    const indices = [8, ...varint(2 * nRows), 0];
    const bytes = oneColumn(
      [...dictionaryPage(plain(large), { nValues: 1 }), ...dataPage(indices, { nValues: nRows, encoding: 8 })],
      nRows,
    );
    // Each row has 900,000 bytes. 2^30 + 100 · 900,1xx bytes are reached with row 1294.
    expect(await faultOf(bytes)).toMatch(/the texts of 129\d rows have more bytes than 900\d{3} can stand for/);
  });

  it("with a row that is too long is refused, or loses that row", async () => {
    const bytes = oneColumn(dataPage(plain("가", "가나다", "나"), { nValues: 3 }), 3);
    const error = await errorOf(readBytes(bytes, { maxRowBytes: 6, recovers: false }));
    expect(error).toMatchObject({ code: "DATASET_SYNTAX", line: 2 });
    const events = await readBytes(bytes, { maxRowBytes: 6, recovers: true });
    expect(rowsOf(events)).toEqual([["가"], ["나"]]);
    expect(events[2]).toMatchObject({ kind: "fault", reason: "too-long", line: 2, raw: '{"text":null}' });
  });
});
