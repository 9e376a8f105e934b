import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readZip, writeZip } from "../../../src/io/zip.js";
import { errorOf } from "./streams.js";

const ENTRIES = [
  { name: "a.xml", content: Buffer.from("<가/>") },
  { name: "폴더/b.xml", content: Buffer.from("") },
];
const all = () => true;

/** An archive of one deflated file, whose list may lie about its sizes. */
function deflated(content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const archive = writeZip([{ name: "a", content: packed }]);
  // Method 8 in the local header and, behind the data, in the list.
  archive.writeUInt16LE(8, 8);
  archive.writeUInt16LE(8, 30 + 1 + packed.length + 10);
  return archive;
}

describe("readZip", () => {
  it("reads what writeZip wrote, and of that what is wanted", async () => {
    const archive = writeZip(ENTRIES);
    expect(await readZip(archive, all, 100)).toEqual(ENTRIES);
    expect(await readZip(archive, (name) => name === "a.xml", 100)).toEqual([ENTRIES[0]]);
    expect(await readZip(writeZip([]), all, 0)).toEqual([]);
  });

  it("reads deflated files", async () => {
    const content = Buffer.from("금리 ".repeat(1000));
    expect(await readZip(deflated(content), all, content.length)).toEqual([{ name: "a", content }]);
  });

  it("stops at the limit, whatever the archive says of its sizes", async () => {
    // 64 MiB of one letter, some 64 KiB deflated.
    const bomb = deflated(Buffer.alloc(64 * 1024 * 1024, 97));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await errorOf(readZip(bomb, all, 1_000_000))) as Error).toMatchObject({
      message: "it holds more than 1000000 bytes",
    });
    // 6 bytes of the first file, 0 of the second.
    expect(await errorOf(readZip(writeZip(ENTRIES), all, 5))).toMatchObject({ message: "it holds more than 5 bytes" });
  });

  it("ends in an error, never in wrong content, at every cut and with any byte of the headers changed", async () => {
    const archive = writeZip(ENTRIES);
    for (let length = 0; length < archive.length; length++) {
      await errorOf(readZip(archive.subarray(0, length), all, 100));
    }
    for (let place = 0; place < archive.length; place++) {
      const changed = Buffer.from(archive);
      changed[place] = (changed[place] as number) ^ 0xff;
      const entries = await readZip(changed, all, 100).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Error);
        return [];
      });
      expect(entries.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(100);
    }
  });
});
