import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, TINY_CORPUS, TINY_TEST, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();

beforeAll(async () => {
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
});

const evaluate = (csv: string, ...more: readonly string[]) =>
  runCli(["evaluate", inFolder("tiny.newsclf"), csv, ...more]);

describe("newsclf evaluate", () => {
  it("prints the table as text", async () => {
    const { exitCode, stdout, stderr } = await evaluate(TINY_CORPUS);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    // The model was trained on these articles without dropout and knows them all.
    expect(stdout).toContain("Accuracy 1.000  Macro-F1 1.000");
    expect(stdout).toContain("24 rows read, 0 rejected");
    for (const label of ["경제", "스포츠", "정치"]) {
      expect(stdout).toMatch(new RegExp(`^${label} +1\\.000 +1\\.000 +1\\.000 +8 `, "m"));
    }
  });

  it("prints the same numbers as JSON", async () => {
    const { exitCode, stdout } = await evaluate(TINY_CORPUS, "--format", "json");
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ accuracy: 1, macroF1: 1, weightedF1: 1, nDocuments: 24 });
    for (const [place, label] of ["경제", "스포츠", "정치"].entries()) {
      expect(report.labels[place]).toMatchObject({ label, precision: 1, recall: 1, f1: 1, support: 8 });
    }
    expect(report.confusion).toEqual([
      [8, 0, 0],
      [0, 8, 0],
      [0, 0, 8],
    ]);
  });

  it("says which bytes were evaluated and which spellings of labels were taken for one", async () => {
    const csv = inFolder("spelled.csv");
    const text = (await readFile(TINY_CORPUS, "utf8")).replaceAll("스포츠", "스 포츠");
    await writeFile(csv, text);
    const json = JSON.parse((await evaluate(csv, "--format", "json")).stdout);
    expect(json.files).toEqual([{ source: csv, sha256: createHash("sha256").update(text).digest("hex") }]);
    expect(json.mergedLabels).toEqual([{ spelling: "스 포츠", label: "스포츠", nArticles: 8 }]);
    const folder = inFolder("spelled");
    expect((await evaluate(csv, "--report", folder)).exitCode).toBe(0);
    for (const ending of ["html", "md"]) {
      const report = await readFile(path.join(folder, `report.${ending}`), "utf8");
      expect(report).toContain(json.files[0].sha256);
      expect(report).toContain("스 포츠 → 스포츠");
    }
  });

  it("names the file of each article where there are several", async () => {
    const other = inFolder("other.csv");
    const [header = "", first = ""] = (await readFile(TINY_CORPUS, "utf8")).split("\n");
    // Its label is wrong, so that it is the most confident error.
    await writeFile(other, `${header}\n${first.replace(/경제|스포츠|정치/g, "날씨")}\n`);
    const folder = inFolder("several");
    const argv = ["evaluate", inFolder("tiny.newsclf"), TINY_CORPUS, other, "--report", folder, "--format", "json"];
    const { errors, uncertain } = JSON.parse((await runCli(argv)).stdout);
    expect(errors).toMatchObject([{ source: other, line: 2 }]);
    const places = new Set(uncertain.map(({ source }: { source: string }) => source));
    expect(places.has(TINY_CORPUS)).toBe(true);
    const markdown = await readFile(path.join(folder, "report.md"), "utf8");
    expect(markdown).toContain("| Score of true | File | Line |");
    expect(await readFile(path.join(folder, "report.html"), "utf8")).toContain(`${other}, line 2`);
    // With one file its name would stand in every row.
    expect((await evaluate(other, "--report", folder)).exitCode).toBe(0);
    expect(await readFile(path.join(folder, "report.md"), "utf8")).toContain("| Score of true | Line |");
    expect(await readFile(path.join(folder, "report.html"), "utf8")).not.toContain(`${other}, line 2`);
  });

  it("marks the words that speak for the predicted label", async () => {
    const { uncertain } = JSON.parse((await evaluate(TINY_CORPUS, "--format", "json")).stdout);
    expect(uncertain).toHaveLength(20);
    expect(uncertain.flatMap(({ reasons }: { reasons: { title: [] } }) => reasons.title)).not.toEqual([]);
  });

  it("measures the usable rows and names the others", async () => {
    const { exitCode, stdout, stderr } = await evaluate(TINY_TEST, "--format", "json");
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.nDocuments).toBe(4);
    expect(report.labels.map(({ support }: { support: number }) => support)).toEqual([1, 1, 2]);
    expect(stderr.split("\n")).toEqual([
      `${TINY_TEST}: left out 1 of 6 rows, which have no text: line 3`,
      `${TINY_TEST}: left out 1 of 6 rows, which have another number of columns than the header: line 6`,
      "",
    ]);
  });

  it("counts an article with a label unknown to the model as wrong", async () => {
    const csv = inFolder("unknown.csv");
    const [header, first] = (await readFile(TINY_CORPUS, "utf8")).split("\n");
    await writeFile(csv, `${header}\n${first}\n2024-01-01,내일 전국에 비,남부에 비가 온다.,날씨\n`);
    const { exitCode, stdout } = await evaluate(csv, "--format", "json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ accuracy: 0.5, nDocuments: 2 });
  });

  it("takes columns by name", async () => {
    const csv = inFolder("named.csv");
    await writeFile(csv, "부서,기사\n경제,기준금리 동결에 대출 금리 내려\n");
    const missing = await evaluate(csv);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("--label-column");
    const named = await evaluate(csv, "--text-column", "기사", "--label-column", "부서", "--format", "json");
    expect(named.exitCode).toBe(0);
    expect(JSON.parse(named.stdout).nDocuments).toBe(1);
  });

  it("writes the report's three forms into a folder, which opens in the language asked for", async () => {
    const folder = inFolder("evaluated");
    const { exitCode, stderr } = await evaluate(TINY_CORPUS, "--report", folder, "--lang", "en");
    const files = ["html", "md", "json"].map((ending) => path.join(folder, `report.${ending}`));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `report: ${files.join(", ")}\n` });
    const [html, markdown, json] = await Promise.all(files.map((file) => readFile(file, "utf8")));
    expect(html).toContain('<html lang="en">');
    expect(markdown).toContain("# Evaluation report");
    expect(JSON.parse(json ?? "")).toMatchObject({ nDocuments: 24, model: { nTerms: expect.any(Number) } });
  });

  it("refuses a language that it does not speak, before the work", async () => {
    const { exitCode, stderr } = await evaluate(TINY_CORPUS, "--lang", "fr");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("ko, en");
  });
});
