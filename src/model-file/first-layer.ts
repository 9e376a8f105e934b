/** The first layer of a network in a model file: float32, float16, or int8 with a scale for each row. */
import { ModelFormatError } from "../errors.js";
import { isPacked, type StoredWeights } from "../nn/weights.js";
import type { StoredTensor, Tensor, TensorFile } from "./safetensors.js";
import { checkNumbers, takeTensor } from "./tensors.js";

/** All five bits of the exponent are 1 in infinities and NaN. */
const HALF_EXPONENT = 0x7c00;

/** Beside a first layer of int8: the scales of its rows. */
function scalesName(name: string): string {
  return `${name}Scales`;
}

/** Adds the tensors of the layer, `[V, H1]`, the first of them under this name. */
export function addFirstLayer(
  tensors: Map<string, Tensor>,
  name: string,
  shape: readonly number[],
  w1: StoredWeights["w1"],
): void {
  if (!isPacked(w1)) {
    tensors.set(name, { shape, data: w1 });
  } else if (w1.type === "float16") {
    tensors.set(name, { shape, data: w1.bits, dtype: "F16" });
  } else {
    tensors.set(name, { shape, data: w1.values });
    tensors.set(scalesName(name), { shape: shape.slice(0, 1), data: w1.scales });
  }
}

/**
 * Returns the layer in the type that the file has it in.
 * @throws {ModelFormatError} when it is missing, of another type or shape, or not finite
 */
export function takeFirstLayer(
  file: TensorFile<StoredTensor>,
  name: string,
  shape: readonly number[],
): StoredWeights["w1"] {
  const stored = file.tensors.get(name);
  if (stored?.dtype === "F16") {
    const { data: bits, offset } = takeTensor(file, name, shape, Uint16Array);
    const place = bits.findIndex((half) => (half & HALF_EXPONENT) === HALF_EXPONENT);
    if (place === -1) return { type: "float16", bits };
    throw new ModelFormatError(offset + 2 * place, `finite numbers in tensor ${name}`, `another at ${place}`);
  }
  if (stored?.data instanceof Int8Array) {
    const { data: values } = takeTensor(file, name, shape, Int8Array);
    const scales = takeTensor(file, scalesName(name), shape.slice(0, 1), Float32Array);
    checkNumbers(scalesName(name), scales, 0);
    return { type: "int8", values, scales: scales.data };
  }
  const tensor = takeTensor(file, name, shape, Float32Array);
  checkNumbers(name, tensor, Number.NEGATIVE_INFINITY);
  return tensor.data;
}

/** Names of the tensors that hold the layer in this file. */
export function firstLayerNames(file: TensorFile<StoredTensor>, name: string): readonly string[] {
  return file.tensors.get(name)?.data instanceof Int8Array ? [name, scalesName(name)] : [name];
}
