import type { NumberedTerms } from "../kernels/numbering.js";

/** Units that terms are sorted by before any are compared as a whole: n-grams of characters have no more, and words seldom. */
const LEADING_UNITS = 8;
/** Values of a unit. */
const N_KEYS = 0x10000;

/** Where the terms of these numbers are, sorted by their first units, 0 standing for a unit beyond the end. */
function sortByLeadingUnits(keys: Uint16Array, nTerms: number): Uint32Array {
  let sorted = Uint32Array.from({ length: nTerms }, (_, i) => i);
  let next = new Uint32Array(nTerms);
  const starts = new Uint32Array(N_KEYS + 1);
  for (let place = LEADING_UNITS - 1; place >= 0; place--) {
    const ofPlace = keys.subarray(place * nTerms, (place + 1) * nTerms);
    starts.fill(0);
    for (let i = 0; i < nTerms; i++) {
      const key = ofPlace[i] as number;
      starts[key + 1] = (starts[key + 1] as number) + 1;
    }
    for (let key = 0; key < N_KEYS; key++) starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
    for (let i = 0; i < nTerms; i++) {
      const which = sorted[i] as number;
      const key = ofPlace[which] as number;
      const at = starts[key] as number;
      starts[key] = at + 1;
      next[at] = which;
    }
    [sorted, next] = [next, sorted];
  }
  return sorted;
}

/** Negative or positive as one term comes before or after another. */
function compareTerms({ termUnits, termStarts }: NumberedTerms, one: number, other: number): number {
  const start = termStarts[one] as number;
  const otherStart = termStarts[other] as number;
  const nUnits = (termStarts[one + 1] as number) - start;
  const nOtherUnits = (termStarts[other + 1] as number) - otherStart;
  for (let i = 0; i < nUnits && i < nOtherUnits; i++) {
    const difference = (termUnits[start + i] as number) - (termUnits[otherStart + i] as number);
    if (difference !== 0) return difference;
  }
  return nUnits - nOtherUnits;
}

/**
 * Returns numbers of terms, each given once, in the order of the terms by code unit. Counting sorts by single units, the last
 * first, leave only terms to be compared that begin alike: linear in the number of all others.
 */
export function sortTerms(numbers: Uint32Array, terms: NumberedTerms): Uint32Array {
  const { termUnits, termStarts } = terms;
  const nTerms = numbers.length;
  // By place, then term: a pass reads one place of all.
  const keys = new Uint16Array(LEADING_UNITS * nTerms);
  for (let i = 0; i < nTerms; i++) {
    const number = numbers[i] as number;
    const start = termStarts[number] as number;
    const end = Math.min(termStarts[number + 1] as number, start + LEADING_UNITS);
    for (let at = start, key = i; at < end; at++, key += nTerms) keys[key] = termUnits[at] as number;
  }
  const order = sortByLeadingUnits(keys, nTerms);
  const beginAlike = (one: number, other: number): boolean => {
    for (let key = 0; key < keys.length; key += nTerms) if (keys[key + one] !== keys[key + other]) return false;
    return true;
  };
  const sorted = order.map((which) => numbers[which] as number);
  for (let first = 0; first < nTerms; ) {
    let end = first + 1;
    while (end < nTerms && beginAlike(order[end - 1] as number, order[end] as number)) end++;
    if (end - first > 1) sorted.subarray(first, end).sort((one, other) => compareTerms(terms, one, other));
    first = end;
  }
  return sorted;
}

/** Returns two sorted lists of terms as one. */
export function mergeTerms(one: Uint32Array, other: Uint32Array, terms: NumberedTerms): Uint32Array {
  const merged = new Uint32Array(one.length + other.length);
  let [i, k] = [0, 0];
  for (let place = 0; place < merged.length; place++) {
    const takesOne =
      k === other.length || (i < one.length && compareTerms(terms, one[i] as number, other[k] as number) < 0);
    merged[place] = (takesOne ? one[i++] : other[k++]) as number;
  }
  return merged;
}
