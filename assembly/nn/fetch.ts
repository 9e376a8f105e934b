/**
 * Reading rows of large tables ahead of their use.
 *
 * A step's rows lie anywhere in hundreds of megabytes, and the processor, busy with one row, looks only a fraction of a
 * row ahead. Reading a number of each cache line of many rows first lets it wait for all of them at once; WebAssembly has
 * no instruction that fetches without reading.
 */

import { sinkScratch } from "./scratch";

const CACHE_LINE_BYTES: usize = 64;

/** Reads each cache line of a row; hand the result to {@link keepFetching}, so that no compiler leaves it out. */
// @ts-ignore: decorator
@inline
export function fetchRow(row: usize, bytes: usize): u32 {
  let words: u32 = 0;
  for (let at: usize = 0; at < bytes; at += CACHE_LINE_BYTES) words ^= load<u32>(row + at);
  return words;
}

// @ts-ignore: decorator
@inline
export function keepFetching(words: u32): void {
  store<u32>(sinkScratch(), words);
}
