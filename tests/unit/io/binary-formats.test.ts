import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { type ParquetWriteOptions, parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReadOptions, RejectedRow } from "../../../src/io/article-reader.js";
import { readArticles } from "../../../src/io/read-articles.js";
import { readDocuments } from "../../../src/io/read-documents.js";
import { writeZip } from "../../../src/io/zip.js";
import { collect, collectArticles, errorOf, sourceOf } from "./streams.js";
import { makeWorkbook, sheetXml, workbookParts } from "./workbook.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-binary-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(content: Uint8Array, name: string, options: ReadOptions = {}) {
  const file = path.join(folder, name);
  await writeFile(file, content);
  const rejected: RejectedRow[] = [];
  const reader = readArticles(file, { ...options, onReject: (row) => rejected.push(row) });
  const records = await collect(reader);
  return { file, records, rejected, summary: reader.summary() };
}

/** Zstandard with blocks as they are: magic number, 4-byte content size, one raw last block (RFC 8878, 3.1.1). */
function storeZstandard(input: Uint8Array): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0xfd2fb528, 0);
  header.writeUInt8(0xa0, 4);
  header.writeUInt32LE(input.length, 5);
  header.writeUIntLE(input.length * 8 + 1, 9, 3);
  return Uint8Array.from(Buffer.concat([header, input]));
}

const ROWS = Array.from({ length: 2500 }, (_, i) => ({
  title: `제목 ${i}`,
  body: i % 3 === 0 ? "" : `본문\n${i}`,
  label: i % 7,
}));

const parquet = (more: Partial<ParquetWriteOptions> = {}) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "제목", data: ROWS.map(({ title }) => title), type: "STRING" },
        { name: "키워드", data: ROWS.map(() => "경제"), type: "STRING" },
        { name: "본문", data: ROWS.map(({ body }) => (body === "" ? null : body)), type: "STRING", nullable: true },
        { name: "topic_idx", data: ROWS.map(({ label }) => BigInt(label)), type: "INT64" },
      ],
      rowGroupSize: 1000,
      ...more,
    }),
  );

