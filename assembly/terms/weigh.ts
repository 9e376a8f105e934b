/** The row of one document: which terms of the vocabulary it has, how often, and what they weigh. */

import { naturalLogarithm } from "../nn/math";
import { extendByUnits, extendHash, finishHash, firstUnits, HASH_START, MAX_SHORT_UNITS } from "./hash";
import {
  charLongest,
  charShortest,
  columns,
  idf,
  isSublinear,
  LIST_CAPACITY,
  listBuckets,
  listColumns,
  listKeys,
  LONG_COLUMNS,
  LONG_LAST,
  MARK_REPEATED,
  MARK_SHIFT,
  marks,
  nTerms,
  repeats,
  sink,
  summary,
  summaryEnd,
  units,
  values,
  weights,
  wordLongest,
  words,
  wordShortest,
} from "./memory";
import {
  compareBucket,
  compareHashes,
  findLong,
  findShort,
  longBucketOf,
  lookUpShort,
  MAX_PROBES,
  NO_COLUMN,
  shortBucketOf,
  termAt,
  termLength,
} from "./table";
import { RECORD_COLUMN, RECORD_LENGTH, RECORD_SHIFT, RECORD_STATE, records } from "./words";

const SPACE: u32 = 0x20;

let nListed: u32 = 0;

/** Notes one occurrence. */
// @ts-ignore: decorator
@inline
function mark(column: u32): void {
  const at = marks + (<usize>(column >> 6) << MARK_SHIFT);
  const bit = (<u64>1) << (<u64>column & 63);
  const seen = load<u64>(at);
  if ((seen & bit) != 0) {
    store<u64>(at, load<u64>(at, MARK_REPEATED) | bit, MARK_REPEATED);
    const repeat = repeats + (<usize>column << 2);
    store<u32>(repeat, load<u32>(repeat) + 1);
    return;
  }
  store<u64>(at, seen | bit);
  const whole = summary + (<usize>(column >> 12) << 3);
  store<u64>(whole, load<u64>(whole) | ((<u64>1) << (<u64>(column >> 6) & 63)));
}

/**
 * Makes the row of the document in the buffers. Its terms are the word n-grams of the first `nWords` of `words`, the `nSingles` terms
 * behind them, and the character n-grams of the first `nUnits` of `units`. Writes columns, rising, and weights; returns how
 * many.
 */
export function weigh(nUnits: u32, nWords: u32, nSingles: u32): u32 {
  if (charLongest > 0) countCharNgrams(nUnits);
  countWordNgrams(nWords);
  for (let i = nWords; i < nWords + nSingles; i++) markWord(recordOf(i));
  const nnz = collect();
  normalize(nnz);
  return nnz;
}

// @ts-ignore: decorator
@inline
function recordOf(place: u32): usize {
  return records + (<usize>load<u32>(words + (<usize>place << 2)) << RECORD_SHIFT);
}

// @ts-ignore: decorator
@inline
function markWord(record: usize): void {
  const column = load<i32>(record, RECORD_COLUMN);
  if (column != NO_COLUMN) mark(<u32>column);
}

function countWordNgrams(nWords: u32): void {
  nListed = 0;
  for (let first: u32 = 0; first < nWords; first++) {
    const record = recordOf(first);
    if (wordShortest == 1) markWord(record);
    const longest = min(wordLongest, nWords - first);
    let state = load<u32>(record, RECORD_STATE);
    for (let n: u32 = 2; n <= longest; n++) {
      const next = recordOf(first + n - 1);
      state = extendByUnits(extendHash(state, SPACE), <usize>load<u32>(next), load<u32>(next, RECORD_LENGTH));
      if (n < wordShortest) continue;
      if (nListed == LIST_CAPACITY) findListedNgrams();
      store<u64>(listKeys + (<usize>nListed << 3), (<u64>first << 32) | finishHash(state));
      store<u32>(listBuckets + (<usize>nListed << 2), n);
      nListed++;
    }
  }
  findListedNgrams();
}

