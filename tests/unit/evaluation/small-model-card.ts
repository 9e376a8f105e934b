import type { ModelCard } from "../../../src/evaluation/report.js";
import { noCalibration } from "../../../src/nn/calibration.js";
import { resolveTrainingSettings } from "../../../src/options/train-options.js";

/** What a report says of a model of two labels that learned from three articles without labels. */
export function smallModelCard(): ModelCard {
  return {
    formatVersion: 2,
    tokenizerId: "words",
    nTerms: 10,
    sizeBytes: 1000,
    settings: resolveTrainingSettings({}),
    trainingDataHash: "00",
    unlabeled: { nDocuments: 3, hash: "11", nPseudoLabelRounds: 3 },
    selectedEpochs: [],
    calibration: noCalibration(2),
    topTerms: [{ label: "가", terms: [{ term: "금리/NNG", value: 12.5 }] }],
  };
}
