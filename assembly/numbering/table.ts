/**
 * The distinct terms, numbered from 0 in the order in which they are met.
 *
 *   termUnits   u16 [...]        the terms one after another
 *   termStarts  u32 [nTerms + 1] where each begins, in units
 *   shortSlots  {units u64, number u32, 4 bytes} [...]   terms of 1 to 4 units by the units themselves
 *   longSlots   {hash u32, number u32} [...]             all others by a hash
 *
 * In slots a number counts from 1, and 0 marks a free slot. A third of the slots stays free.
 */

import { allocate, NO_MEMORY } from "./memory";
import { finishHash, MAX_SHORT_UNITS, shortPlace } from "../terms/hash";

const SHORT_SLOT_SHIFT: usize = 4;
const SHORT_SLOT_NUMBER: usize = 8;
const LONG_SLOT_SHIFT: usize = 3;
const LONG_SLOT_NUMBER: usize = 4;

/** Stands for a number where there is no memory for a further term. */
export const FAILED: i32 = -1;

const FIRST_BITS: u32 = 10;
const FIRST_TERMS: u32 = 1024;
const FIRST_UNITS: u32 = 8192;
/** Units are read four at a time. */
const SPARE_UNITS: u64 = 4;

let nTerms: u32 = 0;
let termUnits: usize = 0;
let unitCapacity: u32 = 0;
let termStarts: usize = 0;
let termCapacity: u32 = 0;
let shortSlots: usize = 0;
let shortBits: u32 = FIRST_BITS;
let nShort: u32 = 0;
let longSlots: usize = 0;
let longBits: u32 = FIRST_BITS;
let nLong: u32 = 0;

/** Makes the first tables; false where there is no memory. */
export function beginTables(): bool {
  termUnits = allocate((<u64>FIRST_UNITS + SPARE_UNITS) << 1);
  unitCapacity = FIRST_UNITS;
  termStarts = allocate((<u64>FIRST_TERMS + 1) << 2);
  termCapacity = FIRST_TERMS;
  shortSlots = allocate(1 << (<u64>FIRST_BITS + SHORT_SLOT_SHIFT));
  longSlots = allocate(1 << (<u64>FIRST_BITS + LONG_SLOT_SHIFT));
  return termUnits != NO_MEMORY && termStarts != NO_MEMORY && shortSlots != NO_MEMORY && longSlots != NO_MEMORY;
}

/** Forgets all terms; the room stays. */
export function clearTerms(): void {
  nTerms = 0;
  nShort = 0;
  nLong = 0;
  memory.fill(shortSlots, 0, 1 << (<usize>shortBits + SHORT_SLOT_SHIFT));
  memory.fill(longSlots, 0, 1 << (<usize>longBits + LONG_SLOT_SHIFT));
}

export function countTerms(): u32 {
  return nTerms;
}

export function termUnitsAddress(): usize {
  return termUnits;
}

export function termStartsAddress(): usize {
  return termStarts;
}

/** Where the units of the next term go, which the caller has made room for. */
// @ts-ignore: decorator
@inline
export function nextTermAt(): usize {
  return termUnits + (<usize>load<u32>(termStarts + (<usize>nTerms << 2)) << 1);
}

/** Makes room for a term of so many units; `nextTermAt` may change, what has been written there comes along. False where there is no memory. */
export function reserveUnits(nUnits: u32): bool {
  const start = load<u32>(termStarts + (<usize>nTerms << 2));
  const end = <u64>start + nUnits;
  if (end <= unitCapacity) return true;
  const capacity = max(end, <u64>unitCapacity << 1);
  const moved = allocate((capacity + SPARE_UNITS) << 1);
  if (moved == NO_MEMORY) return false;
  memory.copy(moved, termUnits, <usize>unitCapacity << 1);
  termUnits = moved;
  unitCapacity = <u32>capacity;
  return true;
}

/** Whether a term is found by its units: it has some, and a last unit of 0 would be lost in them. */
// @ts-ignore: decorator
@inline
export function isShort(at: usize, nUnits: u32): bool {
  return nUnits - 1 < MAX_SHORT_UNITS && load<u16>(at + (<usize>(nUnits - 1) << 1)) != 0;
}

// @ts-ignore: decorator
@inline
export function shortSlotOf(key: u64): usize {
  return shortSlots + (shortPlace(key, shortBits) << SHORT_SLOT_SHIFT);
}

// @ts-ignore: decorator
@inline
function nextShortSlot(slot: usize): usize {
  const next = slot + (1 << SHORT_SLOT_SHIFT);
  return next < shortSlots + (1 << (<usize>shortBits + SHORT_SLOT_SHIFT)) ? next : shortSlots;
}

/** The slot that a term of this hash takes where it is free. */
// @ts-ignore: decorator
@inline
export function longSlotOf(hash: u32): usize {
  return longSlots + (<usize>(hash & ((1 << longBits) - 1)) << LONG_SLOT_SHIFT);
}

