import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.js";
import type { Comparison } from "../../src/comparison/comparison.js";
import { runCli, TINY_CORPUS, TINY_TEST, TINY_TRAINING, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();
let good = "";
let bad = "";

beforeAll(async () => {
  for (const [name, epochs] of [
    ["good", "30"],
    ["bad", "1"],
  ] as const) {
    // The linear member needs no epochs to be good.
    expect((await trainTiny(inFolder(name), "--epochs", epochs, "--no-linear")).exitCode).toBe(0);
  }
  good = inFolder("good", "tiny.newsclf");
  bad = inFolder("bad", "tiny.newsclf");
});

const compare = (...argv: readonly string[]) => runCli(["compare", ...argv]);

describe("newsclf compare", () => {
  it("compares two models on a file", async () => {
    const { exitCode, stdout } = await compare(bad, good, TINY_TEST, "--format", "json");
    expect(exitCode).toBe(0);
    const { measures, paired, names } = JSON.parse(stdout) as Comparison;
    expect(names).toEqual({ a: bad, b: good });
    expect(measures.accuracy.difference).toBeGreaterThan(0);
    expect(paired?.fixed.length).toBe(paired?.mcnemar.nOnlyB);
    expect((await compare(bad, good, TINY_TEST)).stdout).toContain("Mended: only B is right");
    expect((await compare(bad, good, TINY_TEST, "--format", "markdown")).stdout).toMatch(/^# Comparison\n/);
  });

  it("finds no difference between a model and itself", async () => {
    const { stdout } = await compare(good, good, TINY_TEST, "--format", "json");
    const { paired } = JSON.parse(stdout) as Comparison;
    expect(paired?.mcnemar).toEqual({ nOnlyA: 0, nOnlyB: 0, pValue: 1 });
  });

  it("ends with 1 after the output when a measure fell by more than allowed", async () => {
    const gates = ["--fail-if-worse", "accuracy:0.5", "--fail-if-worse", "macro-f1:0.5"];
    const worse = await compare(good, bad, TINY_TEST, ...gates);
    expect(worse.exitCode).toBe(1);
    expect(worse.stdout).toContain("McNemar");
    expect(worse.stderr).toMatch(/^newsclf: accuracy fell by .* points, .*; macro-f1 fell by /m);
    expect((await compare(bad, good, TINY_TEST, ...gates)).exitCode).toBe(0);
  });

  it("ends with 1 for such a fall where nobody reads the output, too", async () => {
    const gone = new Writable();
    gone.write = () => {
      throw Object.assign(new Error("EPIPE: made for this test"), { code: "EPIPE" });
    };
    const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
    const argv = (...models: readonly string[]) => ["compare", ...models, TINY_TEST, "--fail-if-worse", "accuracy:0.5"];
    const streams = { stdin: Readable.from([]), stdout: gone, stderr };
    expect(await main(argv(good, bad), streams)).toBe(1);
    expect(await main(argv(bad, good), streams)).toBe(0);
  });

  it("takes labels of the two models that differ in spaces and punctuation only for one, as evaluate does", async () => {
    const renamed = inFolder("renamed.csv");
    await writeFile(renamed, (await readFile(TINY_CORPUS, "utf8")).replaceAll(/,경제$/gm, ",경/제"));
    const other = inFolder("renamed.newsclf");
    const places = ["-o", other, "--report", inFolder("renamed")];
    const options = [...TINY_TRAINING, "--epochs", "30", "--no-linear"];
    expect((await runCli(["train", renamed, ...places, ...options])).exitCode).toBe(0);
    for (const articles of [TINY_CORPUS, renamed]) {
      const { stdout, stderr } = await compare(good, other, articles, "--format", "json");
      const { labels, paired, measures } = JSON.parse(stdout) as Comparison;
      expect(stderr).toContain(`${other}: its label "경/제" is taken for "경제"\n`);
      expect(labels.map(({ label }) => label)).not.toContain("경/제");
      const evaluated = await runCli(["evaluate", other, articles, "--format", "json"]);
      expect(measures.accuracy.b).toBe((JSON.parse(evaluated.stdout) as { accuracy: number }).accuracy);
      // The same texts, so the same answers but for the order of the labels' columns.
      expect(paired?.mcnemar).toEqual({ nOnlyA: 0, nOnlyB: 0, pValue: 1 });
    }
    const strict = await compare(good, other, TINY_CORPUS, "--no-label-normalization", "--format", "json");
    expect((JSON.parse(strict.stdout) as Comparison).labels.map(({ label }) => label)).toContain("경/제");
  });

  it("compares two reports, without articles", async () => {
    const reports = ["good", "bad"].map((name) => path.join(inFolder(name), "report", "report.json"));
    const { exitCode, stdout } = await compare(...reports);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Two reports hold scores");
  });

  it.each([
    ["without articles for two models", () => [good, bad]],
    ["with a model and a report", () => [good, "report.json", TINY_TEST]],
    ["with articles for two reports", () => ["a.json", "b.json", TINY_TEST]],
    ["for an unknown measure", () => [good, bad, TINY_TEST, "--fail-if-worse", "recall:1"]],
    ["for a gate without points", () => [good, bad, TINY_TEST, "--fail-if-worse", "accuracy"]],
  ])("ends with 2 %s", async (_, argv) => {
    const { exitCode, stdout } = await compare(...argv());
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });
});
