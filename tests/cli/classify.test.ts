import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { fromFile } from "../../src/io/model-source.js";
import { runCli, TINY_TEST, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();
let classifier: Classifier;

beforeAll(async () => {
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
  classifier = await Classifier.load(fromFile(inFolder("tiny.newsclf")));
});

const classify = (argv: readonly string[], stdin?: string | Uint8Array) =>
  runCli(["classify", "-m", inFolder("tiny.newsclf"), ...argv], stdin === undefined ? {} : { stdin });

const TEXTS = ["은행 대출 금리가 올랐다", "", "감독과 선수들이 결승 경기를 이겼다", "여야 의원들이 국회에서 맞섰다"];

/** What the library says of a text, as a line of JSON output. */
function jsonLine(text: string, topK = 1): string {
  const predictions = classifier.classify(text, { topK });
  const [{ label, score }] = predictions;
  return `${JSON.stringify({ label, score, predictions })}\n`;
}

describe("newsclf classify", () => {
  it("labels --text as the library does", async () => {
    const [text] = TEXTS as [string];
    const [{ label, score }] = classifier.classify(text);
    expect(label).toBe("경제");
    expect(await classify(["--text", text])).toEqual({
      exitCode: 0,
      stdout: `${label}\t${score.toFixed(4)}\n`,
      stderr: "",
    });
    expect((await classify(["--text", text, "--format", "json"])).stdout).toBe(jsonLine(text));
  });

  it("labels an empty text and one of many lines as one document", async () => {
    expect((await classify(["--text", "", "--format", "json"])).stdout).toBe(jsonLine(""));
    expect((await classify(["--text", "금리\n국회", "--format", "json"])).stdout).toBe(jsonLine("금리\n국회"));
  });

  it("gives one line for each line of a file, empty lines included, in the same order", async () => {
    await writeFile(inFolder("texts.txt"), `${TEXTS.join("\n")}\n`);
    const { exitCode, stdout, stderr } = await classify([inFolder("texts.txt"), "--format", "json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toBe(TEXTS.map((text) => jsonLine(text)).join(""));
  });

  it("reads the same from standard input, named - or not at all", async () => {
    const stdin = TEXTS.join("\r\n");
    const expected = { exitCode: 0, stdout: TEXTS.map((text) => jsonLine(text)).join(""), stderr: "" };
    expect(await classify(["-", "--format", "json"], stdin)).toEqual(expected);
    expect(await classify(["--format", "json"], stdin)).toEqual(expected);
  });

  it("gives the same bytes for a long file with any number of threads", async () => {
    // 3,000 × 4 lines: workers start after some 250,000 units, 128 of them for each line.
    await writeFile(inFolder("long.txt"), `${TEXTS.join("\n")}\n`.repeat(3_000));
    const alone = await classify([inFolder("long.txt"), "--format", "json", "--workers", "1"]);
    expect(alone.stdout).toBe(
      TEXTS.map((text) => jsonLine(text))
        .join("")
        .repeat(3_000),
    );
    expect(await classify([inFolder("long.txt"), "--format", "json", "--workers", "2"])).toEqual(alone);
  });

  it("says nothing about nothing", async () => {
    expect(await classify([])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect((await classify([], "\n")).stdout.split("\n")).toHaveLength(2);
  });

  it("gives as many labels as asked for, best first", async () => {
    const [text] = TEXTS as [string];
    const ranked = classifier.classify(text, { topK: 3 });
    const shown = ranked.map(({ label, score }) => `${label}\t${score.toFixed(4)}`);
    expect((await classify(["-k", "2", "--text", text])).stdout).toBe(`${shown.slice(0, 2).join("\t")}\n`);
    expect((await classify(["--top-k", "99", "--text", text])).stdout).toBe(`${shown.join("\t")}\n`);
    expect((await classify(["--top-k", "99", "--text", text, "--format", "json"])).stdout).toBe(jsonLine(text, 99));
  });

  it("gives JSON of exactly label, score and predictions, in this order", async () => {
    const { stdout } = await classify(["--text", "금리", "--top-k", "2", "--format", "json"]);
    expect(stdout).toMatch(
      /^\{"label":"[^"]+","score":[0-9.e-]+,"predictions":\[\{"label":"[^"]+","score":[0-9.e-]+\},\{"label":"[^"]+","score":[0-9.e-]+\}\]\}\n$/,
    );
  });

  it("puts - or null in the place of CSV rows that cannot be used, and names them", async () => {
    const text = await classify([TINY_TEST]);
    expect(text.exitCode).toBe(0);
    expect(text.stdout.split("\n").map((line) => line.split("\t")[0])).toEqual([
      "경제",
      "-",
      "스포츠",
      "정치",
      "-",
      "정치",
      "",
    ]);
    expect(text.stderr.split("\n")).toEqual([
      `${TINY_TEST}: left out 1 of 6 rows, which have no text: line 3`,
      `${TINY_TEST}: left out 1 of 6 rows, which have another number of columns than the header: line 6`,
      "",
    ]);
    const json = await classify([TINY_TEST, "--format", "json"]);
    const lines = json.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(6);
    expect([lines[1], lines[4]]).toEqual(Array(2).fill('{"label":null,"score":null,"predictions":[]}'));
    expect(json.stderr).toBe(text.stderr);
  });

  it("keeps unusable rows at the end of a file", async () => {
    await writeFile(inFolder("end.csv"), "제목,본문\n금리 인상,대출\n,\n,\n");
    const { stdout } = await classify([inFolder("end.csv")]);
    expect(stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["경제", "-", "-", ""]);
  });

  it("reads CSV from standard input by its header, and by --text-column", async () => {
    const article = { title: "환율과 금리 함께 올라", body: "은행 대출" };
    const [{ label, score }] = classifier.classifyArticle(article);
    const expected = `${label}\t${score.toFixed(4)}\n`;
    expect((await classify([], `제목,본문\n${article.title},${article.body}\n`)).stdout).toBe(expected);
    const flags = ["--title-column", "가", "--text-column", "나"];
    expect((await classify(flags, `가,나\n${article.title},${article.body}\n`)).stdout).toBe(expected);
  });

  it("prints what it has before a fault in the input", async () => {
    const stdin = Buffer.concat([Buffer.from(`${"금리\n".repeat(3)}`), Buffer.of(0xb0, 0xa1, 0x0a)]);
    const { exitCode, stderr } = await classify([], stdin);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^newsclf: standard input:4: byte 0xB0 at offset 21 is not UTF-8, as the text before it is; /,
    );
  });

  it("takes the file of a model anywhere, with any name", async () => {
    await writeFile(inFolder("모델 1.bin"), await readFile(inFolder("tiny.newsclf")));
    const { exitCode, stdout } = await runCli(["classify", "-m", inFolder("모델 1.bin"), "--text", "국회 표결"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^정치\t/);
  });
});
