import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { CheckpointFile, parseInterval } from "../../../src/cli/checkpoint-flags.js";
import { FileError } from "../../../src/errors.js";

describe("--checkpoint-every", () => {
  it("takes seconds, epoch, step and never", () => {
    expect(parseInterval("30s")).toEqual({ kind: "seconds", seconds: 30 });
    expect(["epoch", "step", "never"].map(parseInterval)).toEqual([
      { kind: "epoch" },
      { kind: "step" },
      { kind: "never" },
    ]);
  });

  it.each(["", "30", "0s", "-1s", "1.5s", "s", "1m", "epochs", "1e3s"])("refuses %j", (text) => {
    expect(() => parseInterval(text)).toThrow(InvalidArgumentError);
  });
});

describe("CheckpointFile", () => {
  const bytes = Uint8Array.of(1);

  it("is due so many seconds after the start and after each checkpoint", async () => {
    let nowMs = 5000;
    const written: Uint8Array[] = [];
    const file = new CheckpointFile(
      { kind: "seconds", seconds: 2 },
      async (given) => {
        written.push(given);
      },
      () => undefined,
      () => nowMs,
    );
    const isDueAt = (ms: number) => {
      nowMs = ms;
      return file.isDue({ kind: "step" });
    };
    expect([isDueAt(6999), isDueAt(7000)]).toEqual([false, true]);
    nowMs = 7500;
    await file.save(bytes);
    expect(written).toEqual([bytes]);
    expect([isDueAt(9499), isDueAt(9500)]).toEqual([false, true]);
  });

  it("is due after epochs, after steps, or never", () => {
    const due = (kind: "epoch" | "step" | "never") => {
      const file = new CheckpointFile(
        { kind },
        async () => undefined,
        () => undefined,
      );
      return [file.isDue({ kind: "step" }), file.isDue({ kind: "epoch" })];
    };
    expect(due("step")).toEqual([true, true]);
    expect(due("epoch")).toEqual([false, true]);
    expect(due("never")).toEqual([false, false]);
  });

  it("says once for each reason why a checkpoint could not be written, and lets the training go on", async () => {
    // Two that fail for one reason, one that is written, one that fails for the same reason again, a fault of our own.
    const results = [new FileError("FILE_NO_SPACE", "m", "full"), new FileError("FILE_NO_SPACE", "m", "full"), null];
    results.push(new FileError("FILE_NO_SPACE", "m", "full"));
    const told: string[] = [];
    const file = new CheckpointFile(
      { kind: "step" },
      async () => {
        const error = results.shift();
        if (error === undefined) throw new TypeError("no function");
        if (error !== null) throw error;
      },
      (message) => told.push(message),
    );
    for (let i = 0; i < 4; i++) await file.save(bytes);
    const sentence = "m: full; training goes on without this checkpoint";
    expect(told).toEqual([sentence, sentence]);
    await expect(file.save(bytes)).rejects.toThrow(TypeError);
  });
});
