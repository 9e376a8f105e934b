/** The tables that find a term's column. A look-up that has tried some slots searches the sorted terms: no file is slow. */

import { extendByUnits, finishHash, HASH_START } from "./hash";
import {
  LONG_SLOT_COLUMN,
  LONG_SLOT_SHIFT,
  longMask,
  longSlots,
  nTerms,
  SHORT_SLOT_COLUMN,
  SHORT_SLOT_SHIFT,
  shortBits,
  shortSlots,
  termOffsets,
  termUnits,
} from "./memory";

/** Slots looked at before the sorted terms are searched; as in src/features/vocabulary.ts. */
export const MAX_PROBES: u32 = 64;
export const MAX_SHORT_UNITS: u32 = 4;
/** 2^64 divided by the golden ratio. */
const KEY_FACTOR: u64 = 0x9e3779b97f4a7c15;

export const NO_COLUMN: i32 = -1;

// @ts-ignore: decorator
@inline
export function termAt(column: u32): usize {
  return termUnits + (<usize>load<u32>(termOffsets + (<usize>column << 2)) << 1);
}

// @ts-ignore: decorator
@inline
export function termLength(column: u32): u32 {
  const at = termOffsets + (<usize>column << 2);
  return load<u32>(at, 4) - load<u32>(at);
}

/** The first n of four units, 1 ≤ n ≤ 4, as one number. */
// @ts-ignore: decorator
@inline
export function firstUnits(four: u64, n: u32): u64 {
  return four & (0xffffffffffffffff >> (<u64>(MAX_SHORT_UNITS - n) << 4));
}

/** The slot that a short term takes where it is free. */
// @ts-ignore: decorator
@inline
export function shortSlotOf(key: u64): usize {
  const hash = (key ^ (key >> 32)) * KEY_FACTOR;
  return shortSlots + (<usize>(hash >> <u64>(64 - shortBits)) << SHORT_SLOT_SHIFT);
}

// @ts-ignore: decorator
@inline
function nextShortSlot(slot: usize): usize {
  const next = slot + (1 << SHORT_SLOT_SHIFT);
  return next < shortSlots + (1 << (<usize>shortBits + SHORT_SLOT_SHIFT)) ? next : shortSlots;
}

/** Whether a term is found by its units: 1 to 4, none of them 0, for shorter terms are filled up with zeros. */
function isShort(at: usize, nUnits: u32): bool {
  if (nUnits == 0 || nUnits > MAX_SHORT_UNITS) return false;
  for (let i: usize = 0; i < <usize>nUnits; i++) if (load<u16>(at + (i << 1)) == 0) return false;
  return true;
}

/** Number of terms that `isShort` is true for. */
export function countShortTerms(): u32 {
  let nShort: u32 = 0;
  for (let column: u32 = 0; column < nTerms; column++) nShort += u32(isShort(termAt(column), termLength(column)));
  return nShort;
}

/** Puts each term into the first free slot from its own on; without one among the first, it is left to the search. */
export function fillTables(): void {
  for (let column: u32 = 0; column < nTerms; column++) {
    const at = termAt(column);
    const nUnits = termLength(column);
    if (isShort(at, nUnits)) {
      const key = firstUnits(load<u64>(at), nUnits);
      let slot = shortSlotOf(key);
      for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
        if (load<u32>(slot, SHORT_SLOT_COLUMN) == 0) {
          store<u64>(slot, key);
          store<u32>(slot, column + 1, SHORT_SLOT_COLUMN);
          break;
        }
        slot = nextShortSlot(slot);
      }
    } else {
      const hash = finishHash(extendByUnits(HASH_START, at, nUnits));
      for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
        const slot = longSlots + (<usize>((hash + probe) & longMask) << LONG_SLOT_SHIFT);
        if (load<u32>(slot, LONG_SLOT_COLUMN) == 0) {
          store<u32>(slot, hash);
          store<u32>(slot, column + 1, LONG_SLOT_COLUMN);
          break;
        }
      }
    }
  }
}

/** Column of the short term of these units from its slot on, or NO_COLUMN; `at` is where its `nUnits` units lie. */
export function findShort(key: u64, slot: usize): i32 {
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    const column = load<u32>(slot, SHORT_SLOT_COLUMN);
    if (column == 0) return NO_COLUMN;
    if (load<u64>(slot) == key) return <i32>column - 1;
    slot = nextShortSlot(slot);
  }
  return searchShort(key);
}

/** Binary search for a short term. */
function searchShort(key: u64): i32 {
  let low: i32 = 0;
  let high = <i32>nTerms - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareShort(<u32>middle, key);
    if (order == 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return NO_COLUMN;
}

/** Negative, 0 or positive as the column's term comes before, is, or comes after the short one. */
function compareShort(column: u32, key: u64): i32 {
  const at = termAt(column);
  const nUnits = termLength(column);
  let i: u32 = 0;
  for (; i < nUnits && key != 0; i++) {
    const difference = <i32>load<u16>(at + (<usize>i << 1)) - <i32>(key & 0xffff);
    if (difference != 0) return difference;
    key >>= 16;
  }
  return key != 0 ? -1 : <i32>(nUnits - i);
}

/** Column of the term of the `nUnits` units at `at`, or NO_COLUMN. */
export function findTerm(at: usize, nUnits: u32): i32 {
  if (isShort(at, nUnits)) {
    const key = firstUnits(load<u64>(at), nUnits);
    return findShort(key, shortSlotOf(key));
  }
  return findLong(at, nUnits, finishHash(extendByUnits(HASH_START, at, nUnits)));
}

/** {@link findTerm} for a term that is not short. */
export function findLong(at: usize, nUnits: u32, hash: u32): i32 {
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    const slot = longSlots + (<usize>((hash + probe) & longMask) << LONG_SLOT_SHIFT);
    const column = load<u32>(slot, LONG_SLOT_COLUMN);
    if (column == 0) return NO_COLUMN;
    if (load<u32>(slot) == hash && compareTerm(column - 1, at, nUnits) == 0) return <i32>column - 1;
  }
  let low: i32 = 0;
  let high = <i32>nTerms - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareTerm(<u32>middle, at, nUnits);
    if (order == 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return NO_COLUMN;
}

/** Negative, 0 or positive as the column's term comes before, is, or comes after the units at `at`. */
function compareTerm(column: u32, at: usize, nUnits: u32): i32 {
  const own = termAt(column);
  const nOwn = termLength(column);
  const end = <usize>min(nOwn, nUnits) << 1;
  for (let i: usize = 0; i < end; i += 2) {
    const difference = <i32>load<u16>(own + i) - <i32>load<u16>(at + i);
    if (difference != 0) return difference;
  }
  return <i32>nOwn - <i32>nUnits;
}