describe("readArticles on Parquet", () => {
  const copy = (pack: (input: Uint8Array) => Uint8Array) => (input: Uint8Array) => Uint8Array.from(pack(input));

  it.each<readonly [string, Partial<ParquetWriteOptions>]>([
    ["no compression", { codec: "UNCOMPRESSED" }],
    ["Snappy", { codec: "SNAPPY" }],
    ["gzip", { codec: "GZIP", compressors: { GZIP: copy(gzipSync) } }],
    ["Brotli", { codec: "BROTLI", compressors: { BROTLI: copy(brotliCompressSync) } }],
    ["Zstandard", { codec: "ZSTD", compressors: { ZSTD: storeZstandard } }],
  ])("reads pages with %s, several row groups, missing values and whole numbers", async (_, more) => {
    const { records, summary } = await read(parquet(more), "news.parquet");
    expect(records.map(({ article, line }) => ({ article, line }))).toEqual(
      ROWS.map(({ title, body, label }, i) => ({ article: { title, body, label: String(label) }, line: i + 1 })),
    );
    expect(summary.sources).toMatchObject([{ format: "parquet", encoding: null, delimiter: null, nRows: 2500 }]);
  });

  it("leaves out rows without text or label, by their numbers", async () => {
    const columnData = [
      { name: "text", data: ["금리", "", "여야"], type: "STRING" as const },
      { name: "label", data: ["경제", "정치", null], type: "STRING" as const, nullable: true },
    ];
    const { records, rejected } = await read(new Uint8Array(parquetWriteBuffer({ columnData })), "a.parquet");
    expect(records).toHaveLength(1);
    expect(rejected.map(({ line, reason, raw }) => [line, reason, raw])).toEqual([
      [2, "empty-text", '{"text":"","label":"정치"}'],
      [3, "empty-label", '{"text":"여야","label":null}'],
    ]);
  });

  it("refuses what is no Parquet file, is cut off or damaged", async () => {
    const bytes = parquet();
    const files = [
      Buffer.from(""),
      Buffer.from("제목,본문\n"),
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(bytes.length / 2),
    ];
    for (const content of files) {
      const error = await errorOf(read(content, "bad.parquet"));
      expect(error).toMatchObject({ code: "DATASET_FORMAT" });
      expect((error as Error).message).toMatch(
        /bad\.parquet: is not a Parquet file that can be read \(.*\); write the file again/,
      );
    }
  });

  it("needs a path, for the file is read from its end", async () => {
    const error = await errorOf(collect(readArticles(sourceOf(parquet(), 1000, "in"), { inputFormat: "parquet" })));
    expect((error as Error).message).toBe("in: cannot be read as parquet; give the path of a file");
  });

  it("names a missing file", async () => {
    expect(await errorOf(collect(readArticles("none.parquet")))).toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});

describe("readArticles on workbooks", () => {
  const ID = "01100101.20260302100000001";
  const HEADER = ["뉴스 식별자", "일자", "제목", "통합 분류1", "본문", "분석제외 여부"];

  it("reads the first sheet, numbers as they stand, empty cells and line breaks", async () => {
    const workbook = makeWorkbook([
      HEADER,
      [{ digits: ID }, { digits: "20260302" }, "금리 <동결> & 인상", "경제>증권", "첫 줄\n둘째 줄", ""],
      [],
      [ID, "20260303", "부고", "", "", "예외"],
      [ID, "20260304", "여야 합의", "정치>국회"],
    ]);
    const { records, rejected } = await read(workbook, "NewsResult.xlsx", { preset: "bigkinds" });
    expect(records.map(({ article, line }) => ({ article, line }))).toEqual([
      { article: { title: "금리 <동결> & 인상", body: "첫 줄\n둘째 줄", label: "경제" }, line: 2 },
      { article: { title: "여야 합의", body: "", label: "정치" }, line: 5 },
    ]);
    // A number keeps the digits it was written with; as a double it would end in …000000.
    expect(records[0]?.details).toMatchObject({ id: ID, date: "20260302" });
    expect(rejected).toMatchObject([{ line: 4, reason: "excluded" }]);
  });

  it("reads it without labels, too", async () => {
    const file = path.join(folder, "docs.xlsx");
    await writeFile(file, makeWorkbook([["제목"], ["금리"]]));
    expect(await collectArticles(readDocuments(file))).toEqual([{ article: { title: "금리", body: "" }, line: 2 }]);
  });

  it("refuses what is no workbook, and an empty one", async () => {
    for (const content of [
      Buffer.from(""),
      Buffer.from("제목,본문\n"),
      writeZip([]),
      makeWorkbook([["a"]]).subarray(0, 300),
    ]) {
      const error = await errorOf(read(content, "bad.xlsx"));
      expect(error).toMatchObject({ code: "DATASET_FORMAT" });
      expect((error as Error).message).toMatch(
        /bad\.xlsx: is not a workbook \(\.xlsx\) that can be read \(.*\); open and save it again/,
      );
    }
    expect(await errorOf(read(makeWorkbook([]), "empty.xlsx"))).toMatchObject({ code: "DATASET_EMPTY" });
  });

  it.each([
    ["a cell far out", '<c r="XFD1048576"><v>1</v></c>', "spans 17179869184 cells"],
    ["a row far down", '<c r="XFD1"><v>1</v></c></row><row r="1048576">', "spans 17179869184 cells"],
  ])("refuses a table that %s makes too large", async (_, cells, message) => {
    const sheet = sheetXml([["제목", "분류"]]).replace("</row>", `${cells}</row>`);
    const error = await errorOf(read(writeZip(workbookParts(sheet)), "large.xlsx"));
    expect((error as Error).message).toContain(message);
  });

  it("refuses more than 1 MiB between two tags, over which its reader would take minutes", async () => {
    const sheet = sheetXml([["제목", "분류"]]);
    const blank = (nBytes: number) => writeZip(workbookParts(sheet.replace("<row", `${" ".repeat(nBytes)}<row`)));
    // The piece begins behind "<" with the 10 characters of "sheetData>".
    const error = await errorOf(read(blank(2 ** 20 + 1 - 10), "blank.xlsx"));
    expect((error as Error).message).toContain("worksheets/sheet1.xml has 1048577 bytes in one piece");
    expect(await errorOf(read(blank(2 ** 20 - 10), "blank.xlsx"))).not.toMatchObject({ code: "DATASET_FORMAT" });
  });

  it("does not let a part that the list leaves out be read", async () => {
    // The local header of a second sheet1.xml stands first; the list names the good one only.
    const hidden = writeZip(workbookParts(sheetXml([["text"], ["나쁜 글"]])));
    const good = makeWorkbook([
      ["text", "label"],
      ["금리", "경제"],
    ]);
    const shifted = Buffer.from(good);
    const end = shifted.length - 22;
    const list = shifted.readUInt32LE(end + 16);
    for (let place = list; place < end; ) {
      shifted.writeUInt32LE(shifted.readUInt32LE(place + 42) + hidden.length, place + 42);
      place += 46 + shifted.readUInt16LE(place + 28);
    }
    shifted.writeUInt32LE(list + hidden.length, end + 16);
    const { records } = await read(Buffer.concat([hidden, shifted]), "two.xlsx");
    expect(records.map(({ article }) => article.body)).toEqual(["금리"]);
  });
});
