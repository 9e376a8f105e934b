import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { DatasetError } from "../../../src/errors.js";
import { decodeText } from "../../../src/io/decode-text.js";
import { ENCODINGS, type Encoding } from "../../../src/options/input-options.js";
import { collect, errorOf, sourceOf } from "./streams.js";

const CHUNK_SIZES = [1, 2, 3, 4, 5, 7, 65_536];
const REMEDY = 'name the encoding with --encoding (encoding), or save the file as UTF-8 (in Excel: "CSV UTF-8")';

interface Result {
  readonly text: string;
  readonly found: readonly Encoding[];
}

async function decode(
  bytes: string | Uint8Array,
  chunkSize?: number,
  encoding: Encoding | "auto" = "auto",
  isLive = false,
): Promise<Result> {
  const found: Encoding[] = [];
  const onEncoding = (choice: Encoding) => found.push(choice);
  const source = { ...sourceOf(bytes, chunkSize), isLive };
  return { text: (await collect(decodeText(source, { encoding, onEncoding }))).join(""), found };
}

const encode = (text: string, encoding: Encoding) => iconv.encode(text, encoding);

/** All precomposed syllables, U+AC00 to U+D7A3, 100 a line as CSV has them. */
const SYLLABLES = Array.from({ length: 11_172 }, (_, i) => String.fromCharCode(0xac00 + i)).join("");
const SYLLABLE_TABLE = `text,label\n${(SYLLABLES.match(/.{1,100}/g) ?? []).map((line) => `${line},1\r\n`).join("")}`;

