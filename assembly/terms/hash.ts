/** How terms are found: those of up to four units by the units themselves, all others by the hash of src/features/term-hash.ts. */

export const MAX_SHORT_UNITS: u32 = 4;
/** 2^64 divided by the golden ratio. */
const KEY_FACTOR: u64 = 0x9e3779b97f4a7c15;

export const HASH_START: u32 = 0x811c9dc5;
const HASH_FACTOR: u32 = 0x9e3779b1;

// @ts-ignore: decorator
@inline
export function extendHash(state: u32, unit: u32): u32 {
  return (state ^ unit) * HASH_FACTOR;
}

// @ts-ignore: decorator
@inline
export function finishHash(state: u32): u32 {
  let hash: u32 = (state ^ (state >> 16)) * 0x7feb352d;
  hash = (hash ^ (hash >> 15)) * 0x846ca68b;
  return hash ^ (hash >> 16);
}

/** State after the `nUnits` units from `at` on. */
export function extendByUnits(state: u32, at: usize, nUnits: u32): u32 {
  const end = at + (<usize>nUnits << 1);
  for (; at < end; at += 2) state = extendHash(state, <u32>load<u16>(at));
  return state;
}

/** The first n of four units, 1 ≤ n ≤ 4, as one number. */
// @ts-ignore: decorator
@inline
export function firstUnits(four: u64, n: u32): u64 {
  return four & (0xffffffffffffffff >> (<u64>(MAX_SHORT_UNITS - n) << 4));
}

/** The place of a short term in a table of 2^bits: the highest bits of a product. */
// @ts-ignore: decorator
@inline
export function shortPlace(key: u64, bits: u32): usize {
  return <usize>(((key ^ (key >> 32)) * KEY_FACTOR) >> <u64>(64 - bits));
}
