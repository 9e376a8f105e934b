import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { formatExplanation } from "../../src/explanation/format-explanation.js";
import { fromFile } from "../../src/io/model-source.js";
import { runCli, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();
let classifier: Classifier;

beforeAll(async () => {
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
  classifier = await Classifier.load(fromFile(inFolder("tiny.newsclf")));
});

const explain = (argv: readonly string[], stdin = "") =>
  runCli(["explain", "-m", inFolder("tiny.newsclf"), ...argv], { stdin });

const TEXT = "은행 대출 금리가 올랐다";

describe("newsclf explain", () => {
  it("explains --text as the library does", async () => {
    const explanation = classifier.explain(TEXT);
    expect(explanation.terms.length).toBeGreaterThan(1);
    expect(await explain(["--text", TEXT])).toEqual({
      exitCode: 0,
      stdout: formatExplanation({ title: TEXT, body: "" }, explanation),
      stderr: "",
    });
  });

  it("passes on labels, method and the length of the lists", async () => {
    const explanation = classifier.explain(TEXT, "정치", { against: "스포츠", method: "integrated-gradients" });
    const flags = ["--label", "정치", "--against", "스포츠", "--method", "integrated-gradients"];
    const { stdout } = await explain(["--text", TEXT, ...flags, "--top", "1"]);
    expect(stdout).toBe(formatExplanation({ title: TEXT, body: "" }, explanation, { top: 1 }));
    expect((await explain(["--text", TEXT, ...flags, "--format", "json"])).stdout).toBe(
      `${JSON.stringify(explanation)}\n`,
    );
  });

  it("gives one JSON object for each document, null for a row that cannot be used", async () => {
    await writeFile(inFolder("in.csv"), `title,body\n${TEXT},\n,\n여야 국회,의원\n`);
    const { exitCode, stdout, stderr } = await explain([inFolder("in.csv"), "--format", "json"]);
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      classifier.explainArticle({ title: TEXT, body: "" }),
      null,
      classifier.explainArticle({ title: "여야 국회", body: "의원" }),
    ]);
    expect(stderr).toContain("left out 1 of 3 rows");
  });

  it("reads lines from standard input and parts their explanations by an empty line", async () => {
    const { stdout } = await explain(["--top", "2"], `${TEXT}\n여야 국회\n`);
    const expected = [TEXT, "여야 국회"].map((title) =>
      formatExplanation({ title, body: "" }, classifier.explain(title), { top: 2 }),
    );
    expect(stdout).toBe(expected.join("\n"));
  });

  it("writes one page of all documents in the language asked for", async () => {
    const { exitCode, stdout } = await explain(["--format", "html", "--lang", "en"], `${TEXT}\n여야 국회\n`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(stdout.match(/<mark/g)?.length).toBeGreaterThan(3);
    expect(stdout).toContain("2 documents");
  });

  it("ends with 2 for a label that the model does not have", async () => {
    const { exitCode, stderr } = await explain(["--text", TEXT, "--label", "날씨"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('newsclf: label must be one of the model\'s labels, 경제, 스포츠, 정치; got "날씨"\n');
  });

  it("ends with 2 when both a text and a file are given", async () => {
    expect((await explain(["--text", TEXT, "file.txt"])).exitCode).toBe(2);
  });
});
