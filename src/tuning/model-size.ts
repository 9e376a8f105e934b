import type { Vocabulary } from "../features/vocabulary.js";
import { weightShapes } from "../model-file/tensors.js";
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

/** Bytes that the model file of these settings has at most. */
export function modelBytesAtMost(
  { network, ensemble }: ResolvedTrainingSettings,
  { nTerms, nBytes }: VocabularySize,
  nLabels: number,
): number {
  const nWeights = weightShapes(nTerms, network.hiddenUnits, nLabels).reduce(
    (sum, [, shape]) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  );
  return ensemble * nWeights * Float32Array.BYTES_PER_ELEMENT + nLabels * nTerms + nBytes + REST_BYTES;
}
