/** A small training run whose every bit is known. */

import { createHash } from "node:crypto";
import type { MlpKernelFactory } from "../../src/kernels/mlp.js";
import { Philox } from "../../src/kernels/random.js";
import type { RunDescription } from "../../src/model-file/checkpoint.js";
import { planRun, type TrainMlpInput, type TrainOutcome } from "../../src/nn/train-mlp.js";
import { resolveTrainingSettings } from "../../src/options/train-options.js";
import { csrOf } from "../unit/nn/small-matrix.js";

const N_TERMS = 60;
const N_DOCUMENTS = 90;
const TERMS_PER_DOCUMENT = 5;

/**
 * SHA-256 of all weights after the run on WebAssembly. It must be the same on every engine and machine; a change of the
 * kernels' arithmetic or of the training itself changes it.
 */
export const WEIGHTS_SHA256 = "8124685aa07b75b59973f003346439eca85447fd06c2c30252cb4bd559f70438";

const philox = new Philox().withKey(9, 99);
let counter = 0;
function draw(limit: number): number {
  philox.generate(counter++, 0, 0, 0);
  return philox.words[0]! % limit;
}

/** Three labels, each with 20 terms of its own; a document has four of them and one of another label. */
const labels = Uint16Array.from({ length: N_DOCUMENTS }, (_, i) => i % 3);
const matrix = csrOf(
  N_TERMS,
  Array.from(labels, (label) => {
    const terms = new Set<number>();
    while (terms.size < TERMS_PER_DOCUMENT - 1) terms.add(label * 20 + draw(20));
    while (terms.size < TERMS_PER_DOCUMENT) terms.add(draw(N_TERMS));
    return [...terms].sort((a, b) => a - b).map((term) => [term, 1 / Math.sqrt(TERMS_PER_DOCUMENT)] as const);
  }),
);

/** Four epochs of three batches. */
const SMALL_RUN = {
  matrix,
  labels,
  nLabels: 3,
  validation: { matrix, labels },
  network: { hiddenUnits: [16, 9, 6], dropout: 0.2, inputDropout: 0.1 },
  optimizer: {
    optimizer: "adamw",
    momentum: 0,
    nesterov: false,
    epochs: 4,
    minSteps: 1,
    batchSize: 32,
    learningRate: 0.01,
    weightDecay: 0.05,
    epsilon: 1e-8,
    schedule: "cosine",
    warmupFraction: 0.1,
    labelSmoothing: 0.05,
    classWeight: "balanced",
    patience: 4,
  },
  seed: 3,
} as const satisfies Omit<TrainMlpInput, "kernels">;

export function smallRun(kernels: MlpKernelFactory): TrainMlpInput {
  return { ...SMALL_RUN, kernels };
}

/** What a checkpoint of the run says of it. */
export function describeSmallRun(): RunDescription {
  const { network, optimizer, seed, nLabels } = SMALL_RUN;
  return {
    trainingDataHash: "a".repeat(64),
    tokenizerId: "words-1",
    settings: resolveTrainingSettings({ network, optimizer, seed }),
    shape: { nTerms: N_TERMS, hiddenUnits: network.hiddenUnits, nLabels },
    ...planRun(N_DOCUMENTS, optimizer),
    student: null,
  };
}

export function hashOf({ weights }: Pick<TrainOutcome, "weights">): string {
  const hash = createHash("sha256");
  for (const values of Object.values(weights))
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
}
