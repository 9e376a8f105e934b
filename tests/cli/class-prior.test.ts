import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { EvaluationReport } from "../../src/evaluation/index.js";
import { runCli, TINY_CORPUS, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();

interface Line {
  readonly label: string | null;
  readonly score: number;
  readonly predictions: readonly { readonly label: string; readonly score: number }[];
}

async function classify(...flags: readonly string[]): Promise<Line[]> {
  const argv = ["classify", TINY_CORPUS, "-m", inFolder("tiny.newsclf"), "--format", "json", "-k", "100", ...flags];
  const { exitCode, stdout, stderr } = await runCli(argv);
  expect(exitCode, stderr).toBe(0);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

const scoreOf = ({ predictions }: Line, label: string): number =>
  predictions.find((prediction) => prediction.label === label)?.score as number;

describe("--class-prior", () => {
  beforeAll(async () => {
    expect((await trainTiny(inFolder())).exitCode).toBe(0);
  });

  it("weighs the scores by the shares of a file", async () => {
    const plain = await classify();
    const labels = (plain[0] as Line).predictions.map(({ label }) => label).sort();
    const [first, ...others] = labels as [string, ...string[]];
    // The network was trained without label weights, so the scores rest on the shares of the training articles; the corpus
    // has as many of each label.
    const shares = inFolder("shares.json");
    await writeFile(
      shares,
      JSON.stringify(Object.fromEntries(labels.map((label) => [label, label === first ? 3 : 1]))),
    );
    for (const [place, line] of (await classify("--class-prior", shares)).entries()) {
      const before = plain[place] as Line;
      const odds = (of: Line) => scoreOf(of, first) / scoreOf(of, others[0] as string);
      expect(odds(line) / odds(before)).toBeCloseTo(3, 3);
      expect(line.label).toBe(line.predictions[0]?.label);
    }
  });

  it("changes nothing with the shares of training, and keeps the order of the texts when it estimates", async () => {
    const plain = await classify();
    const train = await classify("--class-prior", "train");
    for (const [place, line] of train.entries()) expect(line.score).toBeCloseTo((plain[place] as Line).score, 6);
    const estimated = await classify("--class-prior", "estimate");
    expect(estimated.map(({ label }) => label)).toEqual(plain.map(({ label }) => label));
    expect(estimated.map(({ score }) => score)).not.toEqual(plain.map(({ score }) => score));
  });

  it("is taken by evaluate too", async () => {
    for (const prior of ["uniform", "train", "estimate"]) {
      const argv = ["evaluate", inFolder("tiny.newsclf"), TINY_CORPUS, "--class-prior", prior, "--format", "json"];
      const { exitCode, stdout, stderr } = await runCli(argv);
      expect(exitCode, stderr).toBe(0);
      expect((JSON.parse(stdout) as { nDocuments: number }).nDocuments).toBe((await classify()).length);
    }
  });

  it("stands in each form of a report, with the shares that were estimated, and so do articles without a label", async () => {
    const report = inFolder("adapted");
    const scores = (await classify("--class-prior", "estimate")).map(({ score }) => score).sort();
    const threshold = (scores[scores.length >> 1] as number).toFixed(6);
    const flags = ["--class-prior", "estimate", "--min-score", threshold, "--report", report];
    const { stdout, stderr } = await runCli(["evaluate", inFolder("tiny.newsclf"), TINY_CORPUS, ...flags]);
    const { scoring, nDocuments } = JSON.parse(await readFile(`${report}/report.json`, "utf8")) as EvaluationReport;
    const { classPrior, minScore, nWithoutLabel } = scoring as NonNullable<EvaluationReport["scoring"]>;
    expect(minScore).toBe(Number(threshold));
    expect(nWithoutLabel).toBeGreaterThan(0);
    expect(nDocuments + nWithoutLabel).toBe((await classify()).length);
    expect(classPrior?.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 9);
    const line = `No label for ${nWithoutLabel} of ${nDocuments + nWithoutLabel} articles, whose best score is below ${minScore}: all numbers are of the others`;
    expect(stderr).toMatch(/^label shares estimated from the scores: \S+ [0-9.]+%, /m);
    expect(stdout).toContain(`${line}.\nScores assume these label shares: `);
    for (const name of ["report.md", "report.html"]) {
      const text = await readFile(`${report}/${name}`, "utf8");
      expect(text).toContain(line);
      expect(text).toContain("Scores assume these label shares: ");
    }
  });

  it("prints the shares that classify estimated, on stderr", async () => {
    const argv = ["classify", TINY_CORPUS, "-m", inFolder("tiny.newsclf"), "--class-prior"];
    expect((await runCli([...argv, "estimate"])).stderr).toMatch(/^label shares estimated from the scores: /m);
    expect((await runCli([...argv, "uniform"])).stderr).toBe("");
  });

  it("says what a file of shares must hold", async () => {
    const shares = inFolder("wrong.json");
    for (const text of ["[]", "{", '{"경제": 1}', '{"없는 라벨": 1}']) {
      await writeFile(shares, text);
      const argv = ["classify", "--text", "금리", "-m", inFolder("tiny.newsclf"), "--class-prior", shares];
      const { exitCode, stderr } = await runCli(argv);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(
        text === "{"
          ? /wrong\.json:1:2: is not JSON: .*; --class-prior must be a JSON object with a share > 0 for each of /
          : /--class-prior .*wrong\.json must be a JSON object with a share > 0 for each of /,
      );
    }
    const missing = await runCli([
      "classify",
      "--text",
      "금리",
      "-m",
      inFolder("tiny.newsclf"),
      "--class-prior",
      "없음",
    ]);
    expect(missing.exitCode).toBe(1);
  });
});

describe("--min-score", () => {
  it("gives no label below the score, but still the score", async () => {
    const plain = await classify();
    const sorted = plain.map(({ score }) => score).sort((a, b) => a - b);
    const limit = sorted[sorted.length >> 1] as number;
    const lines = await classify("--min-score", limit.toFixed(6));
    for (const [place, line] of lines.entries()) {
      const before = plain[place] as Line;
      expect(line.label).toBe(before.score < Number(limit.toFixed(6)) ? null : before.label);
      expect(line.score).toBe(before.score);
      expect(line.predictions).toEqual(before.predictions);
    }
    expect(lines.some(({ label }) => label === null)).toBe(true);
    const text = await runCli(["classify", "--text", "금리", "-m", inFolder("tiny.newsclf"), "--min-score", "1"]);
    expect(text.stdout).toMatch(/^-\t0\.\d{4}\n$/);
  });

  it("leaves articles without a label out of the scores of evaluate, and counts them", async () => {
    const argv = ["evaluate", inFolder("tiny.newsclf"), TINY_CORPUS, "--format", "json"];
    const all = JSON.parse((await runCli(argv)).stdout) as { nDocuments: number };
    const plain = await classify();
    const sorted = plain.map(({ score }) => score).sort((a, b) => a - b);
    const limit = (sorted[sorted.length >> 1] as number).toFixed(6);
    const nBelow = plain.filter(({ score }) => score < Number(limit)).length;
    const { exitCode, stdout, stderr } = await runCli([...argv, "--min-score", limit]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`no label for ${nBelow} of ${all.nDocuments} articles`);
    expect((JSON.parse(stdout) as { nDocuments: number }).nDocuments).toBe(all.nDocuments - nBelow);
  });

  it.each(["-0.1", "1.1", "half"])("refuses %s", async (score) => {
    const { exitCode, stderr } = await runCli(["classify", "--text", "금리", `--min-score=${score}`]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("must be a number in [0, 1]");
  });
});
