/**
 * Reading rows of large tables ahead of their use.
 *
 * A step's rows lie anywhere in hundreds of megabytes, and the processor, busy with one row, looks only a fraction of a
 * row ahead. Reading a number of each cache line of many rows first lets it wait for all of them at once; WebAssembly has
 * no instruction that fetches without reading.
 */

import { sinkScratch } from "./scratch";

const CACHE_LINE_BYTES: usize = 64;

/**
 * Reads each cache line of the table's rows of these numbers, `rows[begin … end - 1]`. Returns false at the first one that is
 * not below nRows.
 */
// @ts-ignore: decorator
@inline
export function fetchRows(table: usize, rows: usize, begin: u32, end: u32, nRows: u32, rowBytes: usize): bool {
  let words: u32 = 0;
  for (let k = begin; k < end; k++) {
    const row = load<u32>(rows + (<usize>k << 2));
    if (row >= nRows) return false;
    const start = table + <usize>row * rowBytes;
    for (let at: usize = 0; at < rowBytes; at += CACHE_LINE_BYTES) words ^= load<u32>(start + at);
    // A row that does not begin with a line may end in one more.
    if ((rowBytes & (CACHE_LINE_BYTES - 1)) != 0) words ^= <u32>load<u8>(start + rowBytes - 1);
  }
  // Kept, so that no compiler leaves the reading out.
  store<u32>(sinkScratch(), words);
  return true;
}
