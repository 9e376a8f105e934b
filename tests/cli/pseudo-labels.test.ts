import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { decodeModel } from "../../src/model-file/model-file.js";
import { runCli, TINY_CORPUS, TINY_TRAINING, useFolder } from "./harness.js";

const inFolder = useFolder();

const trainTo = (name: string, ...flags: readonly string[]) =>
  runCli(["train", TINY_CORPUS, "-o", inFolder(name), "--report", inFolder("report"), ...TINY_TRAINING, ...flags]);

describe("newsclf train --unlabeled", () => {
  it("learns from texts without labels, to the same bytes with any number of threads and below a limit of memory", async () => {
    await writeFile(inFolder("lines.txt"), "환율이 크게 올랐다\n\n선수들이 환율을 걱정했다\n");
    const unlabeled = ["--linear", "--unlabeled", inFolder("lines.txt")];
    const trained = await trainTo("one.newsclf", ...unlabeled, "--workers", "1");
    expect(trained.exitCode).toBe(0);
    expect(trained.stderr).toContain("\n3 articles without labels, for 3 rounds of pseudo-labels\n");
    const bytes = await readFile(inFolder("one.newsclf"));
    const { metadata } = await decodeModel(bytes);
    expect(metadata.unlabeled?.nDocuments).toBe(3);
    expect(metadata.settings.pseudoLabelRounds).toBe(3);
    for (const [name, ...flags] of [
      ["two.newsclf", "--workers", "2"],
      ["less.newsclf", "--max-memory", "1GB"],
    ] as const) {
      expect((await trainTo(name, ...unlabeled, ...flags)).exitCode).toBe(0);
      expect(await readFile(inFolder(name))).toEqual(bytes);
    }
    const { stdout } = await runCli(["inspect", inFolder("one.newsclf")]);
    const { hash } = metadata.unlabeled!;
    expect(stdout).toContain(`without labels  3 articles, SHA-256 ${hash}, for 3 rounds of pseudo-labels\n`);
    const report = JSON.parse(await readFile(inFolder("report/report.json"), "utf8"));
    expect(report.model.unlabeled).toEqual({ nDocuments: 3, hash, nPseudoLabelRounds: 3 });
    expect(await readFile(inFolder("report/report.html"), "utf8")).toContain(hash);
    const both = ["--pretrain", "autoencoder", "--pseudo-label-rounds", "1"];
    await trainTo("both.newsclf", ...unlabeled, ...both);
    const inspected = await runCli(["inspect", inFolder("both.newsclf")]);
    expect(inspected.stdout).toContain(`SHA-256 ${hash}, for pre-training and 1 round of pseudo-labels\n`);
  });

  it("shows the rounds when the network is done", async () => {
    await writeFile(inFolder("lines.txt"), "환율이 크게 올랐다\n선수들이 환율을 걱정했다\n");
    const flags = ["--linear", "--unlabeled", inFolder("lines.txt"), "--pseudo-label-rounds", "100", "--epochs", "1"];
    const places = ["-o", inFolder("shown.newsclf"), "--report", inFolder("report")];
    const argv = ["train", TINY_CORPUS, ...places, ...TINY_TRAINING, ...flags, "--workers", "1"];
    const { stderr } = await runCli(argv, { columns: 120 });
    expect(stderr).toMatch(/pseudo-label [\d,]+ {2}round \d+\/100/);
  });

  it("tells of rows that are left out when the texts have been read", async () => {
    await writeFile(inFolder("archive.csv"), `title,본문\n${"환율 소식,은행\n".repeat(600)},\n`);
    const places = ["-o", inFolder("told.newsclf"), "--report", inFolder("report")];
    const argv = [
      "train",
      TINY_CORPUS,
      ...places,
      ...TINY_TRAINING,
      "--linear",
      "--unlabeled",
      inFolder("archive.csv"),
    ];
    const { exitCode, stderr } = await runCli([...argv, "--workers", "1"], { columns: 120 });
    expect(exitCode, stderr).toBe(0);
    const told = `${inFolder("archive.csv")}: left out 1 of 601 rows, which have no text: line 602\n`;
    expect(stderr).toContain(told);
    // A terminal, so that the first epoch shows at once.
    expect(stderr.indexOf(told)).toBeLessThan(stderr.indexOf("epoch 1/30"));
  });

  it("writes nothing when interrupted before there is a model", async () => {
    const { exitCode, stdout, stderr } = await runCli(
      [
        ...["train", TINY_CORPUS, "-o", inFolder("never.newsclf"), "--report", inFolder("never")],
        ...[...TINY_TRAINING, "--linear", "--unlabeled", "-"],
      ],
      { stdin: "환율이 크게 올랐다\n", interrupt: AbortSignal.abort() },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("stopped while the articles were analysed; there is no model yet\n");
    expect((await readdir(inFolder())).filter((name) => name.startsWith("never"))).toEqual([]);
  });

  it("refuses texts when nothing would learn from them, before it reads any", async () => {
    for (const [flags, message] of [
      [["--no-linear"], "linear must be true where"],
      [["--linear", "--pseudo-label-rounds", "0"], "pseudoLabelRounds must be 1 or more where"],
    ] as const) {
      const { exitCode, stderr } = await trainTo("idle.newsclf", "--unlabeled", inFolder("none.txt"), ...flags);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});
