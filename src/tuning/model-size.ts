import type { Vocabulary } from "../features/vocabulary.js";
import { weightShapes } from "../model-file/tensors.js";
import type { MlpShape } from "../nn/weights.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";

/** What a vocabulary takes in a model file. */
export interface VocabularySize {
  readonly nTerms: number;
  readonly nBytes: number;
}

/** More than the manifest, the tensors' names and the counts above 255 of document frequencies come to. */
const REST_BYTES = 65_536;

export function measureVocabulary(vocabulary: Vocabulary): VocabularySize {
  const { termUnits, termOffsets } = vocabulary.toUnits();
  return { nTerms: vocabulary.nTerms, nBytes: termUnits.byteLength + termOffsets.byteLength };
}

/** Of one weight of the first layer; auto takes int8 nearly always. */
const BYTES_PER_WEIGHT = { auto: 1, int8: 1, float16: 2, float32: 4 } as const;

/** Bytes that the model file of these settings has at most, where `weights: "auto"` comes to int8. */
export function modelBytesAtMost(
  { network, ensemble, linear, weights }: ResolvedTrainingSettings,
  { nTerms, nBytes }: VocabularySize,
  nLabels: number,
): number {
  const bytesPerWeight = BYTES_PER_WEIGHT[weights];
  const scaleBytes = bytesPerWeight === 1 ? nTerms * Float32Array.BYTES_PER_ELEMENT : 0;
  const networkBytes = (hiddenUnits: MlpShape["hiddenUnits"]): number =>
    weightShapes({ nTerms, hiddenUnits, nLabels }).reduce((sum, [name, shape]) => {
      const nWeights = shape.reduce((product, length) => product * length, 1);
      return sum + nWeights * (name === "w1" ? bytesPerWeight : Float32Array.BYTES_PER_ELEMENT);
    }, scaleBytes);
  const linearBytes = linear ? networkBytes([nLabels, nLabels, nLabels]) : 0;
  return ensemble * networkBytes(network.hiddenUnits) + linearBytes + nLabels * nTerms + nBytes + REST_BYTES;
}
