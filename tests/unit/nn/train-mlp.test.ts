import { describe, expect, it } from "vitest";
import { isNewsclfError, OptionError, TrainingError } from "../../../src/errors.js";
import type { CsrMatrix } from "../../../src/features/csr-matrix.js";
import { createReferenceMlp, ReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import {
  type EpochEvent,
  type TrainCommand,
  type TrainEvent,
  type TrainMlpInput,
  type TrainOutcome,
  trainMlp,
} from "../../../src/nn/train-mlp.js";
import type { LabeledMatrix } from "../../../src/nn/validation.js";
import { oneNetwork } from "../../../src/nn/weights.js";
import { scoreRows } from "../../../src/training/score-rows.js";
import { csrOf } from "./small-matrix.js";

/**
 * Three labels; a document of label c has the terms 2c and 2c + 1, and one of the terms 6 … 9 that say nothing.
 */
function separable(nDocuments: number): LabeledMatrix & { readonly matrix: CsrMatrix } {
  const labels = Uint16Array.from({ length: nDocuments }, (_, i) => i % 3);
  const rows = Array.from(labels, (label, i) => [
    [2 * label, 0.6] as const,
    [2 * label + 1, 0.6] as const,
    [6 + (Math.floor(i / 3) % 4), 0.5] as const,
  ]);
  return { matrix: csrOf(10, rows), labels };
}

/** Labels that have nothing to do with the terms: no epoch can be much better than another. */
function unlearnable(nDocuments: number): LabeledMatrix {
  const { matrix, labels } = separable(nDocuments);
  return { matrix, labels: labels.map((_, i) => (i * 7 + (i >> 2)) % 3) };
}

function inputOf(data: LabeledMatrix, changes: Partial<TrainMlpInput["optimizer"]> = {}): TrainMlpInput {
  return {
    ...data,
    nLabels: 3,
    validation: separable(12),
    network: { hiddenUnits: [8, 6, 4], dropout: 0.1, inputDropout: 0.1 },
    optimizer: {
      optimizer: "adamw",
      momentum: 0,
      nesterov: false,
      epochs: 15,
      minSteps: 1,
      batchSize: 8,
      learningRate: 0.02,
      weightDecay: 0.01,
      epsilon: 1e-8,
      schedule: "cosine",
      warmupFraction: 0.05,
      labelSmoothing: 0,
      classWeight: "none",
      patience: 100,
      ...changes,
    },
    seed: 1,
    kernels: createReferenceMlp,
  };
}

/** Runs to the end; `answer` may stop it. */
function run(
  input: TrainMlpInput,
  answer: (event: TrainEvent) => TrainCommand = () => undefined,
): { outcome: TrainOutcome; events: TrainEvent[] } {
  const training = trainMlp(input);
  const events: TrainEvent[] = [];
  let result = training.next();
  while (!result.done) {
    events.push(result.value);
    result = training.next(answer(result.value));
  }
  return { outcome: result.value, events };
}

const isEpoch = (event: TrainEvent): event is EpochEvent => event.kind === "epoch";

describe("trainMlp", () => {
  it("learns a separable problem", () => {
    const { outcome } = run(inputOf(separable(60)));
    expect(outcome.selectedEpoch.validationMacroF1).toBe(1);
    expect(outcome.history[14]!.trainLoss).toBeLessThan(0.5 * outcome.history[0]!.trainLoss);
    const unseen = separable(12);
    const probabilities = scoreRows(oneNetwork(outcome.weights), unseen.matrix, createReferenceMlp);
    unseen.labels.forEach((label, i) => {
      const scores = [...probabilities.subarray(i * 3, i * 3 + 3)];
      expect(scores.indexOf(Math.max(...scores))).toBe(label);
    });
  });

  it.each([
    ["plain gradient descent", { optimizer: "sgd", momentum: 0, learningRate: 0.5 }],
    ["momentum", { optimizer: "sgd", momentum: 0.9, learningRate: 0.1 }],
    ["Nesterov's momentum", { optimizer: "sgd", momentum: 0.9, nesterov: true, learningRate: 0.1 }],
    ["Adam with decay in the gradient", { optimizer: "adam" }],
    ["batch gradient descent", { optimizer: "sgd", batchSize: "full", learningRate: 0.2, epochs: 60 }],
  ] as const)("learns it by %s", (_, changes) => {
    const { outcome } = run(inputOf(separable(60), changes));
    expect(outcome.selectedEpoch.validationMacroF1).toBe(1);
  });

  it("takes one step an epoch when the batch is full", () => {
    const { outcome } = run(inputOf(separable(30), { batchSize: "full", epochs: 3 }));
    expect(outcome.nSteps).toBe(3);
  });

  it("gives the same bits for the same input and others for another seed", () => {
    const input = inputOf(separable(30), { epochs: 2 });
    expect(run(input)).toEqual(run(input));
    expect(run({ ...input, seed: 2 }).outcome.weights.w2).not.toEqual(run(input).outcome.weights.w2);
  });

  it("does not change its input", () => {
    const input = inputOf(separable(30), { epochs: 1 });
    const { matrix, labels } = separable(30);
    run(input);
    expect({ matrix: input.matrix, labels: input.labels }).toEqual({ matrix, labels });
  });

  it("reports steps and documents, and each epoch's figures", () => {
    // 17 documents in batches of 8: 8 and 9, since a batch of one is merged.
    const { events, outcome } = run(inputOf(separable(17), { epochs: 2 }));
    expect(events.map((event) => event.kind)).toEqual(["step", "epoch", "step", "epoch"]);
    expect(events[2]).toMatchObject({ epoch: 2, step: 4, nSteps: 4, nDocuments: 17 });
    expect(outcome.history.map((record) => record.epoch)).toEqual([1, 2]);
    expect(outcome).toMatchObject({ nSteps: 4, ending: "epochs" });
  });

  it("reports within a long epoch, too", () => {
    const { events } = run({ ...inputOf(separable(3000), { epochs: 1, batchSize: 128 }), validation: null });
    const seen = events.flatMap((event) => (event.kind === "step" ? [event.nDocuments] : []));
    expect(seen).toEqual([1024, 2048, 3000]);
  });

  it("returns the epoch with the lowest validation loss", () => {
    const { outcome } = run({ ...inputOf(unlearnable(60), { schedule: "constant" }), validation: unlearnable(21) });
    const lowest = Math.min(...outcome.history.map((record) => record.validationLoss!));
    expect(outcome.selectedEpoch).toBe(outcome.history.find((record) => record.validationLoss === lowest));
    expect(outcome.selectedEpoch.epoch).toBeLessThan(15);

    // The returned weights are that epoch's: they reproduce its loss.
    const { matrix, labels } = unlearnable(21);
    const probabilities = scoreRows(oneNetwork(outcome.weights), matrix, createReferenceMlp);
    const losses = Array.from(labels, (label, i) => -Math.log(probabilities[i * 3 + label]!));
    const loss = losses.reduce((sum, value) => sum + value) / 21;
    expect(loss).toBeCloseTo(outcome.selectedEpoch.validationLoss!, 10);
  });

  it("goes on for whole epochs until there are minSteps steps", () => {
    // 30 rows in batches of 8 are 4 steps an epoch; 2 epochs have 8, so 10 steps take 3.
    const { outcome } = run({ ...inputOf(separable(30), { epochs: 2, minSteps: 10 }), validation: null });
    expect(outcome).toMatchObject({ nSteps: 12, ending: "epochs" });
    expect(outcome.history).toHaveLength(3);
  });

  it("stops after `patience` epochs without a better one", () => {
    const { outcome } = run({ ...inputOf(unlearnable(60), { patience: 2 }), validation: unlearnable(21) });
    expect(outcome.ending).toBe("patience");
    expect(outcome.history.length).toBe(outcome.selectedEpoch.epoch + 2);
  });

  it("keeps the last epoch when there is no validation share", () => {
    const { outcome } = run({ ...inputOf(separable(30), { epochs: 3, patience: 1 }), validation: null });
    expect(outcome.history.length).toBe(3);
    expect(outcome.selectedEpoch).toEqual(outcome.history[2]);
    expect(outcome.selectedEpoch.validationLoss).toBeNull();
  });

  it("ends with the best weights so far when told to stop after an epoch", () => {
    const input = inputOf(separable(60));
    const stopped = run(input, (event) => (isEpoch(event) && event.record.epoch === 2 ? "stop" : undefined)).outcome;
    const whole = run(input).outcome;
    expect(stopped.ending).toBe("stopped");
    expect(stopped.history).toEqual(whole.history.slice(0, 2));
  });

  it("judges the epoch cut short when told to stop within it", () => {
    const input = inputOf(separable(3000), { batchSize: 128 });
    const { outcome } = run(input, () => "stop");
    expect(outcome).toMatchObject({ ending: "stopped", nSteps: 8 });
    expect(outcome.history.length).toBe(1);
    expect(outcome.selectedEpoch.validationLoss).not.toBeNull();
  });

  it("gives a rare label more weight when balanced", () => {
    // 3 of 63 documents have label 2 and share their terms with label 1; unweighted, label 1 wins.
    const labels = Uint16Array.from({ length: 63 }, (_, i) => (i % 21 === 20 ? 2 : i % 2));
    const rows = Array.from(labels, (label) => [[label === 0 ? 0 : 1, 1] as const]);
    const data = { matrix: csrOf(2, rows), labels };
    const scoreOfRare = (classWeight: "none" | "balanced") => {
      // One batch: the mean is weighted within a batch, so that small batches without the label would not count it.
      const { outcome } = run({ ...inputOf(data, { classWeight, batchSize: 64, epochs: 100 }), validation: null });
      return scoreRows(oneNetwork(outcome.weights), csrOf(2, [[[1, 1]]]), createReferenceMlp)[2]!;
    };
    // 3 of the 33 documents with term 1, about 0.09; balanced, the two labels weigh the same, about 0.5.
    expect(scoreOfRare("none")).toBeLessThan(0.2);
    expect(scoreOfRare("balanced")).toBeGreaterThan(0.4);
  });

  it("takes documents without terms and a matrix without any", () => {
    const { outcome } = run({
      ...inputOf({ matrix: csrOf(10, [[], [], [], []]), labels: Uint16Array.of(0, 1, 2, 0) }, { epochs: 1 }),
    });
    expect(outcome.nSteps).toBe(1);
    expect(Number.isFinite(outcome.selectedEpoch.trainLoss)).toBe(true);
  });

  it("throws at the step whose loss is not finite", () => {
    const data = separable(30);
    data.matrix.data[0] = Number.POSITIVE_INFINITY;
    const error = catchError(() => run(inputOf(data, { batchSize: 64 })));
    expect(error).toBeInstanceOf(TrainingError);
    expect(isNewsclfError(error) && error.code).toBe("TRAINING_NOT_FINITE");
    expect(error).toMatchObject({ epoch: 1, step: 1 });
    expect(String(error)).toMatch(
      /loss must be finite; got NaN, even at a rate of .*; lower optimizer\.learningRate \(now 0\.02\)/,
    );
  });

  /** Kernels that give a loss of NaN at these calls, the first of which is 1. */
  function failingAt(...calls: readonly number[]): TrainMlpInput["kernels"] {
    let nCalls = 0;
    return (capacityBytes) =>
      new (class extends ReferenceMlp {
        override softmaxCrossEntropyForward(...given: Parameters<ReferenceMlp["softmaxCrossEntropyForward"]>): number {
          const loss = super.softmaxCrossEntropyForward(...given);
          return calls.includes(++nCalls) ? Number.NaN : loss;
        }
      })(Float32Array, capacityBytes);
  }

  it("goes back to the best weights with a quarter of the rate when the loss is not finite", () => {
    // 30 rows in batches of 8 are 4 steps an epoch; call 10 is step 2 of epoch 3.
    const input = { ...inputOf(separable(30), { epochs: 4, schedule: "constant" }), kernels: failingAt(10) };
    const { events, outcome } = run(input);
    const rollback = { epoch: 3, step: 10, toEpoch: 2, learningRateFactor: 0.25 };
    expect(events.filter(({ kind }) => kind === "rollback")).toEqual([{ kind: "rollback", rollback }]);
    expect(outcome.rollbacks).toEqual([rollback]);
    expect(outcome.history.map(({ epoch, learningRate }) => [epoch, learningRate])).toEqual([
      [1, 0.02],
      [2, 0.02],
      [3, 0.005],
      [4, 0.005],
    ]);
    expect(outcome).toMatchObject({ nSteps: 16, ending: "epochs" });
    expect(Number.isFinite(outcome.selectedEpoch.validationLoss)).toBe(true);
  });

  it("goes back to the weights of the start when the first epoch fails", () => {
    const input = { ...inputOf(separable(30), { epochs: 2 }), kernels: failingAt(1, 2) };
    const { outcome } = run(input);
    expect(outcome.rollbacks).toEqual([
      { epoch: 1, step: 1, toEpoch: 0, learningRateFactor: 0.25 },
      { epoch: 1, step: 1, toEpoch: 0, learningRateFactor: 0.0625 },
    ]);
    // With two returns behind it the run is one at a sixteenth of the rate.
    const slow = run(inputOf(separable(30), { epochs: 2, learningRate: 0.02 / 16 })).outcome;
    expect(outcome.weights.w2).toEqual(slow.weights.w2);
  });

  it("refuses a decay that would turn weights around", () => {
    const error = catchError(() => run(inputOf(separable(30), { learningRate: 2, weightDecay: 0.5 })));
    expect(error).toBeInstanceOf(OptionError);
    expect(String(error)).toMatch(/optimizer\.weightDecay must be below 1 \/ learningRate = 0\.5; got 0\.5/);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
