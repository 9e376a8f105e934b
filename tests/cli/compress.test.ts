import { stat } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, TINY_CORPUS, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();

beforeAll(async () => {
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
});

const compress = (...more: readonly string[]) =>
  runCli(["compress", inFolder("tiny.newsclf"), "--check", TINY_CORPUS, "-o", inFolder("small.newsclf"), ...more]);

describe("newsclf compress", () => {
  it("writes a smaller model that says the same, and the figures of both", async () => {
    const { exitCode, stdout, stderr } = await compress("--quantize", "int8");
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`model: ${inFolder("small.newsclf")}\n`);
    const [before, after] = await Promise.all(["tiny", "small"].map((name) => stat(inFolder(`${name}.newsclf`))));
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(
      new RegExp(`^before  ${before?.size} bytes, \\d+ terms, accuracy 1\\.0000, macro-F1 1\\.0000$`),
    );
    expect(lines[1]).toMatch(
      new RegExp(`^after   ${after?.size} bytes, \\d+ terms, accuracy 1\\.0000, macro-F1 1\\.0000$`),
    );
    expect(after?.size).toBeLessThan(before?.size as number);
    const { stdout: answer } = await runCli(["classify", "-m", inFolder("small.newsclf"), "--text", "기준금리 동결"]);
    expect(answer).toMatch(/^경제\t/);
  });

  it("refuses a loss that is too great and writes nothing", async () => {
    const { exitCode, stderr } = await compress("--prune", "0.99", "-o", inFolder("none.newsclf"));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("macro-F1 must not fall by more than maxLoss 0.002");
    await expect(stat(inFolder("none.newsclf"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("asks for articles to check with", async () => {
    const { exitCode, stderr } = await runCli(["compress", inFolder("tiny.newsclf"), "-o", inFolder("x.newsclf")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--check <file>");
  });
});