describe("decodeText", () => {
  describe.each(ENCODINGS)("of %s", (encoding) => {
    it.each([...CHUNK_SIZES, 1021])("reads back all 11,172 syllables in chunks of %d bytes", async (chunkSize) => {
      const bytes = encode(SYLLABLE_TABLE, encoding);
      expect(await decode(bytes, chunkSize)).toEqual({ text: SYLLABLE_TABLE, found: [encoding] });
      expect((await decode(bytes, chunkSize, "auto", true)).text).toBe(SYLLABLE_TABLE);
      expect((await decode(bytes, chunkSize, encoding)).text).toBe(SYLLABLE_TABLE);
    });

    it.each(CHUNK_SIZES)("joins characters that chunks of %d bytes split", async (chunkSize) => {
      // CP949 has no emoji and no U+2028.
      const text = encoding === "cp949" ? "한\r\n글,똠방각하 漢字 “…”" : "é가\r\n힣😀,끝\u2028漢";
      expect(await decode(encode(text, encoding), chunkSize)).toEqual({ text, found: [encoding] });
    });
  });

  it.each(["utf-8", "utf-16le", "utf-16be"] as const)(
    "reads back all 11,172 syllables behind the byte order mark of %s",
    async (encoding) => {
      const bytes = encode(`\ufeff${SYLLABLE_TABLE}`, encoding);
      for (const chunkSize of [...CHUNK_SIZES, 1021]) {
        expect(await decode(bytes, chunkSize)).toEqual({ text: SYLLABLE_TABLE, found: [encoding] });
        expect((await decode(bytes, chunkSize, encoding)).text).toBe(SYLLABLE_TABLE);
      }
    },
  );

  it.each(CHUNK_SIZES)("removes the byte order mark in chunks of %d bytes, only at the start", async (chunkSize) => {
    for (const encoding of ["utf-8", "utf-16le", "utf-16be"] as const) {
      const bytes = encode("\ufeff가\ufeff나", encoding);
      expect(await decode(bytes, chunkSize)).toEqual({ text: "가\ufeff나", found: [encoding] });
      expect((await decode(encode("\ufeff", encoding), chunkSize)).text).toBe("");
    }
    expect((await decode("", chunkSize)).text).toBe("");
    expect((await decode("a", chunkSize)).text).toBe("a");
  });

  it.each(CHUNK_SIZES)(
    "decides at the first byte beyond ASCII, however late, in chunks of %d bytes",
    async (chunkSize) => {
      // Longer than the 64 KiB that are looked at.
      const ascii = "text,label\n".repeat(7000);
      for (const encoding of ["utf-8", "cp949"] as const) {
        const text = `${ascii}한글\n${ascii}끝`;
        const result = await decode(encode(text, encoding), chunkSize * 1009);
        expect(result.found).toEqual([encoding]);
        expect(result.text === text).toBe(true);
      }
    },
  );

  it("chooses the same however the bytes are cut", async () => {
    // C7 A5 is 표 in CP949 and ǥ in UTF-8; the 통 (C5 EB) on the next line is not UTF-8.
    const bytes = encode("표\n통계\n", "cp949");
    for (const chunkSize of CHUNK_SIZES) expect((await decode(bytes, chunkSize)).text).toBe("표\n통계\n");
    // Live, the first line is all there is to judge by.
    for (const chunkSize of CHUNK_SIZES) {
      const error = await errorOf(decode(bytes, chunkSize, "auto", true));
      expect((error as Error).message).toBe(
        `test.csv:2: byte 0xC5 at offset 3 is not UTF-8, as the text before it is; ${REMEDY}`,
      );
      expect((await decode(bytes, chunkSize, "cp949", true)).text).toBe("표\n통계\n");
    }
  });

  it("gives a live source's line before the next one comes", async () => {
    let nLines = 0;
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        nLines++;
        yield Buffer.from(`줄 ${nLines}\n`);
      }
    }
    const pieces = decodeText({ name: "live", chunks: chunks(), isLive: true });
    expect((await pieces.next()).value).toBe("줄 1\n");
    expect(nLines).toBe(1);
    await pieces.return();
  });

  it("keeps NUL characters of UTF-8 and CP949", async () => {
    for (const encoding of ["utf-8", "cp949"] as const) {
      const text = "제목,\u0000본문\n한국은행이 금리를\u0000 동결했다,경제\n";
      expect(await decode(encode(text, encoding))).toEqual({ text, found: [encoding] });
    }
    expect((await decode("a\u0000b,c\n")).text).toBe("a\u0000b,c\n");
  });

  it.each(CHUNK_SIZES)("names line and offset of the first bad byte in chunks of %d bytes", async (chunkSize) => {
    // "가\r\n나\n" takes 3 + 2 + 3 + 1 = 9 bytes; CP949 B0 A1 ("가") follows on line 3. EA B0 is a character of CP949, 80 0D is none.
    const bytes = Buffer.concat([Buffer.from("가\r\n나\n"), Buffer.from([0xb0, 0xa1])]);
    const error = await errorOf(decode(bytes, chunkSize));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: "DATASET_ENCODING", line: 3, source: "test.csv" });
    expect((error as Error).message).toBe(
      `test.csv:3: byte 0xB0 at offset 9 is not UTF-8, and byte 0x80 at offset 2 is not CP949; ${REMEDY}`,
    );
  });

  it.each<readonly [string, Encoding, readonly number[], number]>([
    ["a character cut off by the end", "utf-8", [0x61, 0xea, 0xb0], 1],
    ["a surrogate", "utf-8", [0xed, 0xa0, 0x80], 0],
    ["an overlong form", "utf-8", [0x61, 0x0a, 0xc0, 0x80], 2],
    ["a code point above U+10FFFF", "utf-8", [0xf4, 0x90, 0x80, 0x80], 0],
    ["a byte that begins nothing", "utf-8", [0x61, 0x62, 0xff], 2],
    ["a lone continuation", "utf-8", [0x80, 0x80, 0x80, 0x80, 0x80], 0],
    ["a first half cut off by the end", "cp949", [0x61, 0xb0], 1],
    ["a first half before a line end", "cp949", [0xb0, 0xa1, 0xb0, 0x0a, 0x61], 2],
    ["a pair without a character", "cp949", [0x61, 0xc9, 0xa1], 1],
    ["a byte that begins nothing", "cp949", [0x61, 0xff, 0xb0, 0xa1], 1],
    ["half a unit", "utf-16le", [0x00, 0xac, 0x61], 2],
    ["a lone first surrogate", "utf-16le", [0x61, 0x00, 0x3d, 0xd8, 0x61, 0x00], 2],
    ["a lone second surrogate", "utf-16be", [0x00, 0x61, 0xdc, 0x00, 0x00, 0x61], 2],
    ["a first surrogate cut off by the end", "utf-16be", [0x00, 0x61, 0xd8, 0x3d], 2],
  ])("rejects %s of %s", async (_title, encoding, bytes, offset) => {
    for (const chunkSize of CHUNK_SIZES) {
      const error = await errorOf(decode(new Uint8Array(bytes), chunkSize, encoding));
      expect((error as Error).message).toContain(`at offset ${offset} is not `);
      expect((error as Error).message).toContain(`; ${REMEDY}`);
    }
  });

  it("yields what stands before a fault", async () => {
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of decodeText(sourceOf(Buffer.from([0x61, 0x0a, 0xff])), { encoding: "utf-8" }))
        pieces.push(piece);
    })();
    expect(await errorOf(reading)).toMatchObject({ code: "DATASET_ENCODING", line: 2 });
    expect(pieces.join("")).toBe("a\n");
  });

  it("counts a lone carriage return as a line end", async () => {
    expect(await errorOf(decode(Buffer.concat([Buffer.from("a\rb\r\n\rc"), Buffer.from([0xff])])))).toMatchObject({
      line: 4,
    });
  });

  it("refuses an encoding that the byte order mark contradicts", async () => {
    for (const chunkSize of CHUNK_SIZES) {
      const error = await errorOf(decode(encode("\ufeff가", "utf-16le"), chunkSize, "cp949"));
      expect((error as Error).message).toBe(
        "test.csv:1: the byte order mark at offset 0 says UTF-16LE, not CP949; leave out --encoding (encoding)",
      );
    }
  });
});
