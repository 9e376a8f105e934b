import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCli, TINY_CORPUS, useFolder } from "./harness.js";

const inFolder = useFolder();

async function convert(text: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  await writeFile(inFolder("labels.txt"), text);
  return runCli(["convert", "--from", "fasttext-labels", inFolder("labels.txt")]);
}

describe("newsclf convert", () => {
  it("makes CSV of fastText's lines, wherever the label stands, and leaves blank lines out", async () => {
    const text = '__label__경제 금리, 동결\n\n결승 "극적" 승리 __label__스포츠\r\n';
    expect(await convert(text)).toEqual({
      exitCode: 0,
      stdout: 'label,text\n경제,"금리, 동결"\n스포츠,"결승 ""극적"" 승리"\n',
      stderr: "",
    });
  });

  it.each([
    ["금리 동결", "got none"],
    ["__label__ 금리", "got __label__"],
    ["__label__경제 __label__정치 금리", "got __label__경제 __label__정치"],
    ["__label__경제", "there is no text beside __label__경제"],
  ])("says on which line it cannot read %j", async (line, problem) => {
    const { exitCode, stderr } = await convert(`__label__경제 금리\n${line}\n`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${inFolder("labels.txt")}:2: `);
    expect(stderr).toContain(problem);
  });

  it("gives the same lines again after the way to CSV and back", async () => {
    const lines = (await runCli(["convert", "--to", "fasttext-labels", TINY_CORPUS])).stdout;
    expect(lines.split("\n")).toHaveLength(25);
    expect(lines).toMatch(/^__label__\S+ \S/);
    await writeFile(inFolder("back.csv"), (await convert(lines)).stdout);
    expect((await runCli(["convert", "--to", "fasttext-labels", inFolder("back.csv")])).stdout).toBe(lines);
  });

  it.each([
    ["생활 문화,꽃이 피었다", 'a label of fastText has no white space; got "생활 문화"'],
    ["경제,금리 __label__정치 동결", "takes for a label: __label__정치"],
  ])("refuses %j, which fastText would read as something else", async (row, problem) => {
    await writeFile(inFolder("odd.csv"), `label,text\n경제,금리\n${row}\n`);
    const { exitCode, stderr } = await runCli(["convert", "--to", "fasttext-labels", inFolder("odd.csv")]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${inFolder("odd.csv")}:3: `);
    expect(stderr).toContain(problem);
  });

  it("asks for a direction", async () => {
    const { exitCode, stderr } = await runCli(["convert", TINY_CORPUS]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--from fasttext-labels or --to fasttext-labels");
    expect((await runCli(["convert", "--from", "x", TINY_CORPUS])).exitCode).toBe(2);
  });
});
