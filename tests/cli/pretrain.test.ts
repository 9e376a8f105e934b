import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { decodeModel } from "../../src/model-file/model-file.js";
import { runCli, TINY_CORPUS, TINY_TEST, TINY_TRAINING, useFolder } from "./harness.js";

const inFolder = useFolder();

const trainTo = (name: string, ...flags: readonly string[]) =>
  runCli(["train", TINY_CORPUS, "-o", inFolder(name), "--report", inFolder("report"), ...TINY_TRAINING, ...flags]);

const PRETRAIN = ["--pretrain", "autoencoder", "--pretrain-epochs", "2"];

describe("newsclf train --pretrain autoencoder", () => {
  it("learns from lines of text and tables without labels, to the same bytes with any number of threads", async () => {
    await writeFile(inFolder("lines.txt"), "환율이 크게 올랐다\n\n선수들이 환율을 걱정했다\n");
    const unlabeled = ["--unlabeled", inFolder("lines.txt"), "--unlabeled", TINY_TEST];
    const run = await trainTo("one.newsclf", ...PRETRAIN, ...unlabeled, "--workers", "1");
    expect(run.exitCode).toBe(0);
    const bytes = await readFile(inFolder("one.newsclf"));
    const { metadata, vocabulary } = await decodeModel(bytes);
    expect(metadata.settings).toMatchObject({ pretrain: "autoencoder", pretrainEpochs: 2 });
    expect(metadata.unlabeled?.nDocuments).toBeGreaterThan(3);
    // No labelled article holds the word.
    expect(vocabulary.columnOf("환율/NNG")).toBeGreaterThanOrEqual(0);
    expect((await trainTo("two.newsclf", ...PRETRAIN, ...unlabeled, "--workers", "2")).exitCode).toBe(0);
    expect(await readFile(inFolder("two.newsclf"))).toEqual(bytes);
    const inspected = await runCli(["inspect", inFolder("one.newsclf")]);
    expect(inspected.stdout).toContain(`without labels  ${metadata.unlabeled?.nDocuments} articles, SHA-256 `);
    const limited = await trainTo("less.newsclf", ...PRETRAIN, ...unlabeled, "--max-memory", "1GB");
    expect(limited.exitCode).toBe(0);
    expect(await readFile(inFolder("less.newsclf"))).toEqual(bytes);
  });

  it("needs no texts without labels", async () => {
    expect((await trainTo("alone.newsclf", ...PRETRAIN)).exitCode).toBe(0);
    const { metadata } = await decodeModel(await readFile(inFolder("alone.newsclf")));
    expect(metadata.unlabeled).toBeUndefined();
  });

  it("names a file of texts without labels that is not there", async () => {
    const missing = await trainTo("missing.newsclf", ...PRETRAIN, "--unlabeled", inFolder("none.txt"));
    expect(missing.exitCode).not.toBe(0);
    expect(missing.stderr).toContain("none.txt");
  });
});
