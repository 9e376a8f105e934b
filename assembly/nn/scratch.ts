/**
 * Scratch space. Threads that share one memory run an instance of the module each, so each is told a place of its own.
 */

/** Inputs of a dense layer that are listed at once; longer rows go by pieces. */
export const LIST_CAPACITY: u32 = 1024;

const WORDS_BYTES: usize = 64;
const SINK_BYTES: usize = 64;
const LIST_BYTES: usize = 4096;

let base: usize = 0;

/** Bytes that an instance needs. */
export function scratchBytes(): usize {
  return WORDS_BYTES + SINK_BYTES + 2 * LIST_BYTES;
}

/** Must be called before anything else, with a multiple of 16. */
export function setScratch(address: usize): void {
  base = address;
}

/** 64 bytes for the words of random numbers, and for sums that no array has room for. */
// @ts-ignore: decorator
@inline
export function wordsScratch(): usize {
  return base;
}

/** A number that is written so that reading ahead cannot be left out. */
// @ts-ignore: decorator
@inline
export function sinkScratch(): usize {
  return base + WORDS_BYTES;
}

/** Numbers of the inputs of one row that are not zero. */
// @ts-ignore: decorator
@inline
export function indicesScratch(): usize {
  return base + (WORDS_BYTES + SINK_BYTES);
}

/** Their values. */
// @ts-ignore: decorator
@inline
export function valuesScratch(): usize {
  return base + (WORDS_BYTES + SINK_BYTES + LIST_BYTES);
}
