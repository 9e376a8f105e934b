import { describe, expect, it } from "vitest";
import type { ByteSource } from "../../../src/io/files.js";
import { readDocuments } from "../../../src/io/read-documents.js";
import { collect, collectArticles, errorOf, sourceOf } from "./streams.js";

function input(text: string, chunkSize?: number): ByteSource {
  return sourceOf(text, chunkSize, "standard input");
}

describe("readDocuments", () => {
  it.each([1, 3, 65_536])("reads CSV that is known by its header, in chunks of %d bytes", async (chunkSize) => {
    const text = '\ufeff"제목","본문"\r\n하나,"둘\n셋"\r\n';
    expect(await collectArticles(readDocuments(input(text, chunkSize)))).toEqual([
      { article: { title: "하나", body: "둘\n셋" }, line: 2 },
    ]);
  });

  it.each([1, 3, 65_536])("reads lines otherwise, empty ones included, in chunks of %d bytes", async (chunkSize) => {
    const reader = readDocuments(input("한국은행, 금리 동결\r\n\n끝", chunkSize));
    expect(await collectArticles(reader)).toEqual([
      { article: { title: "한국은행, 금리 동결", body: "" }, line: 1 },
      { article: { title: "", body: "" }, line: 2 },
      { article: { title: "끝", body: "" }, line: 3 },
    ]);
    expect(reader.summary()).toMatchObject({ nRows: 3, nUsable: 3, nBlankLines: 0, rejected: [] });
  });

  it("reads CSV where a column is named", async () => {
    expect(await collectArticles(readDocuments(input("기사문\n하나\n"), { textColumn: "기사문" }))).toEqual([
      { article: { title: "", body: "하나" }, line: 2 },
    ]);
  });

  it("takes a name ending in .csv at its word and asks for the column", async () => {
    const error = await errorOf(collect(readDocuments(sourceOf("기사문\n하나\n", 65_536, "news.CSV"))));
    expect(error).toMatchObject({ code: "DATASET_COLUMN" });
  });

  it("tells the rejected rows of CSV", async () => {
    const reader = readDocuments(input("text,label\na,b\nc\n"));
    await collect(reader);
    expect(reader.summary()).toMatchObject({
      nRows: 2,
      nUsable: 1,
      sources: [{ rejected: [{ reason: "wrong-column-count", lines: [3] }] }],
    });
  });

  it("has no documents in empty input", async () => {
    expect(await collectArticles(readDocuments(input("")))).toEqual([]);
  });

  it("closes the source when the caller stops early or the header is wrong", async () => {
    for (const start of ["text\na\nb\n", "line\nline\n", "text,text\n"]) {
      let isClosed = false;
      async function* chunks(): AsyncGenerator<Uint8Array, void> {
        try {
          for (;;) yield Buffer.from(start);
        } finally {
          isClosed = true;
        }
      }
      const reading = (async () => {
        for await (const { line } of readDocuments({ name: "endless", chunks: chunks() })) if (line >= 2) break;
      })();
      await reading.catch(() => undefined);
      expect(isClosed, start).toBe(true);
    }
  });
});
