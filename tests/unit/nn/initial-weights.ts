import { ReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { initializeWeights, type MlpShape, type MlpWeights, makeParameters } from "../../../src/nn/weights.js";

/** The weights that training starts from. */
export function initialWeights(shape: MlpShape, seed: number): MlpWeights {
  const kernels = new ReferenceMlp(Float32Array, Infinity);
  const weights = makeParameters(shape, (n) => kernels.allocate(n));
  initializeWeights(kernels, weights, seed);
  return weights;
}
