import { OptionError } from "../errors.js";
import type { Label } from "../text/article.js";

/**
 * Distinct unknown labels that are remembered by name. A wrong label column can make every row a label of its own;
 * those beyond the limit are counted but not named, so that memory stays bounded.
 */
export const MAX_UNKNOWN_LABELS = 1000;

/**
 * Counts of documents by true and predicted label.
 *
 * A true label that the model does not know can never be predicted. Its documents have no row in `counts`, but they are documents,
 * errors, and false positives of what was predicted for them; scikit-learn 1.9.1 does the same when `labels=` omits a label
 * (confusion_matrix drops the row, precision still counts the prediction, accuracy_score still counts the document).
 */
export class ConfusionMatrix {
  /** In model order; rows and columns of `counts`. */
  readonly labels: readonly Label[];
  /** `[nLabels, nLabels]` row-major: `counts[trueIndex * nLabels + predictedIndex]`. */
  readonly counts: Uint32Array;
  /** `[nLabels]` predictions made for documents whose true label the model does not know. */
  readonly unknownPredicted: Uint32Array;
  readonly #indexOf: ReadonlyMap<Label, number>;
  readonly #unknownSupport = new Map<Label, number>();

  /** @throws {OptionError} when the labels are fewer than one or not all different */
  constructor(labels: readonly Label[]) {
    this.#indexOf = new Map(labels.map((label, index) => [label, index]));
    if (labels.length === 0 || this.#indexOf.size !== labels.length) {
      throw new OptionError("labels", "one or more labels, all different", labels);
    }
    this.labels = Object.freeze([...labels]);
    this.counts = new Uint32Array(labels.length ** 2);
    this.unknownPredicted = new Uint32Array(labels.length);
  }

  /** Returns the place of a label in `labels`, null for a label that the model does not know. */
  indexOf(label: Label): number | null {
    return this.#indexOf.get(label) ?? null;
  }

  /** Counts one document. */
  add(trueLabel: Label, predictedIndex: number): void {
    const trueIndex = this.indexOf(trueLabel);
    if (trueIndex !== null) {
      const cell = trueIndex * this.labels.length + predictedIndex;
      this.counts[cell] = this.count(trueIndex, predictedIndex) + 1;
      return;
    }
    this.unknownPredicted[predictedIndex] = (this.unknownPredicted[predictedIndex] ?? 0) + 1;
    const support = this.#unknownSupport.get(trueLabel);
    if (support !== undefined || this.#unknownSupport.size < MAX_UNKNOWN_LABELS) {
      this.#unknownSupport.set(trueLabel, (support ?? 0) + 1);
    }
  }

  /** Returns the documents of one true label that got one predicted label. */
  count(trueIndex: number, predictedIndex: number): number {
    return this.counts[trueIndex * this.labels.length + predictedIndex] ?? 0;
  }

  /** Returns a copy of the counts as `rows[trueIndex][predictedIndex]`. */
  toRows(): number[][] {
    const { length } = this.labels;
    return this.labels.map((_, row) => Array.from(this.counts.subarray(row * length, (row + 1) * length)));
  }

  /** Returns the unknown labels with their numbers of documents, largest first, ties by code unit. */
  listUnknown(): { readonly label: Label; readonly support: number }[] {
    return Array.from(this.#unknownSupport, ([label, support]) => ({ label, support })).sort(
      (a, b) => b.support - a.support || (a.label < b.label ? -1 : 1),
    );
  }
}
