import { ReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import type { OptimizerRule } from "../../../src/nn/optimizer.js";
import { initializeWeights, type MlpShape, type MlpWeights, makeParameters } from "../../../src/nn/weights.js";

/** AdamW with PyTorch's epsilon and no decay. */
export const ADAMW: OptimizerRule = { optimizer: "adamw", momentum: 0, nesterov: false, weightDecay: 0, epsilon: 1e-8 };

/** The weights that training starts from. */
export function initialWeights(shape: MlpShape, seed: number): MlpWeights {
  const kernels = new ReferenceMlp(Float32Array, Infinity);
  const weights = makeParameters(shape, (n) => kernels.allocate(n));
  initializeWeights(kernels, weights, seed);
  return weights;
}