/** Number of the short term of these units, a new one where it is new. */
export function numberShort(key: u64): i32 {
  let slot = shortSlotOf(key);
  for (;;) {
    const number = load<u32>(slot, SHORT_SLOT_NUMBER);
    if (number == 0) break;
    if (load<u64>(slot) == key) return <i32>number - 1;
    slot = nextShortSlot(slot);
  }
  if (!reserveUnits(MAX_SHORT_UNITS)) return FAILED;
  store<u64>(nextTermAt(), key);
  const nUnits = MAX_SHORT_UNITS - (<u32>clz(key) >> 4);
  const number = append(nUnits);
  if (number == FAILED) return FAILED;
  store<u64>(slot, key);
  store<u32>(slot, <u32>number + 1, SHORT_SLOT_NUMBER);
  nShort++;
  if (3 * <u64>nShort > <u64>2 << shortBits && !enlargeShort()) return FAILED;
  return number;
}

/** Number of the term of `nUnits` units at `nextTermAt`, which is not short; `state` is that of its hash. A new one where it is new. */
export function numberLong(nUnits: u32, state: u32): i32 {
  const hash = finishHash(state);
  const mask: u32 = (1 << longBits) - 1;
  const at = nextTermAt();
  let place = hash & mask;
  for (;;) {
    const slot = longSlots + (<usize>place << LONG_SLOT_SHIFT);
    const number = load<u32>(slot, LONG_SLOT_NUMBER);
    if (number == 0) break;
    if (load<u32>(slot) == hash && isTerm(number - 1, at, nUnits)) return <i32>number - 1;
    place = (place + 1) & mask;
  }
  const number = append(nUnits);
  if (number == FAILED) return FAILED;
  const slot = longSlots + (<usize>place << LONG_SLOT_SHIFT);
  store<u32>(slot, hash);
  store<u32>(slot, <u32>number + 1, LONG_SLOT_NUMBER);
  nLong++;
  if (3 * <u64>nLong > <u64>2 << longBits && !enlargeLong()) return FAILED;
  return number;
}

function isTerm(number: u32, at: usize, nUnits: u32): bool {
  const start = termStarts + (<usize>number << 2);
  const begin = load<u32>(start);
  if (load<u32>(start, 4) - begin != nUnits) return false;
  let own = termUnits + (<usize>begin << 1);
  const end = own + (<usize>nUnits << 1);
  for (; own + 8 <= end; own += 8) {
    if (load<u64>(own) != load<u64>(at)) return false;
    at += 8;
  }
  for (; own < end; own += 2) {
    if (load<u16>(own) != load<u16>(at)) return false;
    at += 2;
  }
  return true;
}

/** Makes the `nUnits` units at `nextTermAt` a term; returns its number. */
function append(nUnits: u32): i32 {
  const number = nTerms;
  if (number + 1 == termCapacity) {
    const moved = allocate((<u64>termCapacity * 2 + 1) << 2);
    if (moved == NO_MEMORY) return FAILED;
    memory.copy(moved, termStarts, (<usize>termCapacity + 1) << 2);
    termStarts = moved;
    termCapacity <<= 1;
  }
  const start = termStarts + (<usize>number << 2);
  store<u32>(start, load<u32>(start) + nUnits, 4);
  nTerms = number + 1;
  return <i32>number;
}

function enlargeShort(): bool {
  const before = shortSlots;
  const end = before + (1 << (<usize>shortBits + SHORT_SLOT_SHIFT));
  const moved = allocate(2 << (<u64>shortBits + SHORT_SLOT_SHIFT));
  if (moved == NO_MEMORY) return false;
  shortSlots = moved;
  shortBits++;
  for (let from = before; from < end; from += 1 << SHORT_SLOT_SHIFT) {
    const number = load<u32>(from, SHORT_SLOT_NUMBER);
    if (number == 0) continue;
    const key = load<u64>(from);
    let slot = shortSlotOf(key);
    while (load<u32>(slot, SHORT_SLOT_NUMBER) != 0) slot = nextShortSlot(slot);
    store<u64>(slot, key);
    store<u32>(slot, number, SHORT_SLOT_NUMBER);
  }
  return true;
}

function enlargeLong(): bool {
  const before = longSlots;
  const end = before + (1 << (<usize>longBits + LONG_SLOT_SHIFT));
  const moved = allocate(2 << (<u64>longBits + LONG_SLOT_SHIFT));
  if (moved == NO_MEMORY) return false;
  longSlots = moved;
  longBits++;
  const mask: u32 = (1 << longBits) - 1;
  for (let from = before; from < end; from += 1 << LONG_SLOT_SHIFT) {
    const number = load<u32>(from, LONG_SLOT_NUMBER);
    if (number == 0) continue;
    const hash = load<u32>(from);
    let place = hash & mask;
    while (load<u32>(moved + (<usize>place << LONG_SLOT_SHIFT), LONG_SLOT_NUMBER) != 0) place = (place + 1) & mask;
    const slot = moved + (<usize>place << LONG_SLOT_SHIFT);
    store<u32>(slot, hash);
    store<u32>(slot, number, LONG_SLOT_NUMBER);
  }
  return true;
}
