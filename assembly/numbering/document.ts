/** The terms of one document: which numbers they have, as often as they occur. */

import { extendByUnits, extendHash, firstUnits, HASH_START, MAX_SHORT_UNITS } from "../terms/hash";
import { allocate, NO_MEMORY } from "./memory";
import {
  clearTerms,
  FAILED,
  isShort,
  nextTermAt,
  numberLong,
  numberShort,
  reserveUnits,
  shortSlotOf,
} from "./table";
import { clearWordNumbers, RECORD_LENGTH, RECORD_NUMBER, RECORD_STATE, recordAt, unitsOf } from "./words";

const SPACE: u32 = 0x20;
/** Short terms whose slots are read before the first of them is looked for. */
const LIST_CAPACITY: u32 = 1024;

let units: usize = 0;
let unitCapacity: u32 = 0;
let words: usize = 0;
let wordCapacity: u32 = 0;
let numbers: usize = 0;
let numberCapacity: u64 = 0;
let nNumbers: u32 = 0;

let listKeys: usize = 0;
let nListed: u32 = 0;
/** A number that is written so that reading ahead cannot be left out. */
let sink: usize = 0;

let wordShortest: u32 = 0;
let wordLongest: u32 = 0;
let charShortest: u32 = 0;
let charLongest: u32 = 0;

/** Lengths of n-grams, a longest of 0 standing for none. To be called once; false where there is no memory. */
export function setRanges(wordFrom: u32, wordTo: u32, charFrom: u32, charTo: u32): bool {
  wordShortest = wordFrom;
  wordLongest = wordTo;
  charShortest = charFrom;
  charLongest = charTo;
  listKeys = allocate(<u64>LIST_CAPACITY << 3);
  sink = allocate(4);
  return listKeys != NO_MEMORY && sink != NO_MEMORY;
}

/** Makes room for a document; false where there is no memory. */
export function reserveDocument(nUnits: u32, nWords: u32): bool {
  if (nUnits > unitCapacity) {
    unitCapacity = max(nUnits, unitCapacity << 1);
    // N-grams are read four units at a time.
    units = allocate((<u64>unitCapacity + 4) << 1);
    if (units == NO_MEMORY) return false;
  }
  if (nWords > wordCapacity) {
    wordCapacity = max(nWords, wordCapacity << 1);
    words = allocate(<u64>wordCapacity << 2);
    if (words == NO_MEMORY) return false;
  }
  return true;
}

export function unitsAddress(): usize {
  return units;
}

export function wordsAddress(): usize {
  return words;
}

export function numbersAddress(): usize {
  return numbers;
}

/** Forgets all terms; their numbers begin at 0 again. Words stay. */
export function forgetTerms(): void {
  clearTerms();
  clearWordNumbers();
}

/**
 * Numbers the terms of the document in the buffers: the word n-grams of the first `nWords` of `words`, the `nSingles` terms behind them,
 * and the character n-grams of the first `nUnits` of `units`. Returns how many there are, or FAILED where there is no memory.
 */
export function numberDocument(nUnits: u32, nWords: u32, nSingles: u32): i32 {
  if (!reserveNumbers(nUnits, nWords, nSingles)) return FAILED;
  nNumbers = 0;
  if (!numberWordNgrams(nWords)) return FAILED;
  for (let i = nWords; i < nWords + nSingles; i++) if (!pushWord(record(i))) return FAILED;
  if (charLongest > 0 && !numberCharNgrams(nUnits)) return FAILED;
  return <i32>nNumbers;
}

/** Room for as many numbers as there can be. */
function reserveNumbers(nUnits: u32, nWords: u32, nSingles: u32): bool {
  const wordLengths = <u64>(wordLongest - wordShortest + 1);
  const charLengths = charLongest > 0 ? <u64>(charLongest - charShortest + 1) : 0;
  const most = nWords * wordLengths + nSingles + nUnits * charLengths;
  if (most <= numberCapacity) return true;
  numberCapacity = max(most, numberCapacity << 1);
  numbers = allocate(numberCapacity << 2);
  return numbers != NO_MEMORY;
}

// @ts-ignore: decorator
@inline
function push(number: i32): void {
  store<u32>(numbers + (<usize>nNumbers << 2), <u32>number);
  nNumbers++;
}

/** Record of the word at a place of the document. */
// @ts-ignore: decorator
@inline
function record(place: u32): usize {
  return recordAt(load<u32>(words + (<usize>place << 2)));
}

