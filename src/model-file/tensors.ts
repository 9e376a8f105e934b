/** Tensors of a network in a file of ours. */
import { ModelFormatError } from "../errors.js";
import type { MlpShape, MlpWeights } from "../nn/weights.js";
import type { StoredTensor, TensorArray, TensorFile } from "./safetensors.js";

/** Names and shapes of a network's arrays, in the order of the file. */
export function weightShapes({
  nTerms,
  hiddenUnits,
  nLabels,
}: MlpShape): readonly (readonly [keyof MlpWeights, readonly number[]])[] {
  const [h1, h2, h3] = hiddenUnits;
  return [
    ["w1", [nTerms, h1]],
    ["b1", [h1]],
    ["gamma1", [h1]],
    ["beta1", [h1]],
    ["runningMean1", [h1]],
    ["runningVar1", [h1]],
    ["w2", [h1, h2]],
    ["b2", [h2]],
    ["gamma2", [h2]],
    ["beta2", [h2]],
    ["runningMean2", [h2]],
    ["runningVar2", [h2]],
    ["w3", [h2, h3]],
    ["b3", [h3]],
    ["gamma3", [h3]],
    ["beta3", [h3]],
    ["runningMean3", [h3]],
    ["runningVar3", [h3]],
    ["w4", [h3, nLabels]],
    ["b4", [nLabels]],
  ];
}

/** A tensor whose type and shape are as they must be. */
export interface TakenTensor<T extends TensorArray> extends StoredTensor {
  readonly data: T;
}

/** @throws {ModelFormatError} when the file lacks it or it is another */
export function takeTensor<T extends TensorArray>(
  file: TensorFile<StoredTensor>,
  name: string,
  shape: readonly number[],
  type: abstract new (length: number) => T,
): TakenTensor<T> {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new ModelFormatError(8, `a tensor ${name}`, "none");
  const { data, offset } = tensor;
  if (!(data instanceof type) || tensor.shape.join() !== shape.join()) {
    const found = `${data.constructor.name} of shape [${tensor.shape}]`;
    throw new ModelFormatError(8, `tensor ${name}, a ${type.name} of shape [${shape}]`, found);
  }
  return { shape, data, offset };
}

/** Whether all numbers are finite and at least `least`, in a loop without branches: 0 times Infinity or NaN is NaN. */
function areInRange(data: Float32Array, least: number): boolean {
  let sum = 0;
  let smallest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    sum += value * 0;
    smallest = Math.min(smallest, value);
  }
  return sum === 0 && smallest >= least;
}

/**
 * Square roots are taken of some numbers, so `least` is 0 for these.
 * @throws {ModelFormatError} when a number is not finite or below `least`
 */
export function checkNumbers(name: string, { data, offset }: TakenTensor<Float32Array>, least: number): void {
  if (areInRange(data, least)) return;
  const place = data.findIndex((value) => !(Number.isFinite(value) && value >= least));
  const expected = `finite numbers${least === 0 ? " ≥ 0" : ""} in tensor ${name}`;
  throw new ModelFormatError(offset + 4 * place, expected, `${data[place]} at ${place}`);
}
