import { describe, expect, it } from "vitest";
import { DatasetError } from "../../../src/errors.js";
import { decodeText } from "../../../src/io/decode-text.js";
import { collect, errorOf, sourceOf } from "./streams.js";

const CHUNK_SIZES = [1, 2, 3, 4, 5, 7, 65_536];

async function decode(bytes: string | Uint8Array, chunkSize?: number): Promise<string> {
  return (await collect(decodeText(sourceOf(bytes, chunkSize)))).join("");
}

describe("decodeText", () => {
  it.each(CHUNK_SIZES)("joins characters that chunks of %d bytes split", async (chunkSize) => {
    const text = "é가\r\n힣😀,끝\u2028\u0000";
    expect(await decode(text, chunkSize)).toBe(text);
  });

  it.each(CHUNK_SIZES)("removes the byte order mark in chunks of %d bytes, only at the start", async (chunkSize) => {
    expect(await decode("\ufeff가\ufeff나", chunkSize)).toBe("가\ufeff나");
    expect(await decode("\ufeff", chunkSize)).toBe("");
    expect(await decode("", chunkSize)).toBe("");
    expect(await decode("a", chunkSize)).toBe("a");
  });

  it.each(CHUNK_SIZES)(
    "names line and offset of the first byte that is not UTF-8 in chunks of %d bytes",
    async (chunkSize) => {
      // "가\r\n나\n" takes 3 + 2 + 3 + 1 = 9 bytes; CP949 B0 A1 ("가") follows on line 3.
      const bytes = Buffer.concat([Buffer.from("가\r\n나\n"), Buffer.from([0xb0, 0xa1])]);
      const error = await errorOf(decode(bytes, chunkSize));
      expect(error).toBeInstanceOf(DatasetError);
      expect(error).toMatchObject({ code: "DATASET_ENCODING", line: 3, source: "test.csv" });
      expect((error as Error).message).toBe(
        'test.csv:3: byte 0xB0 at offset 9 is not UTF-8; save the file as UTF-8 (in Excel: "CSV UTF-8")',
      );
    },
  );

  it.each([
    ["a character cut off by the end", [0x61, 0xea, 0xb0], 1],
    ["a surrogate", [0xed, 0xa0, 0x80], 0],
    ["an overlong form", [0x61, 0x0a, 0xc0, 0x80], 2],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
    ["a byte that begins nothing", [0x61, 0x62, 0xff], 2],
    ["a lone continuation", [0x80, 0x80, 0x80, 0x80, 0x80], 0],
  ])("rejects %s", async (_title, bytes, offset) => {
    for (const chunkSize of CHUNK_SIZES) {
      const error = await errorOf(decode(new Uint8Array(bytes), chunkSize));
      expect((error as Error).message).toContain(`at offset ${offset} is not UTF-8`);
    }
  });

  it("counts a lone carriage return as a line end", async () => {
    expect(await errorOf(decode(Buffer.concat([Buffer.from("a\rb\r\n\rc"), Buffer.from([0xff])])))).toMatchObject({
      line: 4,
    });
  });

  it.each([
    ["UTF-16LE", [0xff, 0xfe, 0x00, 0xac]],
    ["UTF-16BE", [0xfe, 0xff, 0xac, 0x00]],
    ["UTF-16LE", [0xff, 0xfe]],
  ])("names %s by its byte order mark", async (encoding, bytes) => {
    for (const chunkSize of CHUNK_SIZES) {
      const error = await errorOf(decode(new Uint8Array(bytes), chunkSize));
      expect(error).toMatchObject({ code: "DATASET_ENCODING", line: 1 });
      expect((error as Error).message).toContain(encoding);
      expect((error as Error).message).toContain("save the file as UTF-8");
    }
  });
});
