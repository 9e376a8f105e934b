/** Marks a true label that the model does not know. */
export const UNKNOWN_LABEL = -1;

const FIRST_CAPACITY = 1024;

/**
 * The scores of all documents of one evaluation, for figures that need them all at once. It takes 4 bytes for each document and label,
 * and 8 more for each document. Legend: N documents, C labels.
 */
export class ScoreTable {
  readonly nLabels: number;
  #nDocuments = 0;
  #trueIndices = new Int32Array(FIRST_CAPACITY);
  #predictedIndices = new Int32Array(FIRST_CAPACITY);
  #scores: Float32Array;

  constructor(nLabels: number) {
    this.nLabels = nLabels;
    this.#scores = new Float32Array(FIRST_CAPACITY * nLabels);
  }

  get nDocuments(): number {
    return this.#nDocuments;
  }

  /** `[N]` numbers of the true labels, {@link UNKNOWN_LABEL} where the model does not know it. */
  get trueIndices(): Int32Array {
    return this.#trueIndices.subarray(0, this.#nDocuments);
  }

  /** `[N]` */
  get predictedIndices(): Int32Array {
    return this.#predictedIndices.subarray(0, this.#nDocuments);
  }

  /** `[N, C]` row-major, rounded to 32 bits as the network gives them; NaN where a score was not given. */
  get scores(): Float32Array {
    return this.#scores.subarray(0, this.#nDocuments * this.nLabels);
  }

  /** Score of the predicted label. */
  topScore(document: number): number {
    return this.#scores[document * this.nLabels + (this.#predictedIndices[document] as number)] as number;
  }

  isCorrect(document: number): boolean {
    return this.#trueIndices[document] === this.#predictedIndices[document];
  }

  /** Appends a document and returns its row `[C]` of scores, all NaN, to be filled in before the next call. */
  append(trueIndex: number, predictedIndex: number): Float32Array {
    const document = this.#nDocuments;
    if (document === this.#trueIndices.length) this.#grow();
    this.#trueIndices[document] = trueIndex;
    this.#predictedIndices[document] = predictedIndex;
    this.#nDocuments += 1;
    const row = this.#scores.subarray(document * this.nLabels, (document + 1) * this.nLabels);
    return row.fill(Number.NaN);
  }

  #grow(): void {
    const capacity = 2 * this.#trueIndices.length;
    const trueIndices = new Int32Array(capacity);
    trueIndices.set(this.#trueIndices);
    this.#trueIndices = trueIndices;
    const predictedIndices = new Int32Array(capacity);
    predictedIndices.set(this.#predictedIndices);
    this.#predictedIndices = predictedIndices;
    const scores = new Float32Array(capacity * this.nLabels);
    scores.set(this.#scores);
    this.#scores = scores;
  }
}
