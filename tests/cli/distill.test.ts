import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCli, TINY_CORPUS, TINY_TRAINING, useFolder } from "./harness.js";

const inFolder = useFolder();

const trainTo = (name: string, ...flags: readonly string[]) =>
  runCli(["train", TINY_CORPUS, "-o", inFolder(name), "--report", inFolder("report"), ...TINY_TRAINING, ...flags]);

const DISTILL = ["--ensemble", "2", "--bootstrap", "--distill", "--linear"];

describe("newsclf train --distill", () => {
  it("writes one network, to the same bytes with any number of threads, and inspect tells of whom", async () => {
    const profile = inFolder("profile.json");
    const run = await trainTo("one.newsclf", ...DISTILL, "--workers", "1", "--profile", profile);
    expect(run.exitCode, run.stderr).toBe(0);
    const bytes = await readFile(inFolder("one.newsclf"));
    expect((await trainTo("two.newsclf", ...DISTILL, "--workers", "2")).exitCode).toBe(0);
    expect(await readFile(inFolder("two.newsclf"))).toEqual(bytes);
    expect((await trainTo("less.newsclf", ...DISTILL, "--max-memory", "1GB")).exitCode).toBe(0);
    expect(await readFile(inFolder("less.newsclf"))).toEqual(bytes);
    const { stdout } = await runCli(["inspect", inFolder("one.newsclf")]);
    expect(stdout).toContain(", distilled from 2 networks, with a linear classifier in it\n");
    const { stages } = JSON.parse(await readFile(profile, "utf8")) as { stages: readonly { stage: string }[] };
    expect(stages.map(({ stage }) => stage)).toContain("distill");
  });

  it("is told by inspect to have learned from the linear classifier, where that has no units in it, or from networks alone", async () => {
    for (const [name, told, ...flags] of [
      ["narrow.newsclf", "2 networks and a linear classifier", "--hidden-units", "3,3,3"],
      ["alone.newsclf", "one network", "--ensemble", "1", "--no-linear"],
    ] as const) {
      const run = await trainTo(name, ...DISTILL, ...flags);
      expect(run.exitCode, run.stderr).toBe(0);
      const { stdout } = await runCli(["inspect", inFolder(name)]);
      expect(stdout).toContain(`, distilled from ${told}\n`);
    }
  });
});
