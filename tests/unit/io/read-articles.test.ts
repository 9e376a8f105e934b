import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RejectedRow } from "../../../src/io/article-reader.js";
import { readArticles, readUnlabeledArticles } from "../../../src/io/read-articles.js";
import { collect, collectArticles, errorOf, sourceOf } from "./streams.js";

const MIXED = [
  "분류,본문", // line 1
  "사회,하나", // line 2: usable
  ",둘", // line 3: no label
  "", // line 4: blank
  '경제,"셋\n넷"', // lines 5 and 6: usable
  "경제", // line 7: one column
  "경제,다섯,여섯", // line 8: three columns
  "경제,&nbsp;", // line 9: no text after clean-up
  "\u200b,일곱", // line 10: no label after clean-up
].join("\n");

describe("readArticles", () => {
  it("yields title, body and label with the line that the row begins on", async () => {
    const text = 'date,title,body,category\n2026-01-02,제목,"본문, 둘째\r\n줄", 사회 \n';
    expect(await collectArticles(readArticles(sourceOf(text)))).toEqual([
      { article: { title: "제목", body: "본문, 둘째\r\n줄", label: "사회" }, line: 2 },
    ]);
  });

  it.each([1, 2, 3, 5, 65_536])("reads two columns without options in chunks of %d bytes", async (chunkSize) => {
    const text = '\ufeff"category","text"\r\n정치,"국회 ""본회의"", 열려"\r\n스포츠,😀 우승';
    expect(await collectArticles(readArticles(sourceOf(text, chunkSize)))).toEqual([
      { article: { title: "", body: '국회 "본회의", 열려', label: "정치" }, line: 2 },
      { article: { title: "", body: "😀 우승", label: "스포츠" }, line: 3 },
    ]);
  });

  it("counts every row that cannot be used and lists its line", async () => {
    const reader = readArticles(sourceOf(MIXED));
    expect((await collect(reader)).map(({ line }) => line)).toEqual([2, 5]);
    const counts = { nRows: 7, nUsable: 2, nBlankLines: 1 };
    expect(reader.summary()).toEqual({
      ...counts,
      rejected: [
        { reason: "empty-label", nRows: 2 },
        { reason: "wrong-column-count", nRows: 2 },
        { reason: "empty-text", nRows: 1 },
      ],
      sources: [
        {
          ...counts,
          source: "test.csv",
          format: "csv",
          encoding: "utf-8",
          delimiter: "comma",
          sha256: null,
          rejected: [
            { reason: "empty-label", nRows: 2, lines: [3, 10] },
            { reason: "wrong-column-count", nRows: 2, lines: [7, 8] },
            { reason: "empty-text", nRows: 1, lines: [9] },
          ],
        },
      ],
    });
  });

  it("lists no more lines than asked for and still counts all", async () => {
    const reader = readArticles(sourceOf(MIXED), { maxListedLines: 1 });
    await collect(reader);
    expect(reader.summary().sources[0]?.rejected[0]).toEqual({ reason: "empty-label", nRows: 2, lines: [3] });
  });

  it("hands rejected rows to the caller in the order of the file", async () => {
    const rows: RejectedRow[] = [];
    await collect(readArticles(sourceOf(MIXED), { onReject: (row) => rows.push(row) }));
    expect(rows.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      "3 empty-label",
      "7 wrong-column-count",
      "8 wrong-column-count",
      "9 empty-text",
      "10 empty-label",
    ]);
    expect(rows[2]).toMatchObject({ source: "test.csv", raw: "경제,다섯,여섯" });
  });

  it("gives labels that differ only in composition or surrounding space one name", async () => {
    const text = `label,text\n사회,a\n${" 사회 ".normalize("NFD")},b\n`;
    const labels = (await collect(readArticles(sourceOf(text)))).map(({ article }) => article.label);
    expect(labels).toEqual(["사회", "사회"]);
  });

  it("keeps values that are names of object members", async () => {
    const text = "__proto__,constructor\ntoString,valueOf\n";
    const reader = readArticles(sourceOf(text), { labelColumn: "__proto__", textColumn: "constructor" });
    expect(await collectArticles(reader)).toEqual([
      { article: { title: "", body: "valueOf", label: "toString" }, line: 2 },
    ]);
  });

  it.each([
    ["an empty file", ""],
    ["a byte order mark alone", "\ufeff"],
    ["blank lines alone", "\r\n\n  \n"],
    ["a header without rows", "category,text\n"],
  ])("rejects %s as DATASET_EMPTY", async (_title, text) => {
    const error = await errorOf(collect(readArticles(sourceOf(text))));
    expect(error).toMatchObject({ code: "DATASET_EMPTY", source: "test.csv" });
  });

  it("says why, when no row can be used", async () => {
    const error = await errorOf(collect(readArticles(sourceOf("category,text\n,a\nb\n,c\n"))));
    expect(error).toMatchObject({ code: "DATASET_NO_USABLE_ROW" });
    expect((error as Error).message).toBe(
      "test.csv: none of the 3 rows can be used: 2 × empty-label (first on line 2), 1 × wrong-column-count (first on line 3); check that the columns are the right ones",
    );
  });

  it("names line 2 of a header below a blank line that has no label column", async () => {
    const error = await errorOf(collect(readArticles(sourceOf("\ndate,text\n1,a\n"))));
    expect(error).toMatchObject({ code: "DATASET_COLUMN", line: 2 });
  });

  it("reads no further than it is asked to", async () => {
    let nRowsMade = 0;
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.from("label,text\n");
      for (; ; nRowsMade++) yield Buffer.from("a,b\n");
    }
    for await (const { line } of readArticles({ name: "endless", chunks: chunks(), isLive: true }))
      if (line === 1000) break;
    // Line 1 is the header; csv-parse looks ahead by one chunk at most.
    expect(nRowsMade).toBeLessThanOrEqual(1001);
  });

  describe("on files", () => {
    let folder = "";
    beforeEach(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-test-"));
    });
    afterEach(async () => {
      await rm(folder, { recursive: true });
    });

    it("reads a file by its path", async () => {
      const file = path.join(folder, "뉴스.csv");
      await writeFile(file, "category,text\n사회,하나\n");
      expect(await collectArticles(readArticles(file))).toHaveLength(1);
    });

    it("names a missing file", async () => {
      const file = path.join(folder, "none.csv");
      expect(await errorOf(collect(readArticles(file)))).toMatchObject({ code: "FILE_NOT_FOUND", path: file });
    });

    it("names a directory", async () => {
      expect(await errorOf(collect(readArticles(folder)))).toMatchObject({ code: "FILE_IS_DIRECTORY", path: folder });
    });

    it("reads a file in CP949 and says so", async () => {
      const file = path.join(folder, "excel.csv");
      // "category,text\n" has 14 bytes; then "사회" in CP949.
      await writeFile(file, Buffer.concat([Buffer.from("category,text\n"), Buffer.from([0xbb, 0xe7, 0xc8, 0xb8])]));
      const reader = readArticles(file, { labelColumn: "text", textColumn: "category" });
      expect(await errorOf(collect(reader))).toMatchObject({ code: "DATASET_NO_USABLE_ROW" });
      expect(reader.summary().sources).toMatchObject([{ encoding: "cp949" }]);
    });
  });
});

describe("readUnlabeledArticles", () => {
  it("needs no label column and reads none", async () => {
    const reader = readUnlabeledArticles(sourceOf("label,title\n,하나\n사회,\n"));
    expect(await collectArticles(reader)).toEqual([{ article: { title: "하나", body: "" }, line: 2 }]);
    expect(reader.summary().rejected).toEqual([{ reason: "empty-text", nRows: 1 }]);
  });

  it("has no articles where the file has a header only", async () => {
    expect(await collect(readUnlabeledArticles(sourceOf("text\n")))).toEqual([]);
  });

  it("rejects a file without a header", async () => {
    expect(await errorOf(collect(readUnlabeledArticles(sourceOf(""))))).toMatchObject({ code: "DATASET_EMPTY" });
  });
});
