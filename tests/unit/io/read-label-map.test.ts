import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLabelMap } from "../../../src/io/read-label-map.js";
import { errorOf } from "./streams.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "newsclf-map-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(content: string): Promise<[string, string][]> {
  const file = path.join(folder, "map");
  await writeFile(file, content);
  return [...(await readLabelMap(file))];
}

const TOPICS = [
  ["0", "IT과학"],
  ["1", "경제"],
];

describe("readLabelMap", () => {
  it.each([
    ["CSV with a header", "value,name\n0,IT과학\n1,경제\n"],
    ["CSV with the columns the other way round", "topic,topic_idx\nIT과학,0\n경제,1\n"],
    ["CSV without a header", "0,IT과학\n1,경제\n"],
    ["TSV", "번호\t라벨\n0\tIT과학\n\n1\t경제\n"],
    ["a JSON object", '{"0": "IT과학", "1": " 경제 "}'],
    ["a JSON list", '[\n"IT과학", "경제"]'],
  ])("reads %s", async (_, content) => {
    expect(await read(content)).toEqual(TOPICS);
  });

  it.each([
    ["", ":.* is empty; give two columns"],
    ["0\n1\n", ":1: the row has one column"],
    ["0,경제\n0,정치\n", ':2: "0" has two names'],
    ["0,\n", ':1: "0" stands for ""; both must be texts'],
    ['{"0": 1}', '"0" stands for 1; both must be texts'],
    ['{"0": ', ":1:7: is not JSON: expected a value; found the end; give two columns"],
    ['{"0": "가",\n"1":\n"나", "0": "다"}', ':3:6: has the key "0" twice'],
    ['["가",\n 3]', ":2: 1 stands for 3; both must be texts"],
    [Array.from({ length: 100_001 }, (_, i) => `${i},가`).join("\n"), ":100001: there are more than 100000 entries"],
    [`["가"${" ".repeat(2 ** 24)}]`, "has more than 16777216 characters"],
    ["{}", "is empty"],
  ])("refuses %.40j", async (content, message) => {
    const error = await errorOf(read(content));
    expect(error).toMatchObject({ code: "LABEL_MAP" });
    expect((error as Error).message).toMatch(new RegExp(message));
  });
});
