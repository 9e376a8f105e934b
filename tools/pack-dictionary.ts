/** Content of a dictionary → sections of its file: what is frequent takes a byte, and costs lie as the kernels read them. */

import { MAX_PAIR_KINDS, RARE_CODE, RARE_DISTANCE } from "../src/kernels/viterbi.js";

/** The sections of coded pairs; see CodedPairs in src/kernels/viterbi.ts. */
export interface PackedPairs {
  readonly codes: Uint8Array;
  readonly rare: Uint16Array;
  readonly kinds: Uint16Array;
}

/** Codes of the pairs (first[i], second[i]); numbers are taken modulo 2^16. The most frequent kinds come first. */
export function packPairs(first: readonly number[], second: readonly number[]): PackedPairs {
  const frequency = new Map<number, number>();
  const keys = first.map((number, i) => (number & 0xffff) * 0x1_0000 + (second[i]! & 0xffff));
  for (const key of keys) frequency.set(key, (frequency.get(key) ?? 0) + 1);
  const kinds = [...frequency].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([key]) => key);
  if (kinds.length > MAX_PAIR_KINDS) throw new Error(`at most ${MAX_PAIR_KINDS} kinds of pairs; got ${kinds.length}`);
  const ranks = new Map(kinds.map((key, rank) => [key, rank]));
  const rare: number[] = [];
  const codes = Uint8Array.from(keys, (key) => {
    const rank = ranks.get(key)!;
    if (rank < RARE_CODE) return rank;
    rare.push(rank);
    return RARE_CODE;
  });
  return {
    codes,
    rare: Uint16Array.from(rare),
    kinds: Uint16Array.from([...kinds.map((key) => Math.floor(key / 0x1_0000)), ...kinds.map((key) => key & 0xffff)]),
  };
}

/** Costs of connections, [nLeft, nRight] row-major. */
export interface CostMatrix {
  readonly nLeft: number;
  readonly nRight: number;
  readonly costs: Int16Array;
}

/** Distances to up + left - upper left; see TableStore.fillConnections. */
export function distancesOf({ nLeft, nRight, costs }: CostMatrix): Int16Array {
  const distances = new Int16Array(costs.length);
  for (let row = 0; row < nLeft; row++) {
    let riseBefore = 0;
    for (let column = 0; column < nRight; column++) {
      const i = row * nRight + column;
      const rise = costs[i]! - (row === 0 ? 0 : costs[i - nRight]!);
      distances[i] = rise - riseBefore;
      riseBefore = rise;
    }
  }
  return distances;
}

/** Distances in bytes, and in `rare` those that do not fit. */
export function packDistances(distances: Int16Array): { readonly bytes: Int8Array; readonly rare: Int16Array } {
  const rare: number[] = [];
  const bytes = Int8Array.from(distances, (distance) => {
    if (distance > RARE_DISTANCE && distance <= 127) return distance;
    rare.push(distance);
    return RARE_DISTANCE;
  });
  return { bytes, rare: Int16Array.from(rare) };
}

/**
 * The place of each row or column in the tables, by how many words that match everywhere use it: those met most often
 * share cache lines and pages. Where the numbers have as many binary digits the order stays, for neighbours are alike and
 * take less room in the file.
 */
export function placesByUse(use: readonly number[]): number[] {
  const digits = use.map((count) => 32 - Math.clz32(count));
  const order = [...use.keys()].sort((a, b) => digits[b]! - digits[a]! || a - b);
  const places: number[] = [];
  for (const [place, index] of order.entries()) places[index] = place;
  return places;
}
