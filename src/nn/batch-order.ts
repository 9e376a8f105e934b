import { Philox, RANDOM_STREAM, WORD_TO_UNIT } from "../kernels/random.js";

/**
 * Fills `order` with a random order of the numbers 0 … order.length - 1, the same for the same seed and epoch.
 *
 * Fisher and Yates' shuffle in Durstenfeld's form; the draw for place i is ⌊u (i + 1)⌋ with u word i mod 4 of counter
 * (⌊i / 4⌋, epoch, 0, 0). No order is more likely than another by a factor above 1 + n / 2^32 per place.
 */
export function shuffleRows(order: Uint32Array, seed: number, epoch: number): void {
  const philox = new Philox().withKey(seed, RANDOM_STREAM.shuffle);
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let i = order.length - 1; i > 0; i--) {
    philox.generate(i >>> 2, epoch, 0, 0);
    const j = Math.floor(philox.words[i & 3] * WORD_TO_UNIT * (i + 1));
    const row = order[i];
    order[i] = order[j];
    order[j] = row;
  }
}

/**
 * Returns `[nRows]` of the numbers 0 … nRows - 1, drawn with replacement, the same for the same seed: ⌊u nRows⌋ with u word
 * i mod 4 of counter (⌊i / 4⌋, 0, 0, 0).
 * @see Breiman 1996, "Bagging Predictors"
 */
export function drawRows(nRows: number, seed: number): Uint32Array {
  const philox = new Philox().withKey(seed, RANDOM_STREAM.resampling);
  const rows = new Uint32Array(nRows);
  for (let i = 0; i < nRows; i++) {
    if (i % 4 === 0) philox.generate(i >>> 2, 0, 0, 0);
    rows[i] = Math.floor(philox.words[i & 3] * WORD_TO_UNIT * nRows);
  }
  return rows;
}

/** Rows of a batch; "full" is all of them, which makes the run one of batch gradient descent. */
export function rowsPerBatch(nRows: number, batchSize: number | "full"): number {
  return batchSize === "full" ? nRows : batchSize;
}

/** Batches of an epoch. A last batch of one row joins the one before: batch norm has no variance of one row. */
export function countBatches(nRows: number, batchSize: number | "full"): number {
  const nBatchRows = rowsPerBatch(nRows, batchSize);
  const nBatches = Math.ceil(nRows / nBatchRows);
  return nBatches > 1 && nRows % nBatchRows === 1 ? nBatches - 1 : nBatches;
}

/** End of a batch (0-based) in the epoch's order; it begins at batch · batchSize. */
export function batchEnd(batch: number, nRows: number, batchSize: number | "full"): number {
  return batch === countBatches(nRows, batchSize) - 1 ? nRows : (batch + 1) * rowsPerBatch(nRows, batchSize);
}
