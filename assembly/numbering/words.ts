/**
 * Terms of single tokens, numbered from 0 in the order in which they were added: units and a record of each, so that a
 * token of a document is a number.
 *
 *   wordUnits u16 [...]
 *   records   {place u32, nUnits u32, number u32, state u32} [...]   place in bytes from wordUnits on; number of the term, from 1,
 *                                                                    or 0 where it has none yet; state of the hash after the units
 */

import { extendByUnits, HASH_START } from "../terms/hash";
import { allocate, NO_MEMORY } from "./memory";

const RECORD_SHIFT: usize = 4;
export const RECORD_LENGTH: usize = 4;
export const RECORD_NUMBER: usize = 8;
export const RECORD_STATE: usize = 12;

const FIRST_WORDS: u32 = 1024;
const FIRST_UNITS: u32 = 8192;

let records: usize = 0;
let nWords: u32 = 0;
let wordCapacity: u32 = 0;
let wordUnits: usize = 0;
let nUnitsUsed: u32 = 0;
let unitCapacity: u32 = 0;

// @ts-ignore: decorator
@inline
export function recordAt(word: u32): usize {
  return records + (<usize>word << RECORD_SHIFT);
}

/** Where the units of a word lie. */
// @ts-ignore: decorator
@inline
export function unitsOf(record: usize): usize {
  return wordUnits + <usize>load<u32>(record);
}

/** Where the units of the next word go, at most `nUnits`, or NO_MEMORY. */
export function reserveWord(nUnits: u32): usize {
  if (nWords == wordCapacity) {
    const capacity = max(FIRST_WORDS, wordCapacity << 1);
    const moved = allocate(<u64>capacity << RECORD_SHIFT);
    if (moved == NO_MEMORY) return NO_MEMORY;
    memory.copy(moved, records, <usize>nWords << RECORD_SHIFT);
    records = moved;
    wordCapacity = capacity;
  }
  const end = <u64>nUnitsUsed + nUnits;
  if (end > unitCapacity) {
    const capacity = max(max(<u64>FIRST_UNITS, end), <u64>unitCapacity << 1);
    // Words are read four units at a time.
    const moved = allocate((capacity + 4) << 1);
    if (moved == NO_MEMORY) return NO_MEMORY;
    memory.copy(moved, wordUnits, <usize>nUnitsUsed << 1);
    wordUnits = moved;
    unitCapacity = <u32>capacity;
  }
  return wordUnits + (<usize>nUnitsUsed << 1);
}

/** Adds the word whose units have been written to `reserveWord`; returns its number. */
export function addWord(nUnits: u32): u32 {
  const record = recordAt(nWords);
  const at = wordUnits + (<usize>nUnitsUsed << 1);
  store<u32>(record, nUnitsUsed << 1);
  store<u32>(record, nUnits, RECORD_LENGTH);
  store<u32>(record, 0, RECORD_NUMBER);
  store<u32>(record, extendByUnits(HASH_START, at, nUnits), RECORD_STATE);
  nUnitsUsed += nUnits;
  return nWords++;
}

/** Forgets all words. */
export function clearWords(): void {
  nWords = 0;
  nUnitsUsed = 0;
}

/** Forgets which terms the words are. */
export function clearWordNumbers(): void {
  for (let word: u32 = 0; word < nWords; word++) store<u32>(recordAt(word), 0, RECORD_NUMBER);
}
