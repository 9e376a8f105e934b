import { ReferenceMlp } from "../../kernels/reference-mlp.js";
import { batchCapacity } from "../../nn/sparse-batch.js";
import { type BatchSource, StepCrew } from "../../nn/step-crew.js";
import type { TrainingSteps } from "../../nn/training-backend.js";
import { TrainingNetwork } from "../../nn/training-network.js";
import type { TensorFlow } from "./tensorflow.js";
import { TfjsSteps } from "./tfjs-steps.js";

/** Four documents of three terms; the third is in the last only. */
const SOURCE: BatchSource = {
  matrix: {
    nRows: 4,
    nColumns: 3,
    indptr: Uint32Array.of(0, 2, 3, 4, 6),
    indices: Uint32Array.of(0, 1, 0, 1, 1, 2),
    data: Float32Array.of(0.6, 0.8, 1, 1, 0.8, 0.6),
  },
  labels: Int32Array.of(0, 0, 1, 1),
  order: Uint32Array.of(0, 1, 2, 3),
  inputDropout: 0,
  seed: 1,
};
const SHAPE = { nTerms: 3, hiddenUnits: [4, 4, 4], nLabels: 2 } as const;
const OPTIONS = {
  labelWeights: [1, 1],
  labelSmoothing: 0.1,
  dropout: 0.25,
  optimizer: { optimizer: "adamw", momentum: 0, nesterov: false, weightDecay: 0.1, epsilon: 0.01 },
} as const;
const N_STEPS = 3;
/** Single precision, three steps; what is broken is off by more. */
const TOLERANCE = 1e-3;

/** The losses of a few steps. */
function run(begin: (network: TrainingNetwork) => TrainingSteps): readonly number[] {
  const kernels = new ReferenceMlp(Float32Array, Number.POSITIVE_INFINITY);
  const network = new TrainingNetwork(kernels, SHAPE, batchCapacity(SOURCE.matrix, 4), OPTIONS);
  network.initialize(SOURCE.seed);
  const steps = begin(network);
  try {
    return Array.from({ length: N_STEPS }, (_, i) => {
      const loss = steps.forward({ begin: 0, end: 4, step: i + 1 }, null);
      steps.update(0.05);
      return loss;
    });
  } finally {
    steps.end();
  }
}

/**
 * Takes a few steps with TensorFlow.js and with the reference kernels. A package that loads may still have broken calls, as
 * tfjs-node has on Node 23 and later; here they show before any work is lost.
 *
 * @throws {Error} what a broken call throws, or one that says which loss is wrong
 */
export function probe(tf: TensorFlow): void {
  const expected = run((network) => new StepCrew(network, SOURCE));
  for (const [i, loss] of run((network) => new TfjsSteps(tf, network, SOURCE)).entries()) {
    const right = expected[i] as number;
    if (!(Math.abs(loss - right) <= TOLERANCE)) throw new Error(`step ${i + 1} has a loss of ${loss}, not ${right}`);
  }
}
