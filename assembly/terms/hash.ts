/** The hash of src/features/term-hash.ts, for terms that are not found by their units. */

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
