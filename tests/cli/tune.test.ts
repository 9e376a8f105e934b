import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { decodeModel } from "../../src/model-file/model-file.js";
import { type RunOptions, type RunResult, runCli, TINY_CORPUS, useFolder } from "./harness.js";

const inFolder = useFolder();

interface TunedFile {
  readonly vectorizer: { readonly minDf: number };
}

/** The options of quick trainings; dropout is left to the search. */
const QUICK = [
  ...["--seed", "1", "--ensemble", "1", "--validation-fraction", "0.25", "--tags", "content", "--ngram-range", "1,1"],
  ...["--no-char-ngrams", "--no-decompose", "--min-df", "1", "--max-df-fraction", "1", "--max-features", "1000"],
  ...["--hidden-units", "8,8,8", "--epochs", "5", "--min-steps", "1", "--batch-size", "8", "--learning-rate", "0.02"],
  ...["--weight-decay", "0", "--label-smoothing", "0", "--class-weight", "none", "--epsilon", "1e-8"],
] as const;

function runTune(output: string, more: readonly string[], options?: RunOptions): Promise<RunResult> {
  return runCli(["tune", TINY_CORPUS, "-o", output, "--folds", "2", "--workers", "1", ...QUICK, ...more], options);
}

describe("newsclf tune", () => {
  it("writes options that train takes, and prints a table of what was tried", async () => {
    const output = inFolder("tuned.json");
    const { exitCode, stdout, stderr } = await runTune(output, ["--max-trainings", "6"]);
    expect(exitCode, stderr).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^macro-f1 +Folds +Points gained +± \(1 sd\) +Options$/);
    expect(stdout).toMatch(/^\d\.\d{4} +2 +\+0\.00 +0\.00 +as given$/m);
    expect(stdout).toMatch(/^6 trainings of \d choices; best: (?:as given|network\.(?:d|inputD)ropout .*)$/m);
    expect(stderr).toContain(`next: newsclf train ${TINY_CORPUS} --config ${output}`);
    const tuned = JSON.parse(await readFile(output, "utf8")) as TunedFile;
    expect(tuned.vectorizer).toEqual({ minDf: 1, maxDfFraction: 1, maxFeatures: 1000 });
    const places = ["-o", inFolder("m.newsclf"), "--report", inFolder("report")];
    const trained = await runCli(["train", TINY_CORPUS, "--config", output, ...places]);
    expect(trained.exitCode, trained.stderr).toBe(0);
    const { metadata } = await decodeModel(await readFile(inFolder("m.newsclf")));
    expect(metadata.settings).toMatchObject(tuned);
  });

  it("goes on with --resume as if it had not ended, and writes all trials as JSON", async () => {
    const trials = inFolder("trials.json");
    const whole = await runTune(inFolder("whole.json"), ["--max-trainings", "6", "--format", "json"]);
    await runTune(inFolder("part.json"), ["--max-trainings", "4"]);
    const more = ["--max-trainings", "6", "--resume", "--trials", trials, "--format", "json"];
    const resumed = await runTune(inFolder("part.json"), more);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toEqual(JSON.parse(whole.stdout));
    expect(await readFile(trials, "utf8")).toBe(resumed.stdout);
    expect(await readFile(inFolder("part.json"), "utf8")).toBe(await readFile(inFolder("whole.json"), "utf8"));
  });

  it("ends with the best so far on request, and leaves nothing but its two files", async () => {
    const stop = new AbortController();
    const onMessage = (stderr: string): void => {
      if (stderr.includes("training 1 ")) stop.abort();
    };
    const output = inFolder("stopped", "tuned.json");
    const { exitCode, stderr } = await runTune(output, [], { interrupt: stop.signal, onMessage, columns: 80 });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain("stopped on request; the options are the best so far");
    expect((await readdir(inFolder("stopped"))).sort()).toEqual(["tuned.json", "tuned.state.json"]);
  });

  it("ends when the budget is used up", async () => {
    const { exitCode, stdout, stderr } = await runTune(inFolder("short.json"), ["--budget", "0.001s"]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/best: as given\n$/);
  });

  it("refuses a budget or a size that it cannot read, a state of another search, and a size that no model has", async () => {
    expect((await runTune(inFolder("a.json"), ["--budget", "5"])).exitCode).toBe(2);
    expect((await runTune(inFolder("a.json"), ["--max-model-size", "10"])).exitCode).toBe(2);
    await writeFile(inFolder("b.state.json"), "{}");
    const damaged = await runTune(inFolder("b.json"), ["--resume"]);
    expect(damaged).toMatchObject({ exitCode: 2, stdout: "" });
    expect(damaged.stderr).toContain("b.state.json: is no state of a search (version 2)");
    const small = await runTune(inFolder("c.json"), ["--max-model-size", "1KB", "--max-trainings", "4"]);
    expect(small).toMatchObject({ exitCode: 2, stdout: "" });
    expect(small.stderr).toContain("maxModelBytes must be large enough");
  });
});
