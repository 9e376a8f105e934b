import { OptionError } from "./errors.js";
import { shuffleRows } from "./nn/batch-order.js";

/** Rows that are learned from and rows that are tried; ascending, none in both. */
export interface Fold {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** The shuffle of this number is that of the folds; 0 is the validation share's, the epochs count up from 1. */
const FOLDS_SHUFFLE = 0xffff_ffff;

function checkNFolds(nFolds: number, nRows: number, rows: string): void {
  if (!Number.isSafeInteger(nFolds) || nFolds < 2 || nFolds > nRows) {
    throw new OptionError("nFolds", `an integer in [2, ${nRows}], the number of ${rows}`, nFolds);
  }
}

/** Folds in which each row is tried once, from the fold of each row. */
function foldsOf(foldOfRow: Uint32Array, nFolds: number): readonly Fold[] {
  return Array.from({ length: nFolds }, (_, fold) => {
    const train: number[] = [];
    const test: number[] = [];
    foldOfRow.forEach((own, row) => {
      (own === fold ? test : train).push(row);
    });
    return { train: Uint32Array.from(train), test: Uint32Array.from(test) };
  });
}

/**
 * Cuts the rows at random into folds of equal size in which each label has its share: the sizes of two folds, and the
 * rows that they have of one label, differ by one at most. Each row is tried in one fold and learned from in the others.
 *
 * @param labels `[nRows]` label numbers
 * @param nFolds in [2, nRows]
 * @throws {OptionError} when `nFolds` is out of range
 */
export function stratifiedFolds(labels: Int32Array, nFolds: number, seed: number): readonly Fold[] {
  checkNFolds(nFolds, labels.length, "articles");
  const order = new Uint32Array(labels.length);
  shuffleRows(order, seed, FOLDS_SHUFFLE);
  // A stable sort: within a label the rows stay shuffled. Dealing out goes on from label to label.
  order.sort((left, right) => (labels[left] as number) - (labels[right] as number));
  const foldOfRow = new Uint32Array(labels.length);
  order.forEach((row, place) => {
    foldOfRow[row] = place % nFolds;
  });
  return foldsOf(foldOfRow, nFolds);
}

/**
 * Cuts the rows into folds as {@link stratifiedFolds} does, but keeps rows of one group together, so that no article is
 * tried on a model that has learned from its own copy. As even as the groups allow: from the largest group to the
 * smallest, in shuffled order where they are equal, each goes to the fold that has the fewest rows of its labels.
 *
 *   cost of fold f for group g = Σ_c n_fc g_c / n_c²; ties: the fold with fewer rows, then the first
 *
 * with n_fc rows of label c in the fold so far, g_c in the group and n_c in all: what the group adds to the sum of squares
 * Σ_f Σ_c (n_fc / n_c)², but for a part that is the same for all folds. O(nRows log nRows + nGroups · nFolds · labels of a
 * group).
 *
 * @param labels `[nRows]` label numbers
 * @param groups `[nRows]` names or numbers of the groups
 * @param nFolds in [2, nGroups]
 * @throws {OptionError} when there is not one group for each row, or `nFolds` is out of range
 * @see scikit-learn StratifiedGroupKFold, which weighs standard deviations in place of squares
 */
export function groupedFolds(
  labels: Int32Array,
  groups: readonly (string | number)[],
  nFolds: number,
  seed: number,
): readonly Fold[] {
  if (groups.length !== labels.length) {
    throw new OptionError("groups", `${labels.length} values, one for each article`, groups.length);
  }
  const order = new Uint32Array(labels.length);
  shuffleRows(order, seed, FOLDS_SHUFFLE);
  const rowsOfGroup = new Map<string | number, number[]>();
  for (const row of order) {
    const group = groups[row] as string | number;
    const rows = rowsOfGroup.get(group);
    if (rows === undefined) rowsOfGroup.set(group, [row]);
    else rows.push(row);
  }
  checkNFolds(nFolds, rowsOfGroup.size, "groups");
  // A stable sort: groups of one size stay shuffled.
  const bySize = [...rowsOfGroup.values()].sort((left, right) => right.length - left.length);

  const nOfLabel = new Map<number, number>();
  for (const label of labels) nOfLabel.set(label, (nOfLabel.get(label) ?? 0) + 1);
  const nInFold = Array.from({ length: nFolds }, () => ({ nRows: 0, ofLabel: new Map<number, number>() }));
  const foldOfRow = new Uint32Array(labels.length);
  for (const rows of bySize) {
    const nInGroup = new Map<number, number>();
    for (const row of rows) {
      const label = labels[row] as number;
      nInGroup.set(label, (nInGroup.get(label) ?? 0) + 1);
    }
    const costs = nInFold.map(({ ofLabel }) => {
      let cost = 0;
      for (const [label, n] of nInGroup) cost += ((ofLabel.get(label) ?? 0) * n) / (nOfLabel.get(label) as number) ** 2;
      return cost;
    });
    let chosen = 0;
    for (let fold = 1; fold < nFolds; fold++) {
      const difference = (costs[fold] as number) - (costs[chosen] as number);
      const isSmaller = (nInFold[fold]?.nRows as number) < (nInFold[chosen]?.nRows as number);
      if (difference < 0 || (difference === 0 && isSmaller)) chosen = fold;
    }
    const fold = nInFold[chosen] as (typeof nInFold)[number];
    fold.nRows += rows.length;
    for (const [label, n] of nInGroup) fold.ofLabel.set(label, (fold.ofLabel.get(label) ?? 0) + n);
    for (const row of rows) foldOfRow[row] = chosen;
  }
  return foldsOf(foldOfRow, nFolds);
}

/**
 * Folds that go forward in time: the rows are sorted by date and cut into nFolds + 1 parts of about equal size, and fold i
 * learns from the first i parts and is tried on the next one. Rows of one date stay in one part, so that a story is not on
 * both sides. The rows of the first part are never tried, those of the last never learned from.
 *
 * @param dates `[nRows]` dates whose order by code unit is their order in time, such as "2026-11-23"
 * @param nFolds at least 1 and below the number of different dates
 * @throws {OptionError} when `nFolds` is out of range
 * @see scikit-learn TimeSeriesSplit
 */
export function forwardFolds(dates: readonly string[], nFolds: number): readonly Fold[] {
  const nDates = new Set(dates).size;
  if (!Number.isSafeInteger(nFolds) || nFolds < 1 || nFolds >= nDates) {
    throw new OptionError("nFolds", `an integer in [1, ${nDates - 1}] for ${nDates} different dates`, nFolds);
  }
  const order = Uint32Array.from(dates, (_, row) => row);
  const dateOf = (row: number): string => dates[row] as string;
  order.sort((left, right) => (dateOf(left) < dateOf(right) ? -1 : dateOf(left) > dateOf(right) ? 1 : left - right));
  const nDatesIn = new Uint32Array(order.length + 1);
  order.forEach((row, place) => {
    const isNew = place === 0 || dateOf(row) !== dateOf(order[place - 1] as number);
    nDatesIn[place + 1] = (nDatesIn[place] as number) + Number(isNew);
  });

  const nParts = nFolds + 1;
  const ends: number[] = [];
  for (let part = 1; part <= nFolds; part++) {
    let end = Math.max(Math.round((part * order.length) / nParts), (ends.at(-1) ?? 0) + 1);
    while (!isBetweenDates(end)) end++;
    // Each of the parts that follow needs a date of its own.
    const nDatesLeft = nParts - part;
    while (nDates - (nDatesIn[end] as number) < nDatesLeft) {
      do end--;
      while (!isBetweenDates(end));
    }
    ends.push(end);
  }
  function isBetweenDates(place: number): boolean {
    return place === order.length || (nDatesIn[place + 1] as number) > (nDatesIn[place] as number);
  }
  return ends.map((end, fold) => ({
    train: order.slice(0, end).sort(),
    test: order.slice(end, ends[fold + 1] ?? order.length).sort(),
  }));
}
