import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromStream } from "../../../src/io/files.js";
import { hashSource } from "../../../src/io/hash-source.js";
import { readArticles } from "../../../src/io/read-articles.js";

const CSV = "title,label\n금리 동결,경제\n";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "newsclf-hash-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function* bytesOf(...chunks: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

describe("hashSource", () => {
  it("passes the bytes on and gives their SHA-256 at the end, not before", async () => {
    const hashes: string[] = [];
    const source = hashSource(fromStream("a", bytesOf("a", "bc")), (sha256) => hashes.push(sha256));
    let text = "";
    for await (const chunk of source.chunks) {
      expect(hashes).toEqual([]);
      text += Buffer.from(chunk).toString();
    }
    expect(text).toBe("abc");
    // FIPS 180-2, appendix B.1.
    expect(hashes).toEqual(["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]);
  });
});

describe("readArticles", () => {
  const hashOf = async (name: string, bytes: Uint8Array | string, hashesFiles: boolean): Promise<string | null> => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    const reader = readArticles(file, { hashesFiles });
    for await (const { article } of reader) expect(article.label).toBe("경제");
    return reader.summary().sources[0]?.sha256 ?? null;
  };

  it("gives the hash of the bytes in the file, compressed as they are, where it is asked for", async () => {
    const packed = gzipSync(CSV);
    for (const [name, bytes] of [["a.csv", CSV] as const, ["a.csv.gz", packed] as const]) {
      expect(await hashOf(name, bytes, true)).toBe(createHash("sha256").update(bytes).digest("hex"));
      expect(await hashOf(name, bytes, false)).toBeNull();
    }
  });
});
