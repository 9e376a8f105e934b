import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDictionary, readDictionary } from "../../../src/io/dictionary-file.js";
import { parseDictionaryHeader } from "../../../src/morph/dictionary-format.js";

const PACKAGED = resolve(import.meta.dirname, "../../../assets/mecab-ko-dic.bin");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "newsclf-dictionary-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("loadDictionary", () => {
  it("reads the package's dictionary once and shares it", async () => {
    const [first, second] = await Promise.all([loadDictionary(), loadDictionary()]);
    expect(second).toBe(first);
    expect(first.nWords).toBe(816_283);
  });
});

describe("readDictionary", () => {
  it("names a missing file and the command that makes it", async () => {
    const path = join(folder, "none.bin");
    await expect(readDictionary(path)).rejects.toMatchObject({ name: "FileError", code: "FILE_NOT_FOUND", path });
    await expect(readDictionary(path)).rejects.toThrow("npm run build");
  });

  it("reports a folder as a file that cannot be read", async () => {
    await expect(readDictionary(folder)).rejects.toMatchObject({ name: "FileError", code: "FILE_IS_DIRECTORY" });
  });

  it("reads features, which lie in a part that is decompressed later", async () => {
    const dictionary = await readDictionary(PACKAGED);
    const [wordId] = dictionary.wordIds("국회");
    expect(dictionary.features(wordId!)).toMatchObject({ tag: "NNG", reading: "국회" });
  });

  it("names the section that is damaged, also one that is decompressed in another thread", async () => {
    const bytes = await readFile(PACKAGED);
    for (const name of ["labels", "nodes", "words", "connections"]) {
      const { offset, storedBytes } = parseDictionaryHeader(bytes).sections.find((section) => section.name === name)!;
      const damaged = Buffer.from(bytes);
      damaged[offset + (storedBytes >> 1)]! ^= 0x55;
      const path = join(folder, `${name}.bin`);
      await writeFile(path, damaged);
      await expect(readDictionary(path), name).rejects.toThrow(`section ${name} `);
    }
  });

  it("reports other bytes as a damaged dictionary", async () => {
    const path = join(folder, "text.bin");
    await writeFile(path, "이것은 사전이 아니다. 아무 글이나 담은 파일이다.");
    await expect(readDictionary(path)).rejects.toMatchObject({ name: "ModelFormatError", code: "DICTIONARY_FORMAT" });
  });
});
