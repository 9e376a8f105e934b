import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.js";
import { readJsonText } from "../../../src/io/read-json-text.js";

let file = "";
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(os.tmpdir(), "newsclf-json-")), "a.json");
});
afterAll(async () => {
  await rm(path.dirname(file), { recursive: true });
});

const read = (): Promise<string> => readJsonText(file, (problem) => new ConfigError({ source: "a.json" }, problem));

describe("readJsonText", () => {
  it("returns the text without its byte order mark", async () => {
    await writeFile(file, '\ufeff{"경제": 1}');
    expect(await read()).toBe('{"경제": 1}');
  });

  it("refuses other bytes than UTF-8", async () => {
    await writeFile(file, Buffer.of(0x22, 0xb0, 0x22));
    await expect(read()).rejects.toThrow("a.json: is not in UTF-8; save it as UTF-8");
  });

  it("reads no further than 16 MiB", async () => {
    await writeFile(file, "[");
    await truncate(file, 2 ** 24);
    expect(await read()).toHaveLength(2 ** 24);
    // 64 GiB on paper, which nobody could hold.
    await truncate(file, 2 ** 36);
    await expect(read()).rejects.toThrow("a.json: has more than 16777216 bytes");
  });

  it("says when the file is not there", async () => {
    await rm(file);
    await expect(read()).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});
