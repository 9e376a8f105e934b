import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCli, useFolder } from "./harness.js";

const inFolder = useFolder();

describe("newsclf tokenize", () => {
  it("prints mecab's own layout", async () => {
    expect(await runCli(["tokenize", "--text", "아버지가 방에"])).toEqual({
      exitCode: 0,
      // As in tests/golden/mecab-ko.jsonl, the output of mecab-ko.
      stdout:
        "아버지\tNNG,*,F,아버지,*,*,*,*\n가\tJKS,*,F,가,*,*,*,*\n방\tNNG,장소,T,방,*,*,*,*\n에\tJKB,*,F,에,*,*,*,*\nEOS\n",
      stderr: "",
    });
  });

  it("prints one line of JSON for each line of input, all tokens, no filter", async () => {
    const stdin = "국회는 열렸다.\n\nAI 2종\n";
    const { exitCode, stdout, stderr } = await runCli(["tokenize", "--format", "json"], { stdin });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toBe(
      '[["국회","NNG"],["는","JX"],["열렸","VV+EP"],["다","EF"],[".","SF"]]\n[]\n[["AI","SL"],["2","SN"],["종","NNG"]]\n',
    );
  });

  it("prints an object for each token with --format features, places counted within the line", async () => {
    const { stdout } = await runCli(["tokenize", "--format", "features"], { stdin: "표결\n국회가 열렸다\n" });
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((tokens) => tokens.map(({ surface }: { surface: string }) => surface))).toEqual([
      ["표결"],
      ["국회", "가", "열렸", "다"],
    ]);
    expect(lines[1][2]).toMatchObject({ tag: "VV+EP", type: "Inflect", lemma: "열리다", start: 4, end: 6 });
  });

  it("ends each line of input with EOS", async () => {
    const { stdout } = await runCli(["tokenize", "-"], { stdin: "국회\n\n표결" });
    expect(stdout.split("\n").filter((line) => line === "EOS")).toHaveLength(3);
    expect((await runCli(["tokenize"], { stdin: "" })).stdout).toBe("");
    expect((await runCli(["tokenize", "--text", ""])).stdout).toBe("EOS\n");
  });

  it("cleans nothing and leaves nothing out", async () => {
    const { stdout } = await runCli(["tokenize", "--text", "<b>금리</b>&amp;", "--format", "json"]);
    const tokens = JSON.parse(stdout) as [string, string][];
    expect(tokens.map(([surface]) => surface).join("")).toBe("<b>금리</b>&amp;");
  });

  it("reads a file, also a CSV, as plain lines", async () => {
    await writeFile(inFolder("a.csv"), "title,body\n국회,표결\n");
    const { stdout } = await runCli(["tokenize", inFolder("a.csv"), "--format", "json"]);
    const surfaces = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as [string, string][]).map(([s]) => s));
    expect(surfaces.map((line) => line.join(""))).toEqual(["title,body", "국회,표결"]);
  });
});
