import type { EvaluationError } from "./report.js";

/** Keeps the errors with the highest scores, ties by order of evaluation, in memory of O(maxErrors). */
export class ConfidentErrors {
  readonly #maxErrors: number;
  readonly #errors: EvaluationError[] = [];

  constructor(maxErrors: number) {
    this.#maxErrors = maxErrors;
  }

  /** Tells whether an error with this score would be kept; ask before cutting excerpts. */
  accepts(score: number): boolean {
    const last = this.#errors.at(-1);
    return this.#errors.length < this.#maxErrors || (last !== undefined && score > last.score);
  }

  /** Takes one error in; call in the order of evaluation. */
  add(error: EvaluationError): void {
    if (!this.accepts(error.score)) return;
    let low = 0;
    let high = this.#errors.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // ">=": an equal score that came earlier stays in front.
      if ((this.#errors[middle] as EvaluationError).score >= error.score) low = middle + 1;
      else high = middle;
    }
    this.#errors.splice(low, 0, error);
    if (this.#errors.length > this.#maxErrors) this.#errors.pop();
  }

  /** Returns the kept errors, most confident first. */
  list(): EvaluationError[] {
    return [...this.#errors];
  }
}
