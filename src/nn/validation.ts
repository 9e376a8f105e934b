import type { RowSource } from "../features/csr-matrix.js";
import { logProbability } from "../kernels/math.js";
import type { MlpInference } from "./inference.js";

/** Documents with their labels' numbers. */
export interface LabeledMatrix {
  readonly matrix: RowSource;
  /** `[nRows]` */
  readonly labels: Uint16Array | Int32Array;
}

/** Figures of the validation share after an epoch. */
export interface ValidationFigures {
  /** Mean of -ln of the true label's probability: no label weights, no smoothing. */
  readonly loss: number;
  readonly accuracy: number;
  /** Mean F1 over the labels that are true or predicted at least once. */
  readonly macroF1: number;
}

/** Place of the greatest number of at least one, of equal ones the first: the label that is predicted. */
export function argmax(numbers: Float32Array): number {
  let greatest = 0;
  for (let c = 1; c < numbers.length; c++) if (numbers[c] > numbers[greatest]) greatest = c;
  return greatest;
}

/**
 * Returns loss, accuracy and macro-F1 of the network on at least one document; of equal probabilities the first label
 * is predicted.
 *
 *   F1 = 2 tp / (2 tp + fp + fn) = 2 tp / (support + predicted)
 */
export function validate(inference: MlpInference, { matrix, labels }: LabeledMatrix): ValidationFigures {
  const nLabels = inference.nLabels;
  const probabilities = new Float32Array(nLabels);
  const nTrue = new Uint32Array(nLabels);
  const nPredicted = new Uint32Array(nLabels);
  const nCorrect = new Uint32Array(nLabels);
  let lossSum = 0;
  for (let row = 0; row < matrix.nRows; row++) {
    inference.scoreRow(matrix, row, probabilities);
    const predicted = argmax(probabilities);
    const label = labels[row];
    nTrue[label]++;
    nPredicted[predicted]++;
    if (predicted === label) nCorrect[label]++;
    lossSum -= logProbability(probabilities[label]);
  }
  let nAllCorrect = 0;
  let f1Sum = 0;
  let nSeenLabels = 0;
  for (let c = 0; c < nLabels; c++) {
    nAllCorrect += nCorrect[c];
    const nEither = nTrue[c] + nPredicted[c];
    if (nEither === 0) continue;
    f1Sum += (2 * nCorrect[c]) / nEither;
    nSeenLabels++;
  }
  return {
    loss: lossSum / matrix.nRows,
    accuracy: nAllCorrect / matrix.nRows,
    macroF1: f1Sum / nSeenLabels,
  };
}
