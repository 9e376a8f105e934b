import { describe, expect, it } from "vitest";
import { DatasetError } from "../../../src/errors.js";
import { type CsvRecord, MAX_RECORD_LENGTH, parseCsv } from "../../../src/io/csv.js";
import { decodeText } from "../../../src/io/decode-text.js";
import { collect, errorOf, sourceOf } from "./streams.js";

const CHUNK_SIZES = [1, 2, 3, 65_536];

async function parse(text: string, chunkSize?: number): Promise<(readonly [number, ...string[]])[]> {
  const records = await collect(parseCsv(decodeText(sourceOf(text, chunkSize)), "test.csv"));
  return records.map(({ fields, line }) => [line, ...fields]);
}

describe.each(CHUNK_SIZES)("parseCsv in chunks of %d bytes", (chunkSize) => {
  it("numbers records by the line they begin on, also after line breaks inside quotes", async () => {
    const text = '분류,본문\r\n사회,"첫 줄\r\n둘째 줄\n셋째 줄\r넷째 줄"\r\n경제,끝\r\n';
    expect(await parse(text, chunkSize)).toEqual([
      [1, "분류", "본문"],
      [2, "사회", "첫 줄\r\n둘째 줄\n셋째 줄\r넷째 줄"],
      [6, "경제", "끝"],
    ]);
  });

  it("reads doubled quotes, empty fields and quoted commas", async () => {
    expect(await parse('"a ""b"" c",,"","1,000"\n', chunkSize)).toEqual([[1, 'a "b" c', "", "", "1,000"]]);
  });

  it("ends records at any line end in any mixture", async () => {
    expect(await parse("a\nb\r\nc\rd", chunkSize)).toEqual([
      [1, "a"],
      [2, "b"],
      [3, "c"],
      [4, "d"],
    ]);
  });

  it("keeps blank lines and rows of any length", async () => {
    expect(await parse("a,b\n\n1\n1,2,3\n", chunkSize)).toEqual([
      [1, "a", "b"],
      [2, ""],
      [3, "1"],
      [4, "1", "2", "3"],
    ]);
  });

  it("needs no line end after the last record", async () => {
    expect(await parse('a,"b"', chunkSize)).toEqual([[1, "a", "b"]]);
    expect(await parse("a,", chunkSize)).toEqual([[1, "a", ""]]);
    expect(await parse("", chunkSize)).toEqual([]);
  });

  it("removes a byte order mark before a quoted header", async () => {
    expect(await parse('\ufeff"text","label"\n', chunkSize)).toEqual([[1, "text", "label"]]);
  });

  it.each([
    ["a quote that is never closed", 'a,b\n1,2\n3,"4\n5,6\n', 3, 2, "is never closed"],
    ["text behind a closing quote", 'a,b\n"속보" 삼성,2\n', 2, 1, "text follows a closing quote"],
    ["a quote inside an unquoted field", 'a,"b\r\nc"\n1,삼성 "속보"\n', 3, 2, "not quoted"],
  ])("names line and field of %s", async (_title, text, line, column, message) => {
    const error = await errorOf(parse(text, chunkSize));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: "DATASET_SYNTAX", source: "test.csv", line, column });
    expect((error as Error).message).toContain(message);
  });

  it("yields the records before a fault", async () => {
    const records: CsvRecord[] = [];
    const reading = (async () => {
      for await (const record of parseCsv(decodeText(sourceOf('a,b\n1,2\n"3"x,4\n', chunkSize)), "f"))
        records.push(record);
    })();
    expect(await errorOf(reading)).toMatchObject({ code: "DATASET_SYNTAX" });
    expect(records.map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe("parseCsv", () => {
  it("stops at a record longer than the limit instead of filling the memory", async () => {
    let nPieces = 0;
    async function* pieces(): AsyncGenerator<string, void> {
      yield 'a,b\n1,"';
      for (; ; nPieces++) yield "x".repeat(1024 * 1024);
    }
    expect(await errorOf(collect(parseCsv(pieces(), "f")))).toMatchObject({ code: "DATASET_SYNTAX", line: 2 });
    // The limit is 16 MiB, so the 17th piece of 1 MiB is one too many (numbered from 0).
    expect(nPieces).toBe(MAX_RECORD_LENGTH / (1024 * 1024));
  });

  it("closes the source when the caller stops early", async () => {
    let isClosed = false;
    async function* pieces(): AsyncGenerator<string, void> {
      try {
        for (;;) yield "a\n";
      } finally {
        isClosed = true;
      }
    }
    for await (const record of parseCsv(pieces(), "f")) if (record.line === 3) break;
    expect(isClosed).toBe(true);
  });
});
