import { Philox } from "../../../src/kernels/random.js";
import { type MlpShape, type MlpWeights, makeParameters } from "../../../src/nn/weights.js";

/** A network of numbers in [-1, 1), but for the scales and variances of batch norm, in [0.5, 2.5). */
export function randomWeights(shape: MlpShape, seed = 8): MlpWeights {
  const philox = new Philox().withKey(seed, 99);
  let counter = 0;
  return makeParameters(shape, (n, name) => {
    const centre = name.startsWith("gamma") || name.startsWith("runningVar") ? 1.5 : 0;
    return Float32Array.from({ length: n }, () => {
      philox.generate(counter++, 0, 0, 0);
      return centre + (philox.words[0]! / 2 ** 31 - 1);
    });
  });
}
