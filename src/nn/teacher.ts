/**
 * Networks that another one, the student, learns from: distillation.
 *
 * Legend: B rows of the batch, C labels.
 */

import type { FloatArray, MlpKernelFactory } from "../kernels/mlp.js";
import { MlpInference } from "./inference.js";
import type { JoinedNetworks } from "./weights.js";

/** Rows of a batch that a teacher answers, in buffers that it writes to. */
export interface TaughtRows {
  readonly nRows: number;
  /** `[B + 1]` */
  readonly indptr: Uint32Array;
  /** `[nnz]` terms by row. */
  readonly columns: Uint32Array;
  /** `[nnz]` values by row. */
  readonly values: FloatArray;
}

/**
 * Answers the very rows that a step of the student learns from, which input dropout has taken terms out of. On whole training
 * rows, which it has learned by heart, an ensemble says little more than the labels do; on parts of them it shows what it
 * makes of texts that it has not seen, and both see the same text.
 *
 * Not re-entrant.
 * @see Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network"; Beyer and others 2022, "Knowledge
 * distillation: A good teacher is patient and consistent"
 */
export class Teacher {
  readonly #inference: MlpInference;

  constructor(networks: JoinedNetworks, kernels: MlpKernelFactory) {
    this.#inference = MlpInference.over(networks, kernels);
  }

  /** Brings the rows back to length 1, as those of whole texts are, and writes the probabilities of their labels, `[B, C]`. */
  answer({ nRows, indptr, columns, values }: TaughtRows, targets: FloatArray): void {
    const { nLabels } = this.#inference;
    for (let b = 0; b < nRows; b++) {
      const [begin, end] = [indptr[b], indptr[b + 1]];
      normalize(values, begin, end);
      const answers = targets.subarray(b * nLabels, (b + 1) * nLabels);
      this.#inference.scores(columns.subarray(begin, end), values.subarray(begin, end), end - begin, answers);
    }
  }
}

/** Divides values[begin … end - 1] by their Euclidean norm; none and zeros stay as they are. */
function normalize(values: FloatArray, begin: number, end: number): void {
  let squares = 0;
  for (let k = begin; k < end; k++) squares += values[k] * values[k];
  if (squares === 0) return;
  const norm = Math.sqrt(squares);
  for (let k = begin; k < end; k++) values[k] /= norm;
}
