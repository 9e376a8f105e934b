/** Terms that are given by their units, to be numbered: how the numbers of several kernels become those of one. */

import { extendByUnits, finishHash, firstUnits, HASH_START } from "../terms/hash";
import { allocate, NO_MEMORY } from "./memory";
import {
  FAILED,
  isShort,
  longSlotOf,
  nextTermAt,
  numberLong,
  numberShort,
  reserveUnits,
  shortSlotOf,
} from "./table";

/** Terms whose slots are read before the first of them is looked for. */
const CHUNK: u32 = 256;

let units: usize = 0;
let unitCapacity: u32 = 0;
let ends: usize = 0;
let numbers: usize = 0;
let termCapacity: u32 = 0;
/** [CHUNK] u64 units of a short term, or state of the hash. */
let keys: usize = 0;
/** A number that is written so that reading ahead cannot be left out. */
let sink: usize = 0;

/** Makes room for terms of so many units together; false where there is no memory. */
export function reserveTerms(nUnits: u32, nTerms: u32): bool {
  if (keys == NO_MEMORY) {
    keys = allocate(<u64>CHUNK << 3);
    sink = allocate(4);
    if (keys == NO_MEMORY || sink == NO_MEMORY) return false;
  }
  if (nUnits > unitCapacity) {
    unitCapacity = max(nUnits, unitCapacity << 1);
    // Terms are read four units at a time.
    units = allocate((<u64>unitCapacity + 4) << 1);
    if (units == NO_MEMORY) return false;
  }
  if (nTerms > termCapacity) {
    termCapacity = max(nTerms, termCapacity << 1);
    ends = allocate(<u64>termCapacity << 2);
    numbers = allocate(<u64>termCapacity << 2);
    if (ends == NO_MEMORY || numbers == NO_MEMORY) return false;
  }
  return true;
}

export function givenUnitsAddress(): usize {
  return units;
}

export function endsAddress(): usize {
  return ends;
}

export function termNumbersAddress(): usize {
  return numbers;
}

/** Numbers the terms in the buffers; false where there is no memory. */
export function numberTerms(nTerms: u32): bool {
  let begin = units;
  for (let first: u32 = 0; first < nTerms; first += CHUNK) {
    const last = min(first + CHUNK, nTerms);
    let at = begin;
    let read: u32 = 0;
    for (let i = first; i < last; i++) {
      const end = units + (<usize>load<u32>(ends + (<usize>i << 2)) << 1);
      const nUnits = <u32>((end - at) >> 1);
      const key = keys + (<usize>(i - first) << 3);
      if (isShort(at, nUnits)) {
        const four = firstUnits(load<u64>(at), nUnits);
        store<u64>(key, four);
        read ^= load<u32>(shortSlotOf(four));
      } else {
        const state = extendByUnits(HASH_START, at, nUnits);
        store<u64>(key, <u64>state);
        read ^= load<u32>(longSlotOf(finishHash(state)));
      }
      at = end;
    }
    store<u32>(sink, read);
    at = begin;
    for (let i = first; i < last; i++) {
      const end = units + (<usize>load<u32>(ends + (<usize>i << 2)) << 1);
      const nUnits = <u32>((end - at) >> 1);
      const key = load<u64>(keys + (<usize>(i - first) << 3));
      let number = FAILED;
      if (isShort(at, nUnits)) {
        number = numberShort(key);
      } else if (reserveUnits(nUnits)) {
        memory.copy(nextTermAt(), at, <usize>nUnits << 1);
        number = numberLong(nUnits, <u32>key);
      }
      if (number == FAILED) return false;
      store<u32>(numbers + (<usize>i << 2), <u32>number);
      at = end;
    }
    begin = at;
  }
  return true;
}
