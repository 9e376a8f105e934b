import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { MlpKernelFactory } from "../../src/kernels/mlp.js";
import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import { type TrainOutcome, trainMlp } from "../../src/nn/train-mlp.js";
import { hashOf, smallRun, WEIGHTS_SHA256 } from "./small-run.js";

const ROOT = path.resolve(import.meta.dirname, "../..");

/**
 * Rounding differs, and Adam divides by √v: a parameter whose gradient is zero but for rounding, such as a bias before
 * batch norm, moves by the whole learning rate, 0.01, in a direction of its own.
 */
const LOSS_TOLERANCE = 0.01;

function train(kernels: MlpKernelFactory): TrainOutcome {
  const run = trainMlp(smallRun(kernels));
  for (;;) {
    const { done, value } = run.next();
    if (done) return value;
  }
}

describe.each([
  ["release", "assets/mlp.wasm"],
  ["debug", "build/assembly/mlp.debug.wasm"],
])("training on WebAssembly, %s build", (_, file) => {
  const outcome = train(createWasmMlp(readFileSync(path.join(ROOT, file))));

  it("gives the weights that every engine gives", () => {
    expect(hashOf(outcome)).toBe(WEIGHTS_SHA256);
  });

  it("goes the reference's way", () => {
    const reference = train(createReferenceMlp);
    expect(outcome.nSteps).toBe(12);
    outcome.history.forEach((record, i) => {
      const expected = reference.history[i]!;
      expect(Math.abs(record.trainLoss - expected.trainLoss)).toBeLessThan(LOSS_TOLERANCE);
      expect(Math.abs(record.validationLoss! - expected.validationLoss!)).toBeLessThan(LOSS_TOLERANCE);
    });
    expect(hashOf(reference)).not.toBe(WEIGHTS_SHA256);
  });
});
