/** Files as newsrooms have them, on the command line: encodings, formats, several files, bad rows, labels. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import iconv from "iconv-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, TINY_CORPUS, TINY_TRAINING, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();
let corpus = "";

beforeAll(async () => {
  corpus = await readFile(TINY_CORPUS, "utf8");
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(inFolder(name), content);
  return inFolder(name);
}

const evaluate = (...argv: readonly string[]) => runCli(["evaluate", inFolder("tiny.newsclf"), ...argv]);
const classify = (...argv: readonly string[]) => runCli(["classify", "-m", inFolder("tiny.newsclf"), ...argv]);

describe("encodings", () => {
  it.each([
    ["cp949", "CP949"],
    ["utf-16le", "UTF-16LE"],
    ["utf-16be", "UTF-16BE"],
  ])("%s is found out, said, and read as UTF-8 is", async (encoding, name) => {
    const csv = await write(`${encoding}.csv`, iconv.encode(corpus, encoding));
    const plain = await evaluate(TINY_CORPUS);
    expect(await evaluate(csv)).toEqual({
      exitCode: 0,
      stdout: plain.stdout.replaceAll(TINY_CORPUS, csv),
      stderr: `${csv}: read as ${name}\n`,
    });
    expect((await evaluate(csv, "--encoding", encoding)).stderr).toBe(`${csv}: read as ${name}\n`);
    const wrong = await evaluate(csv, "--encoding", "utf-8");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toMatch(/^newsclf: .*: byte 0x/);
  });

  it("hold for tokenize, too", async () => {
    const text = await write("cp949.txt", iconv.encode("금리를 동결했다\n", "cp949"));
    const plain = await runCli(["tokenize", "--text", "금리를 동결했다"]);
    expect(await runCli(["tokenize", text])).toEqual({ ...plain, stderr: `${text}: read as CP949\n` });
    expect((await runCli(["tokenize", "--encoding", "utf-8", text])).exitCode).toBe(1);
  });
});

describe("several files", () => {
  it("train one model: the same as from one file with all rows", async () => {
    const [header = "", ...rows] = corpus.trimEnd().split("\n");
    await write("part-1.csv", `${[header, ...rows.slice(0, 10)].join("\n")}\n`);
    await write("part-2.csv.gz", gzipSync(`${[header, ...rows.slice(10)].join("\n")}\n`));
    const pattern = inFolder("part-*");
    const places = ["-o", inFolder("parts.newsclf"), "--report", inFolder("parts")];
    const result = await runCli(["train", pattern, ...places, ...TINY_TRAINING, "--validation-fraction", "0"]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stderr).toContain(`${pattern}: 24 articles\n`);
    expect(await readFile(inFolder("parts.newsclf"))).toEqual(await readFile(inFolder("tiny.newsclf")));
  });

  it("are classified in order, each row on its line", async () => {
    const first = await write("first.csv", "제목;본문\n금리 인상;대출\n;\n");
    const second = await write("second.ndjson", '{"title":"결승 경기 승리","body":""}\n');
    const { exitCode, stdout, stderr } = await classify(first, second);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["경제", "-", "스포츠", ""]);
    expect(stderr).toBe(
      `${first}: fields are separated by semicolons\n${first}: left out 1 of 2 rows, which have no text: line 3\n`,
    );
  });

  it("a pattern without a file is an error that names it", async () => {
    const pattern = inFolder("none-*.csv");
    expect(await evaluate(pattern)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `newsclf: ${pattern}: no file matches this pattern; check it\n`,
    });
  });
});

describe("bad rows", () => {
  const content = '제목,본문,분류\n금리 인상,대출,경제\n속보 "금리",대출,경제\n여야 합의,,정치\n결승,,\n';

  it("are collected in a file, with line, reason and the row itself", async () => {
    const csv = await write("bad.csv", content);
    const flags = ["--on-bad-row", "collect", "--rejects", inFolder("rejects.csv")];
    const { exitCode, stderr } = await evaluate(csv, ...flags);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      `${csv}: left out 1 of 4 rows, which cannot be read: line 3\n${csv}: left out 1 of 4 rows, which have no label: line 5\n`,
    );
    expect(await readFile(inFolder("rejects.csv"), "utf8")).toBe(
      `source,line,reason,row\n"${csv}",3,broken-row,"속보 ""금리"",대출,경제"\n"${csv}",5,empty-label,"결승,,"\n`,
    );
  });

  it("leave no file of rejects behind when the run fails", async () => {
    const csv = await write("bad.csv", content);
    const flags = ["--on-bad-row", "collect", "--rejects", inFolder("never.csv"), "--label-column", "부서"];
    expect((await evaluate(csv, ...flags)).exitCode).toBe(1);
    expect((await readdir(inFolder())).filter((name) => /never|\.tmp/.test(name))).toEqual([]);
    const nowhere = inFolder("no", "rejects.csv");
    const { exitCode, stderr } = await evaluate(csv, "--on-bad-row", "collect", "--rejects", nowhere);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `newsclf: ${nowhere}: cannot be created, its folder does not exist; check the path\n`,
    });
  });

  it("end the run where asked to", async () => {
    const csv = await write("bad.csv", content);
    expect((await evaluate(csv)).stderr).toContain(`newsclf: ${csv}:3:1: a quote stands inside a field`);
    const ragged = await write("ragged.csv", "제목,분류\n금리,경제\n여야\n");
    const { exitCode, stderr } = await evaluate(ragged, "--on-bad-row", "fail");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`newsclf: ${ragged}:3: the row has another number of columns than the header`);
  });

  it("need a file to be collected in, and the file them", async () => {
    for (const flags of [
      ["--on-bad-row", "collect"],
      ["--rejects", inFolder("rejects.csv")],
    ]) {
      const { exitCode, stderr } = await evaluate(TINY_CORPUS, ...flags);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("--on-bad-row collect and --rejects go together");
    }
  });
});

describe("labels", () => {
  const spelled = () => corpus.replace(",경제\n", ",경 제\n").replace(",정치\n", ",정치/\n");

  it("that differ in spaces and punctuation only are one, and stderr says so", async () => {
    const csv = await write("spelled.csv", spelled());
    const places = ["-o", inFolder("spelled.newsclf"), "--report", inFolder("spelled")];
    const result = await runCli(["train", csv, ...places, ...TINY_TRAINING, "--validation-fraction", "0"]);
    expect(result.stderr).toContain(
      'label "경제" also stands for "경 제" (1)\nlabel "정치" also stands for "정치/" (1)\n',
    );
    expect(await readFile(inFolder("spelled.newsclf"))).toEqual(await readFile(inFolder("tiny.newsclf")));
  });

  it("take the model's spelling when it is measured", async () => {
    const csv = await write("spelled.csv", spelled());
    const { stdout, stderr } = await evaluate(csv, "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({ accuracy: 1 });
    expect(stderr).toContain('label "경제" also stands for "경 제" (1)\n');
    const apart = await evaluate(csv, "--format", "json", "--no-label-normalization");
    expect(JSON.parse(apart.stdout).unknownLabels.nDocuments).toBe(2);
    expect(apart.stderr).toBe("");
  });

  it("that are numbers get their names from a file", async () => {
    const names = ["경제", "스포츠", "정치"];
    const numbered = corpus.replaceAll(/,(경제|스포츠|정치)$/gm, (_, name: string) => `,${names.indexOf(name)}`);
    const csv = await write("numbered.csv", numbered);
    const map = await write("names.json", JSON.stringify(names));
    const { stdout } = await evaluate(csv, "--label-map", map, "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({ accuracy: 1, nDocuments: 24 });
  });
});