/** Makes the look-ups of listed n-grams of words, all buckets read first as in {@link findListed}. */
function findListedNgrams(): void {
  let read: u32 = 0;
  for (let i: usize = 0; i < <usize>nListed; i++) read ^= load<u32>(longBucketOf(load<u32>(listKeys + (i << 3)), 0));
  store<u32>(sink, read);
  for (let i: usize = 0; i < <usize>nListed; i++) {
    const key = load<u64>(listKeys + (i << 3));
    const column = findNgram(<u32>(key >> 32), load<u32>(listBuckets + (i << 2)), <u32>key);
    if (column != NO_COLUMN) mark(<u32>column);
  }
  nListed = 0;
}

/** Column of the n-gram of `n` words from the place `first` on; two words of two units and a space are not short. */
function findNgram(first: u32, n: u32, hash: u32): i32 {
  for (let probe: u32 = 0; probe < MAX_PROBES; probe++) {
    const bucket = longBucketOf(hash, probe);
    for (let equal = compareHashes(bucket, hash); equal != 0; equal &= equal - 1) {
      const entry = load<u32>(bucket + (<usize>ctz(equal) << 2), LONG_COLUMNS);
      if (entry != 0 && compareNgram(entry - 1, first, n) == 0) return <i32>entry - 1;
    }
    if (load<u32>(bucket, LONG_LAST) == 0) return NO_COLUMN;
  }
  let low: i32 = 0;
  let high = <i32>nTerms - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareNgram(<u32>middle, first, n);
    if (order == 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return NO_COLUMN;
}

/** Negative, 0 or positive as the column's term comes before, is, or comes after the words joined by spaces. */
function compareNgram(column: u32, first: u32, n: u32): i32 {
  let at = termAt(column);
  const end = at + (<usize>termLength(column) << 1);
  for (let i: u32 = 0; i < n; i++) {
    if (i > 0) {
      if (at == end) return -1;
      const difference = <i32>load<u16>(at) - <i32>SPACE;
      if (difference != 0) return difference;
      at += 2;
    }
    const record = recordOf(first + i);
    let unit = <usize>load<u32>(record);
    const unitsEnd = unit + (<usize>load<u32>(record, RECORD_LENGTH) << 1);
    for (; unit < unitsEnd; unit += 2) {
      if (at == end) return -1;
      const difference = <i32>load<u16>(at) - <i32>load<u16>(unit);
      if (difference != 0) return difference;
      at += 2;
    }
  }
  return <i32>((end - at) >> 1);
}

/** N-grams of each word with the space before and the space after it. */
function countCharNgrams(nUnits: u32): void {
  const end = units + (<usize>nUnits << 1);
  const shortTo = min(charLongest, MAX_SHORT_UNITS);
  nListed = 0;
  let word = units + 2;
  while (word < end) {
    let wordEnd = word;
    while (load<u16>(wordEnd) != SPACE) wordEnd += 2;
    wordEnd += 2;
    for (let start = word - 2; start < wordEnd; start += 2) {
      const nLeft = <u32>((wordEnd - start) >> 1);
      const four = load<u64>(start);
      const shortEnd = min(shortTo, nLeft);
      if (nListed + MAX_SHORT_UNITS > LIST_CAPACITY) findListed();
      for (let n = charShortest; n <= shortEnd; n++) listShort(firstUnits(four, n));
      if (charLongest > MAX_SHORT_UNITS) countLongNgrams(start, nLeft);
    }
    word = wordEnd;
  }
  findListed();
}

/** N-grams of more than four units from `start` on. */
function countLongNgrams(start: usize, nLeft: u32): void {
  const longest = min(charLongest, nLeft);
  if (longest <= MAX_SHORT_UNITS) return;
  let state = extendByUnits(HASH_START, start, MAX_SHORT_UNITS);
  for (let n = MAX_SHORT_UNITS + 1; n <= longest; n++) {
    state = extendHash(state, <u32>load<u16>(start + (<usize>(n - 1) << 1)));
    if (n < charShortest) continue;
    const column = findLong(start, n, finishHash(state));
    if (column != NO_COLUMN) mark(<u32>column);
  }
}

// @ts-ignore: decorator
@inline
function listShort(key: u64): void {
  store<u64>(listKeys + (<usize>nListed << 3), key);
  store<u32>(listBuckets + (<usize>nListed << 2), <u32>shortBucketOf(key));
  nListed++;
}

/**
 * Makes the look-ups of the list. All buckets are read first: which terms are known cannot be predicted, and each wrong guess
 * would wait for a bucket from memory. For the same reason what is found is listed without a branch.
 */
function findListed(): void {
  let read: u32 = 0;
  for (let i: usize = 0; i < <usize>nListed; i++) read ^= load<u32>(<usize>load<u32>(listBuckets + (i << 2)));
  let found = listColumns;
  for (let i: usize = 0; i < <usize>nListed; i++) {
    const key = load<u64>(listKeys + (i << 3));
    const bucket = <usize>load<u32>(listBuckets + (i << 2));
    const equal = compareBucket(bucket, key);
    const entry = lookUpShort(bucket, equal);
    store<u32>(found, entry - 1);
    found += <usize>(equal != 0) << 2;
    // The term may be in a later bucket.
    if (equal == 0 && entry != 0) {
      const column = findShort(key);
      store<u32>(found, <u32>column);
      found += <usize>(column != NO_COLUMN) << 2;
    }
  }
  for (let at = listColumns; at < found; at += 4) {
    const column = load<u32>(at);
    // The weights are multiplied with these numbers once all terms have been found.
    read ^= load<u32>(idf + (<usize>column << 3));
    mark(column);
  }
  store<u32>(sink, read);
  nListed = 0;
}

/** Writes the columns that were marked, rising, with how often, and takes the marks away. */
function collect(): u32 {
  let nnz: usize = 0;
  let marksAt = marks;
  for (let at = summary; at < summaryEnd; at += 8) {
    let whole = load<u64>(at);
    if (whole != 0) {
      store<u64>(at, 0);
      for (; whole != 0; whole &= whole - 1) {
        const markAt = marksAt + (<usize>ctz(whole) << MARK_SHIFT);
        let seen = load<u64>(markAt);
        const repeated = load<u64>(markAt, MARK_REPEATED);
        store<u64>(markAt, 0);
        store<u64>(markAt, 0, MARK_REPEATED);
        const first = <u32>(((markAt - marks) >> MARK_SHIFT) << 6);
        for (; seen != 0; seen &= seen - 1) {
          const place = ctz(seen);
          const column = first + <u32>place;
          let count: u32 = 1;
          if (((repeated >> place) & 1) != 0) {
            const repeat = repeats + (<usize>column << 2);
            count += load<u32>(repeat);
            store<u32>(repeat, 0);
          }
          store<u32>(columns + (nnz << 2), column);
          store<f32>(values + (nnz << 2), <f32>count);
          nnz++;
        }
      }
    }
    marksAt += 64 << MARK_SHIFT;
  }
  return <u32>nnz;
}

/** Overwrites counts by tf idf, divided by the row's norm: in double, as src/features/tf-idf.ts does it. */
function normalize(nnz: u32): void {
  let sumOfSquares: f64 = 0;
  for (let i: usize = 0; i < <usize>nnz; i++) {
    let tf = <f64>load<f32>(values + (i << 2));
    if (isSublinear && tf != 1) tf = 1 + naturalLogarithm(tf);
    const weight = tf * load<f64>(idf + (<usize>load<u32>(columns + (i << 2)) << 3));
    sumOfSquares += weight * weight;
    store<f64>(weights + (i << 3), weight);
  }
  const norm = sqrt(sumOfSquares);
  for (let i: usize = 0; i < <usize>nnz; i++) {
    store<f32>(values + (i << 2), <f32>(load<f64>(weights + (i << 3)) / norm));
  }
}
