import type { TermLog } from "./term-log.js";

/** A term of a log with its number there. */
export interface LoggedTerm {
  readonly term: string;
  readonly id: number;
}

/** Units that terms are sorted by before any are compared as strings: n-grams of characters have no more, and words seldom. */
const LEADING_UNITS = 8;
/** Values of a unit, and one more, the least, for a term that ends before. */
const N_KEYS = 0x10001;

function byTerm({ term: left }: LoggedTerm, { term: right }: LoggedTerm): number {
  return left < right ? -1 : 1;
}

/**
 * Returns terms of a log, each once, sorted by code unit. Counting sorts by single units, the last first, leave strings to be
 * compared that are nearly sorted: linear in the number of terms but for those that begin alike.
 */
export function sortTerms(ids: ArrayLike<number>, log: TermLog): readonly LoggedTerm[] {
  let sorted = Uint32Array.from(ids);
  let next = new Uint32Array(sorted.length);
  const keys = new Uint32Array(sorted.length);
  for (let place = LEADING_UNITS - 1; place >= 0; place--) {
    const starts = new Uint32Array(N_KEYS + 1);
    for (let i = 0; i < sorted.length; i++) {
      const key = log.unitAt(sorted[i] as number, place) + 1;
      keys[i] = key;
      starts[key + 1] = (starts[key + 1] as number) + 1;
    }
    for (let key = 0; key < N_KEYS; key++) starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
    for (let i = 0; i < sorted.length; i++) {
      const key = keys[i] as number;
      const at = starts[key] as number;
      starts[key] = at + 1;
      next[at] = sorted[i] as number;
    }
    [sorted, next] = [next, sorted];
  }
  return Array.from(sorted, (id) => ({ id, term: log.term(id) })).sort(byTerm);
}
