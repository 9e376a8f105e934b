import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { MAX_RECORD_LENGTH } from "../../../src/io/csv.js";
import { fromStream } from "../../../src/io/files.js";
import { readLines, splitLines } from "../../../src/io/read-lines.js";
import { collect, errorOf, sourceOf } from "./streams.js";

describe("readLines", () => {
  it.each([1, 2, 3, 65_536])("splits at \\n and \\r\\n only, in chunks of %d bytes", async (chunkSize) => {
    const text = "\ufeff첫째\r\n둘\u2028째\u0085\rx\n\n끝";
    expect(await collect(readLines(sourceOf(text, chunkSize)))).toEqual(["첫째", "둘\u2028째\u0085\rx", "", "끝"]);
  });

  it("begins no line after a line break at the end", async () => {
    expect(await collect(readLines(sourceOf("a\n")))).toEqual(["a"]);
    expect(await collect(readLines(sourceOf("\n")))).toEqual([""]);
    expect(await collect(readLines(sourceOf("")))).toEqual([]);
  });

  it("reads a stream such as standard input", async () => {
    const stream = Readable.from([Buffer.from("가\n"), Buffer.from("나")]);
    expect(await collect(readLines(fromStream("standard input", stream)))).toEqual(["가", "나"]);
  });

  it("takes a chunk from the source only when a line is asked for", async () => {
    let nChunks = 0;
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        nChunks++;
        yield Buffer.from("a\nb\nc\n");
      }
    }
    const lines = readLines({ name: "endless", chunks: chunks(), isLive: true });
    for (let i = 0; i < 3; i++) await lines.next();
    expect(nChunks).toBe(1);
    await lines.next();
    expect(nChunks).toBe(2);
    await lines.return();
  });

  it("names the line and offset of a byte that is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from("가\n"), Buffer.from([0xc7, 0xff])]);
    expect(await errorOf(collect(readLines(sourceOf(bytes))))).toMatchObject({ code: "DATASET_ENCODING", line: 2 });
  });

  it("names a missing file", async () => {
    const error = await errorOf(collect(readLines("no-such-folder/texts.txt")));
    expect(error).toMatchObject({ code: "FILE_NOT_FOUND", path: "no-such-folder/texts.txt" });
  });
});

describe("splitLines", () => {
  it("stops at a line longer than the limit instead of filling the memory", async () => {
    let nPieces = 0;
    async function* pieces(): AsyncGenerator<string, void> {
      yield "a\n";
      for (; ; nPieces++) yield "x".repeat(1024 * 1024);
    }
    expect(await errorOf(collect(splitLines(pieces(), "f")))).toMatchObject({ code: "DATASET_SYNTAX", line: 2 });
    // Pieces of 1 MiB numbered from 0: number 16 is the first beyond 16 Mi characters.
    expect(nPieces).toBe(MAX_RECORD_LENGTH / (1024 * 1024));
  });
});
