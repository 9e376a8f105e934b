/** The tables that find a term's column. A look-up that has tried some buckets searches the sorted terms: no file is slow. */

import { extendByUnits, finishHash, firstUnits, HASH_START, MAX_SHORT_UNITS, shortPlace } from "./hash";
import {
  BUCKET_SHIFT,
  LONG_COLUMNS,
  LONG_LAST,
  LONG_SLOTS,
  longBuckets,
  longMask,
  nTerms,
  SHORT_COLUMNS,
  SHORT_MORE,
  SHORT_SLOTS,
  shortBits,
  shortBuckets,
  termOffsets,
  termUnits,
} from "./memory";

/** Buckets looked at before the sorted terms are searched. */
export const MAX_PROBES: u32 = 8;

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

/** The bucket that a short term is put into where there is room. */
// @ts-ignore: decorator
@inline
export function shortBucketOf(key: u64): usize {
  return shortBuckets + (shortPlace(key, shortBits) << BUCKET_SHIFT);
}

// @ts-ignore: decorator
@inline
function nextShortBucket(bucket: usize): usize {
  const next = bucket + (1 << BUCKET_SHIFT);
  return next < shortBuckets + (1 << (<usize>shortBits + BUCKET_SHIFT)) ? next : shortBuckets;
}

/** The bucket of a long term's hash, or the one so many behind it. */
// @ts-ignore: decorator
@inline
export function longBucketOf(hash: u32, probe: u32): usize {
  return longBuckets + (<usize>((hash + probe) & longMask) << BUCKET_SHIFT);
}

/** Column + 1 in the slot of a bucket that {@link compareBucket} has found; where it has found none, what `more` says. */
// @ts-ignore: decorator
@inline
export function lookUpShort(bucket: usize, equal: u32): u32 {
  return load<u32>(bucket + (<usize>ctz(equal | (1 << SHORT_SLOTS)) << 2), SHORT_COLUMNS);
}

/** A bit for each slot of the bucket: whether these are its units. */
// @ts-ignore: decorator
@inline
export function compareBucket(bucket: usize, key: u64): u32 {
  const keys = i64x2.splat(<i64>key);
  const first = <u32>i64x2.bitmask(i64x2.eq(v128.load(bucket), keys));
  const second = <u32>i64x2.bitmask(i64x2.eq(v128.load(bucket, 16), keys));
  return first | (second << 2) | (u32(load<u64>(bucket, 32) == key) << 4);
}

/** A bit for each slot of the bucket: whether this is its hash. A free slot has 0. */
// @ts-ignore: decorator
@inline
export function compareHashes(bucket: usize, hash: u32): u32 {
  const hashes = i32x4.splat(<i32>hash);
  const first = <u32>i32x4.bitmask(i32x4.eq(v128.load(bucket), hashes));
  return first | (<u32>i32x4.bitmask(i32x4.eq(v128.load(bucket, 16), hashes)) << 4);
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

/** Puts each term into the first bucket with room from its own on; without room in the first ones, it is left to the search. */
export function fillTables(): void {
  for (let column: u32 = 0; column < nTerms; column++) {
    const at = termAt(column);
    const nUnits = termLength(column);
    if (isShort(at, nUnits)) fillShort(firstUnits(load<u64>(at), nUnits), column + 1);
    else fillLong(finishHash(extendByUnits(HASH_START, at, nUnits)), column + 1);
  }
}

function fillShort(key: u64, entry: u32): void {
  let bucket = shortBucketOf(key);
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    for (let slot: usize = 0; slot < <usize>SHORT_SLOTS; slot++) {
      const column = bucket + (slot << 2);
      if (load<u32>(column, SHORT_COLUMNS) == 0) {
        store<u64>(bucket + (slot << 3), key);
        store<u32>(column, entry, SHORT_COLUMNS);
        return;
      }
    }
    store<u32>(bucket, 1, SHORT_MORE);
    bucket = nextShortBucket(bucket);
  }
}

function fillLong(hash: u32, entry: u32): void {
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    const bucket = longBucketOf(hash, probe);
    for (let slot: usize = 0; slot < <usize>LONG_SLOTS; slot++) {
      const at = bucket + (slot << 2);
      if (load<u32>(at, LONG_COLUMNS) == 0) {
        store<u32>(at, hash);
        store<u32>(at, entry, LONG_COLUMNS);
        return;
      }
    }
  }
}

/** Column of the short term of these units, or NO_COLUMN. */
export function findShort(key: u64): i32 {
  let bucket = shortBucketOf(key);
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    const equal = compareBucket(bucket, key);
    const entry = lookUpShort(bucket, equal);
    if (equal != 0) return <i32>entry - 1;
    if (entry == 0) return NO_COLUMN;
    bucket = nextShortBucket(bucket);
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
    return findShort(firstUnits(load<u64>(at), nUnits));
  }
  return findLong(at, nUnits, finishHash(extendByUnits(HASH_START, at, nUnits)));
}

/** {@link findTerm} for a term that is not short. */
export function findLong(at: usize, nUnits: u32, hash: u32): i32 {
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    const bucket = longBucketOf(hash, probe);
    for (let equal = compareHashes(bucket, hash); equal != 0; equal &= equal - 1) {
      const entry = load<u32>(bucket + (<usize>ctz(equal) << 2), LONG_COLUMNS);
      if (entry != 0 && compareTerm(entry - 1, at, nUnits) == 0) return <i32>entry - 1;
    }
    if (load<u32>(bucket, LONG_LAST) == 0) return NO_COLUMN;
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
