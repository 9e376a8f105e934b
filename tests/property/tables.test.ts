import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readArticles } from "../../src/io/read-articles.js";
import { DELIMITERS, type Delimiter, ENCODINGS, type Encoding } from "../../src/options/input-options.js";
import { collectArticles, sourceOf } from "../unit/io/streams.js";
import { makeWorkbook } from "../unit/io/workbook.js";

const PARAMETERS = { seed: 20261123, numRuns: 150 };

/** Characters that all four encodings have, those that formats treat specially among them. */
const CHARACTERS = [..."a가힣똠뷁漢“…\",;'\t\n\\{}<>& 1.-"];
const text = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map((parts) => parts.join(""));
/** An article always has some text. */
const article = fc.record({
  title: text.map((title) => `금리${title}`),
  body: text,
  label: fc.constantFrom("경제", "IT/과학", "0"),
});
const table = fc.array(article, { minLength: 1, maxLength: 8 });

type Row = { readonly title: string; readonly body: string; readonly label: string };

function writeCsv(rows: readonly Row[], delimiter: string, lineEnd: string): string {
  const field = (value: string) => (/[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const lines = [["제목", "본문", "분류"], ...rows.map(({ title, body, label }) => [title, body, label])];
  return lines.map((fields) => fields.map(field).join(delimiter) + lineEnd).join("");
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-tables-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const articlesOf = async (...given: Parameters<typeof readArticles>) =>
  (await collectArticles(readArticles(...given))).map((record) => record.article);

describe("readArticles reads back", () => {
  it("any table from CSV, for any encoding, delimiter, line end, packing and chunk size", async () => {
    const cases = fc.record({
      rows: table,
      encoding: fc.constantFrom<Encoding>(...ENCODINGS),
      delimiter: fc.constantFrom<Delimiter>("comma", "tab", "semicolon"),
      lineEnd: fc.constantFrom("\n", "\r\n"),
      hasMark: fc.boolean(),
      isPacked: fc.boolean(),
      isNamed: fc.boolean(),
      chunkSize: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, encoding, delimiter, lineEnd, hasMark, isPacked, isNamed, chunkSize }) => {
        const content = writeCsv(rows, DELIMITERS[delimiter], lineEnd);
        const mark = hasMark && encoding !== "cp949" ? "\ufeff" : "";
        const bytes = iconv.encode(mark + content, encoding, { addBOM: false });
        const source = sourceOf(isPacked ? gzipSync(bytes) : bytes, chunkSize);
        expect(await articlesOf(source, isNamed ? { encoding, delimiter } : {})).toEqual(rows);
      }),
      PARAMETERS,
    );
  });

  it("any table from NDJSON, for any encoding", async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom<Encoding>(...ENCODINGS), async (rows, encoding) => {
        const lines = rows.map(({ title, body, label }) => `${JSON.stringify({ title, body, label })}\n`).join("");
        expect(await articlesOf(sourceOf(iconv.encode(lines, encoding), 13, "a.jsonl"))).toEqual(rows);
      }),
      PARAMETERS,
    );
  });

  it("any table from Parquet", async () => {
    const file = path.join(folder, "table.parquet");
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom("SNAPPY" as const, "UNCOMPRESSED" as const), async (rows, codec) => {
        const columnData = (["title", "body", "label"] as const).map((name) => ({
          name,
          data: rows.map((row) => row[name]),
          type: "STRING" as const,
        }));
        await writeFile(file, new Uint8Array(parquetWriteBuffer({ columnData, codec, rowGroupSize: 3 })));
        expect(await articlesOf(file)).toEqual(rows);
      }),
      { ...PARAMETERS, numRuns: 50 },
    );
  });

  it("any table from a workbook", async () => {
    const file = path.join(folder, "table.xlsx");
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const cells = rows.map(({ title, body, label }) => [title, body, label]);
        await writeFile(file, makeWorkbook([["제목", "본문", "분류"], ...cells]));
        expect(await articlesOf(file)).toEqual(rows);
      }),
      { ...PARAMETERS, numRuns: 50 },
    );
  });
});