/** Pushes the number of a word's own term; false where there is no memory. */
function pushWord(word: usize): bool {
  const known = load<u32>(word, RECORD_NUMBER);
  if (known != 0) {
    push(<i32>known - 1);
    return true;
  }
  const nUnits = load<u32>(word, RECORD_LENGTH);
  const at = unitsOf(word);
  let number = FAILED;
  if (isShort(at, nUnits)) {
    number = numberShort(firstUnits(load<u64>(at), nUnits));
  } else if (reserveUnits(nUnits)) {
    memory.copy(nextTermAt(), at, <usize>nUnits << 1);
    number = numberLong(nUnits, load<u32>(word, RECORD_STATE));
  }
  if (number == FAILED) return false;
  store<u32>(word, <u32>number + 1, RECORD_NUMBER);
  push(number);
  return true;
}

/** N-grams of words are spelt where the next term would begin, so that a new one is there already. Two words and a space are not short. */
function numberWordNgrams(nWords: u32): bool {
  for (let first: u32 = 0; first < nWords; first++) {
    const word = record(first);
    if (wordShortest == 1 && !pushWord(word)) return false;
    const longest = min(wordLongest, nWords - first);
    if (longest < 2) continue;
    let nUnits = load<u32>(word, RECORD_LENGTH);
    let state = load<u32>(word, RECORD_STATE);
    if (!reserveUnits(nUnits)) return false;
    let spelt = nextTermAt();
    memory.copy(spelt, unitsOf(word), <usize>nUnits << 1);
    for (let n: u32 = 2; n <= longest; n++) {
      const next = record(first + n - 1);
      const nMore = load<u32>(next, RECORD_LENGTH);
      if (!reserveUnits(nUnits + 1 + nMore)) return false;
      const at = nextTermAt() + (<usize>nUnits << 1);
      store<u16>(at, <u16>SPACE);
      state = extendHash(state, SPACE);
      let from = unitsOf(next);
      for (let to = at + 2, end = to + (<usize>nMore << 1); to < end; to += 2) {
        const unit = load<u16>(from);
        store<u16>(to, unit);
        state = extendHash(state, <u32>unit);
        from += 2;
      }
      nUnits += 1 + nMore;
      if (n < wordShortest) continue;
      spelt = nextTermAt();
      const number = numberLong(nUnits, state);
      if (number == FAILED) return false;
      push(number);
      if (n == longest || nextTermAt() == spelt) continue;
      // It has become a term: the longer one begins with a copy.
      if (!reserveUnits(nUnits)) return false;
      memory.copy(nextTermAt(), nextTermAt() - (<usize>nUnits << 1), <usize>nUnits << 1);
    }
  }
  return true;
}

/** N-grams of each word with the space before and the space after it. */
function numberCharNgrams(nUnits: u32): bool {
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
      if (nListed + MAX_SHORT_UNITS > LIST_CAPACITY && !numberListed()) return false;
      for (let n = charShortest; n <= shortEnd; n++) {
        store<u64>(listKeys + (<usize>nListed << 3), firstUnits(four, n));
        nListed++;
      }
      if (charLongest > MAX_SHORT_UNITS && !numberLongNgrams(start, nLeft)) return false;
    }
    word = wordEnd;
  }
  return numberListed();
}

/** N-grams of more than four units from `start` on. */
function numberLongNgrams(start: usize, nLeft: u32): bool {
  const longest = min(charLongest, nLeft);
  if (longest <= MAX_SHORT_UNITS) return true;
  if (!numberListed()) return false;
  let state = extendByUnits(HASH_START, start, MAX_SHORT_UNITS);
  for (let n = MAX_SHORT_UNITS + 1; n <= longest; n++) {
    state = extendHash(state, <u32>load<u16>(start + (<usize>(n - 1) << 1)));
    if (n < charShortest) continue;
    if (!reserveUnits(n)) return false;
    memory.copy(nextTermAt(), start, <usize>n << 1);
    const number = numberLong(n, state);
    if (number == FAILED) return false;
    push(number);
  }
  return true;
}

/** Numbers the list. All slots are read first, for the processor waits for many lines of memory at once. */
function numberListed(): bool {
  let read: u32 = 0;
  for (let i: usize = 0; i < <usize>nListed; i++) read ^= load<u32>(shortSlotOf(load<u64>(listKeys + (i << 3))));
  store<u32>(sink, read);
  for (let i: usize = 0; i < <usize>nListed; i++) {
    const number = numberShort(load<u64>(listKeys + (i << 3)));
    if (number == FAILED) return false;
    push(number);
  }
  nListed = 0;
  return true;
}
