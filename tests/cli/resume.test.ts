import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCli, TINY_CORPUS, TINY_TRAINING, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();

/** Trains with checkpoints until the first epoch is shown, and is then stopped. */
async function interrupted(name: string): Promise<string> {
  const interrupt = new AbortController();
  const places = ["-o", inFolder(name, "tiny.newsclf"), "--report", inFolder(name, "report")];
  const { stderr } = await runCli(["train", TINY_CORPUS, ...places, ...TINY_TRAINING, "--checkpoint-every", "step"], {
    columns: 120,
    interrupt: interrupt.signal,
    onMessage: (text) => {
      if (text.includes("epoch 1/30")) interrupt.abort();
    },
  });
  return stderr;
}

describe("newsclf train --resume", () => {
  it("goes on from the checkpoint of an ended run to the same model, and removes it", async () => {
    await trainTiny(inFolder("whole"));
    const stderr = await interrupted("part");
    expect(stderr).toContain("to go on: the same command with --resume\n");
    const checkpoint = inFolder("part", "tiny.newsclf.checkpoint");
    await access(checkpoint);
    const model = () => readFile(inFolder("part", "tiny.newsclf"));
    const whole = await readFile(inFolder("whole", "tiny.newsclf"));
    expect(await model()).not.toEqual(whole);
    const { exitCode, stderr: resumed } = await trainTiny(inFolder("part"), "--resume");
    expect(exitCode).toBe(0);
    expect(resumed).toContain(`resuming from ${checkpoint}\n`);
    expect(await model()).toEqual(whole);
    expect(await readdir(inFolder("part"))).toEqual(["report", "tiny.newsclf"]);
  });

  it("trains from the start where there is no checkpoint, and says so", async () => {
    const { exitCode, stderr } = await trainTiny(inFolder("none"), "--resume");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("tiny.newsclf.checkpoint: there is none; training from the start\n");
  });

  it("refuses a checkpoint of other options or articles, or a damaged one, and leaves it", async () => {
    await interrupted("other");
    const checkpoint = inFolder("other", "tiny.newsclf.checkpoint");
    const bytes = await readFile(checkpoint);
    const seed = await trainTiny(inFolder("other"), "--resume", "--seed", "2");
    expect(seed.exitCode).toBe(1);
    expect(seed.stderr).toContain(`newsclf: ${checkpoint} is of another run: seed was 1 and is 2; `);

    const csv = inFolder("more.csv");
    await writeFile(csv, `${await readFile(TINY_CORPUS, "utf8")}2024-02-01,제목,본문,경제\n`);
    const places = ["-o", inFolder("other", "tiny.newsclf"), "--report", inFolder("other", "report")];
    const articles = await runCli(["train", csv, ...places, ...TINY_TRAINING, "--resume"]);
    expect(articles.stderr).toContain("is of another run: the articles are others; ");
    expect(await readFile(checkpoint)).toEqual(bytes);

    await writeFile(checkpoint, bytes.subarray(0, 5000));
    const damaged = await trainTiny(inFolder("other"), "--resume");
    expect(damaged.exitCode).toBe(1);
    expect(damaged.stderr).toContain("delete it and train from the start");
  });

  it("writes no checkpoint with --checkpoint-every never", async () => {
    const { exitCode } = await trainTiny(inFolder("never"), "--checkpoint-every", "never");
    expect(exitCode).toBe(0);
    expect(await readdir(inFolder("never"))).toEqual(["report", "tiny.newsclf"]);
  });
});
