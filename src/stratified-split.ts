import { shuffleRows } from "./nn/batch-order.js";

/** Rows of the two shares, ascending. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** The rows of all, one after another. */
export function concatRows(...parts: readonly Uint32Array[]): Uint32Array {
  const rows = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    rows.set(part, place);
    place += part.length;
  }
  return rows;
}

/** The shuffle of this number is the split's; those of the epochs begin at 1. */
const SPLIT_SHUFFLE = 0;

/**
 * Splits rows at random so that each label keeps its share: of a label with n rows, `round(fraction · n)` go to
 * validation, but at least one and at most n - 1. With a fraction of 0 all rows are for training.
 *
 * @param labels `[nRows]` label numbers in [0, nLabels), each with at least two rows
 * @param fraction in [0, 1)
 */
export function stratifiedSplit(labels: Int32Array, nLabels: number, fraction: number, seed: number): Split {
  const nWanted = new Uint32Array(nLabels);
  if (fraction > 0) {
    for (const label of labels) nWanted[label] = (nWanted[label] as number) + 1;
    nWanted.forEach((count, label) => {
      nWanted[label] = Math.min(Math.max(1, Math.round(fraction * count)), count - 1);
    });
  }
  const order = new Uint32Array(labels.length);
  shuffleRows(order, seed, SPLIT_SHUFFLE);
  const train: number[] = [];
  const validation: number[] = [];
  for (const row of order) {
    const label = labels[row] as number;
    const nLeft = nWanted[label] as number;
    if (nLeft > 0) {
      nWanted[label] = nLeft - 1;
      validation.push(row);
    } else {
      train.push(row);
    }
  }
  return { train: Uint32Array.from(train).sort(), validation: Uint32Array.from(validation).sort() };
}
