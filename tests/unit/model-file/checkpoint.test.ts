import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ModelFormatError, NewsclfError } from "../../../src/errors.js";
import { createWasmMlp } from "../../../src/kernels/wasm-mlp.js";
import { decodeCheckpoint, encodeCheckpoint, type RunDescription } from "../../../src/model-file/checkpoint.js";
import { type TrainOutcome, trainMlp } from "../../../src/nn/train-mlp.js";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";
import { describeSmallRun, hashOf, smallRun, WEIGHTS_SHA256 } from "../../conformance/small-run.js";

const kernels = createWasmMlp(readFileSync(path.resolve(import.meta.dirname, "../../../assets/mlp.wasm")));
const input = smallRun(kernels);
const { network, optimizer, seed } = input;
const run = describeSmallRun();

/** The checkpoints after each event of a run: four epochs with a step event and an epoch event each. */
async function checkpointsOfRun(): Promise<Uint8Array[]> {
  const checkpoints: Uint8Array[] = [];
  const training = trainMlp(input);
  for (let result = training.next(); !result.done; result = training.next()) {
    const { value } = training.next("capture");
    if (!("kind" in value) || value.kind !== "state") throw new Error("no state");
    checkpoints.push(await encodeCheckpoint(value.state, run, []));
  }
  return checkpoints;
}

async function resume(bytes: Uint8Array): Promise<TrainOutcome> {
  const { state } = await decodeCheckpoint(bytes, run, "a.checkpoint");
  const training = trainMlp({ ...input, resume: state });
  for (;;) {
    const { done, value } = training.next();
    if (done) return value;
  }
}

const checkpoints = await checkpointsOfRun();
const middle = checkpoints[2] as Uint8Array;

/** The checkpoint with another manifest of the same length in bytes, and no digest made for it. */
function withManifest(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const changed = change(text);
  expect(changed.length).toBe(text.length);
  expect(changed).not.toBe(text);
  return Buffer.from(changed, "latin1");
}

async function errorOf(bytes: Uint8Array, description: RunDescription = run): Promise<NewsclfError> {
  try {
    await decodeCheckpoint(bytes, description, "a.checkpoint");
  } catch (error) {
    if (error instanceof NewsclfError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a checkpoint", () => {
  it("continues a run to the same bytes and the same history, wherever it was taken", async () => {
    expect(checkpoints).toHaveLength(8);
    const whole = await resume(checkpoints[0] as Uint8Array);
    for (const bytes of checkpoints) {
      const outcome = await resume(bytes);
      expect(hashOf(outcome)).toBe(WEIGHTS_SHA256);
      expect(outcome.history).toEqual(whole.history);
      expect(outcome.selectedEpoch).toEqual(whole.selectedEpoch);
      expect(outcome).toMatchObject({ nSteps: 12, ending: "epochs" });
    }
  });

  it("has the same bytes when the run is repeated", async () => {
    expect(await checkpointsOfRun()).toEqual(checkpoints);
  });

  it("gives back each field", async () => {
    const { state, finished } = await decodeCheckpoint(middle, run, "a.checkpoint");
    expect(finished).toEqual([]);
    // After the step event of epoch 2: three batches of it are done.
    expect(state).toMatchObject({ epoch: 2, nBatchesDone: 3, rollbacks: [] });
    expect(state.optimizer.nSteps).toBe(6);
    expect(state.optimizer.beta1Power).toBeCloseTo(0.9 ** 6, 12);
    expect(state.history.map(({ epoch }) => epoch)).toEqual([1]);
    expect(state.selectedEpoch).toEqual(state.history[0]);
    expect(state.parameters.w1).toHaveLength(60 * 16);
    expect(state.moment2.w1.some((value) => value > 0)).toBe(true);
  });

  it.each<readonly [string, Partial<RunDescription>, string]>([
    ["articles", { trainingDataHash: "b".repeat(64) }, "the articles are others"],
    ["dictionary", { tokenizerId: "words-2" }, "the dictionary is another"],
    [
      "option",
      { settings: resolveTrainingSettings({ network, optimizer: { ...optimizer, learningRate: 0.02 }, seed }) },
      "optimizer.learningRate was 0.01 and is 0.02",
    ],
    ["seed", { settings: resolveTrainingSettings({ network, optimizer, seed: 4 }) }, "seed was 3 and is 4"],
  ])("is refused with another %s", async (_, change, what) => {
    const error = await errorOf(middle, { ...run, ...change });
    expect(error.code).toBe("CHECKPOINT_MISMATCH");
    expect(error.message).toBe(
      `a.checkpoint is of another run: ${what}; give the same articles and options as before, or train without resuming`,
    );
  });

  it("is refused when any byte is another", async () => {
    for (const place of [0, 20, 90, 1000, middle.length >> 1, middle.length - 1]) {
      const damaged = middle.slice();
      damaged[place] = (damaged[place] as number) ^ 1;
      expect(await errorOf(damaged), `byte ${place}`).toBeInstanceOf(ModelFormatError);
    }
  });

  it("is refused when it is cut off, empty, or a model", async () => {
    for (const bytes of [middle.slice(0, middle.length - 1), middle.slice(0, 100), new Uint8Array(0)]) {
      const error = await errorOf(bytes);
      expect(error).toBeInstanceOf(ModelFormatError);
      expect(error.message).toContain("a.checkpoint: byte ");
      expect(error.message).toContain("delete it and train from the start");
    }
    const renamed = withManifest(middle, (text) => text.replace("newsclf-checkpoint", "newsclf-something-"));
    expect((await errorOf(renamed)).message).toContain("a file that is no checkpoint");
  });

  it("is refused when another version wrote it", async () => {
    const other = withManifest(middle, (text) => text.replace('checkpointVersion\\":1', 'checkpointVersion\\":9'));
    expect(await errorOf(other)).toMatchObject({ code: "MODEL_VERSION" });
  });
});
