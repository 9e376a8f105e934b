import { signedChiSquare, topTerms } from "../features/term-statistics.js";
import { decodeModel } from "../model-file/model-file.js";
import type { ModelCard } from "./report.js";

/** Terms that a report lists for each label. */
const N_TOP_TERMS = 15;

/**
 * Returns what a report says of a model.
 * @param bytes of the model file
 * @param source its name in messages
 * @throws {ModelFormatError} when they are not a model, or are damaged
 */
export async function describeModel(bytes: Uint8Array, source?: string): Promise<ModelCard> {
  const { metadata, vocabulary, labelDocumentFrequency } = await decodeModel(bytes, source);
  const counts = { labelDocumentFrequency, nLabelDocuments: Uint32Array.from(metadata.trainSupport) };
  return {
    formatVersion: metadata.formatVersion,
    tokenizerId: metadata.tokenizerId,
    nTerms: vocabulary.nTerms,
    sizeBytes: bytes.length,
    settings: metadata.settings,
    trainingDataHash: metadata.trainingDataHash,
    unlabeled: metadata.unlabeled ?? null,
    selectedEpochs: metadata.selectedEpochs,
    calibration: metadata.calibration,
    topTerms: metadata.labels.map((label, index) => ({
      label,
      terms: topTerms(vocabulary, signedChiSquare(counts, index), N_TOP_TERMS),
    })),
  };
}
