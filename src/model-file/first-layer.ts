/** First layers in a model file: float32, float16, or int8 with a scale for each row and network. */
import { ModelFormatError } from "../errors.js";
import { type FirstLayer, isPacked } from "../nn/weights.js";
import type { StoredTensor, Tensor, TensorFile } from "./safetensors.js";
import { checkNumbers, takeTensor } from "./tensors.js";

/** All five bits of the exponent are 1 in infinities and NaN. */
const HALF_EXPONENT = 0x7c00;

/** Beside first layers of int8: the scales of their rows. */
function scalesName(name: string): string {
  return `${name}Scales`;
}

/** Adds the tensors of the layers, `[V, U]`, the first of them under this name. */
export function addFirstLayer(
  tensors: Map<string, Tensor>,
  name: string,
  shape: readonly [nTerms: number, nUnits: number],
  w1: FirstLayer,
): void {
  if (!isPacked(w1)) {
    tensors.set(name, { shape, data: w1 });
  } else if (w1.type === "float16") {
    tensors.set(name, { shape, data: w1.bits, dtype: "F16" });
  } else {
    tensors.set(name, { shape, data: w1.values });
    tensors.set(scalesName(name), { shape: [shape[0], w1.widths.length], data: w1.scales });
  }
}

/**
 * Returns the layers in the type that the file has them in.
 *
 * @param widths units of each network
 * @param scalesShape the scales' shape: `[V, M]`, in version 2 `[V]` for each network by itself
 * @throws {ModelFormatError} when a tensor is missing, of another type or shape, or not finite
 */
export function takeFirstLayer(
  file: TensorFile<StoredTensor>,
  name: string,
  shape: readonly [nTerms: number, nUnits: number],
  widths: Uint32Array,
  scalesShape: readonly number[],
): FirstLayer {
  const stored = file.tensors.get(name);
  if (stored?.dtype === "F16") {
    const { data: bits, offset } = takeTensor(file, name, shape, Uint16Array);
    const place = bits.findIndex((half) => (half & HALF_EXPONENT) === HALF_EXPONENT);
    if (place === -1) return { type: "float16", nColumns: shape[1], bits };
    throw new ModelFormatError(offset + 2 * place, `finite numbers in tensor ${name}`, `another at ${place}`);
  }
  if (stored?.data instanceof Int8Array) {
    const { data: values } = takeTensor(file, name, shape, Int8Array);
    const scales = takeTensor(file, scalesName(name), scalesShape, Float32Array);
    checkNumbers(scalesName(name), scales, 0);
    return { type: "int8", nColumns: shape[1], values, widths, scales: scales.data };
  }
  const tensor = takeTensor(file, name, shape, Float32Array);
  checkNumbers(name, tensor, Number.NEGATIVE_INFINITY);
  return tensor.data;
}

/** Names of the tensors that hold the layers in this file. */
export function firstLayerNames(file: TensorFile<StoredTensor>, name: string): readonly string[] {
  return file.tensors.get(name)?.data instanceof Int8Array ? [name, scalesName(name)] : [name];
}
