/**
 * The hash of a term's UTF-16 units, made unit by unit: the state after a term is also the state from which a longer term
 * with the same beginning goes on, so the n-grams that start at one place cost one step each.
 */

/** State before the first unit (FNV-1a's offset basis). */
export const HASH_START = 0x811c9dc5 | 0;

/** Odd, without a pattern in its bits: 2^32 divided by the golden ratio. */
const HASH_FACTOR = 0x9e3779b1 | 0;

/** State after one more unit. */
export function extendHash(state: number, unit: number): number {
  return Math.imul(state ^ unit, HASH_FACTOR);
}

/**
 * The hash of a state, a 32-bit unsigned number: the product only carries upwards, and tables use the low bits.
 * @see Wellons (2018), "Prospecting for Hash Functions", lowbias32
 */
export function finishHash(state: number): number {
  let hash = Math.imul(state ^ (state >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b | 0);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** State after the units `[start, end)`, from `HASH_START`. */
export function hashUnits(units: Uint16Array, start: number, end: number): number {
  let state = HASH_START;
  for (let i = start; i < end; i++) state = extendHash(state, units[i] as number);
  return state;
}
