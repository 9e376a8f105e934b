/**
 * Terms of single tokens, numbered from 0 in the order in which they were added: units and a record of each, so that a
 * token of a document is a number.
 *
 *   records  {units u32, nUnits u32, column i32, state u32} [...]   state of the hash after the units
 */

import { extendByUnits, HASH_START } from "./hash";
import { findTerm } from "./table";

export const RECORD_SHIFT: usize = 4;
export const RECORD_LENGTH: usize = 4;
export const RECORD_COLUMN: usize = 8;
export const RECORD_STATE: usize = 12;

export let records: usize = 0;
let wordUnits: usize = 0;
let nWords: u32 = 0;
let unitsEnd: usize = 0;

/** Moves the words to `base`, where there is room for so many and so many units of them; returns the end. */
export function moveWords(base: usize, capacity: usize, unitCapacity: usize): usize {
  const newUnits = base + (capacity << RECORD_SHIFT);
  memory.copy(base, records, <usize>nWords << RECORD_SHIFT);
  memory.copy(newUnits, wordUnits, unitsEnd - wordUnits);
  for (let i: usize = 0; i < <usize>nWords; i++) {
    const record = base + (i << RECORD_SHIFT);
    store<u32>(record, <u32>(<usize>load<u32>(record) - wordUnits + newUnits));
  }
  unitsEnd = unitsEnd - wordUnits + newUnits;
  records = base;
  wordUnits = newUnits;
  // Words are read four units at a time.
  return newUnits + ((unitCapacity + 4) << 1);
}

/** Forgets all words. */
export function clearWords(): void {
  nWords = 0;
  unitsEnd = wordUnits;
}

/** Where the units of the next word go. */
export function wordUnitsEnd(): usize {
  return unitsEnd;
}

/** Adds the word whose units have been written to `wordUnitsEnd`; returns its number. */
export function addWord(nUnits: u32): u32 {
  const record = records + (<usize>nWords << RECORD_SHIFT);
  store<u32>(record, <u32>unitsEnd);
  store<u32>(record, nUnits, RECORD_LENGTH);
  store<i32>(record, findTerm(unitsEnd, nUnits), RECORD_COLUMN);
  store<u32>(record, extendByUnits(HASH_START, unitsEnd, nUnits), RECORD_STATE);
  unitsEnd += <usize>nUnits << 1;
  return nWords++;
}
