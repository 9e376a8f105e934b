/**
 * Where things lie. Planned in pieces, each once its size is known; all but the words of documents stays where it is.
 *
 *   termUnits   u16 [...]        the terms one after another, sorted
 *   termOffsets u32 [nTerms + 1] where each begins, in units
 *   shortBuckets  {units u64 [5], columns u32 [5], more u32} [...]   terms of 1 to 4 units by the units themselves
 *   longBuckets   {hashes u32 [8], columns u32 [8]} [...]            all others by a hash
 *   idf         f64 [nTerms]
 *   marks       {seen u64, repeated u64} [...]   which columns the document at work has, and which more than once
 *   summary     u64 [...]        which of the marks are not 0
 *   repeats     u32 [nTerms]     occurrences after the first; these three are 0 before and after
 *   columns     u32 [nTerms]     the result
 *   values      f32 [nTerms]
 *   weights     f64 [nTerms]     before they are divided by the norm
 *   units       u16 [...]        the document's words of characters, a space before each and after the last
 *   words       u32 [...]        the numbers of its terms
 *
 * In buckets a column counts from 1, and 0 marks a free slot. A bucket is a line of the cache, and `more` is 1 where a term has
 * been put into a later one, for want of room.
 */

export const BUCKET_SHIFT: usize = 6;
export const SHORT_SLOTS: u32 = 5;
export const SHORT_COLUMNS: usize = 40;
export const SHORT_MORE: usize = 60;
export const LONG_SLOTS: u32 = 8;
export const LONG_COLUMNS: usize = 32;
/** The last of the columns. */
export const LONG_LAST: usize = 60;
export const MARK_SHIFT: usize = 4;
export const MARK_REPEATED: usize = 8;

/** Look-ups that are prepared before the first of them is made. */
export const LIST_CAPACITY: u32 = 1024;

export let termUnits: usize = 0;
export let termOffsets: usize = 0;
export let nTerms: u32 = 0;
export let shortBuckets: usize = 0;
export let shortBits: u32 = 0;
export let longBuckets: usize = 0;
export let longMask: u32 = 0;
export let idf: usize = 0;
export let marks: usize = 0;
export let summary: usize = 0;
export let summaryEnd: usize = 0;
export let repeats: usize = 0;
export let columns: usize = 0;
export let values: usize = 0;
export let weights: usize = 0;
/**
 * [LIST_CAPACITY] u64 units of a short term, and u32 the address of its bucket; or of an n-gram of words its hash with the
 * place of its first word above, and how many words.
 */
export let listKeys: usize = 0;
export let listBuckets: usize = 0;
/** [LIST_CAPACITY] u32 columns that were found. */
export let listColumns: usize = 0;
/** A number that is written so that reading ahead cannot be left out. */
export let sink: usize = 0;
export let units: usize = 0;
export let words: usize = 0;

export let wordShortest: u32 = 0;
export let wordLongest: u32 = 0;
export let charShortest: u32 = 0;
export let charLongest: u32 = 0;
/** Whether a count c weighs 1 + ln c. */
export let isSublinear: bool = false;

let top: usize = 0;

function take(nBytes: usize): usize {
  const at = top;
  top = (at + nBytes + 63) & ~63;
  return at;
}

/** Lengths of n-grams, a longest of 0 standing for none, and the weight of counts. */
export function setOptions(wordFrom: u32, wordTo: u32, charFrom: u32, charTo: u32, sublinear: bool): void {
  wordShortest = wordFrom;
  wordLongest = wordTo;
  charShortest = charFrom;
  charLongest = charTo;
  isSublinear = sublinear;
}

/** Plans the terms, units first, from `base` on; returns where the offsets go, behind which `planTables` goes on. */
export function planTerms(base: usize, termCount: u32, nUnits: usize): usize {
  top = base;
  nTerms = termCount;
  // Terms are read four units at a time.
  termUnits = take((nUnits + 4) << 1);
  termOffsets = take((<usize>termCount + 1) << 2);
  return termOffsets;
}

/**
 * Exponent of the number of buckets: half of the slots stay free or fewer, for one bucket in twenty to be full, and a fourth at
 * least, for a smaller table is nearer to the processor.
 */
function tableBits(n: u32, slots: u32): u32 {
  let exponent: u32 = 1;
  while ((<u64>(3 * slots) << exponent) < 4 * <u64>n) exponent++;
  return exponent;
}

/** Plans all else that does not grow; returns the end. */
export function planTables(nShort: u32): usize {
  shortBits = tableBits(nShort, SHORT_SLOTS);
  shortBuckets = take(1 << (<usize>shortBits + BUCKET_SHIFT));
  const longBits = tableBits(nTerms - nShort, LONG_SLOTS);
  longMask = (1 << longBits) - 1;
  longBuckets = take(1 << (<usize>longBits + BUCKET_SHIFT));
  idf = take(<usize>nTerms << 3);
  const nMarks = (<usize>nTerms + 63) >> 6;
  const nSummaryWords = (nMarks + 63) >> 6;
  marks = take(nMarks << MARK_SHIFT);
  summary = take(nSummaryWords << 3);
  summaryEnd = summary + (nSummaryWords << 3);
  repeats = take(<usize>nTerms << 2);
  columns = take(<usize>nTerms << 2);
  values = take(<usize>nTerms << 2);
  weights = take(<usize>nTerms << 3);
  listKeys = take(<usize>LIST_CAPACITY << 3);
  listBuckets = take(<usize>LIST_CAPACITY << 2);
  listColumns = take(<usize>LIST_CAPACITY << 2);
  sink = take(4);
  return top;
}

/** Plans the buffers of a document from `base` on; returns their end. */
export function planDocument(base: usize, nUnits: usize, nWords: usize): usize {
  top = base;
  // N-grams are read four units at a time.
  units = take((nUnits + 4) << 1);
  words = take(nWords << 2);
  return top;
}

export function unitsAddress(): usize {
  return units;
}

export function wordsAddress(): usize {
  return words;
}

export function columnsAddress(): usize {
  return columns;
}

export function valuesAddress(): usize {
  return values;
}

export function idfAddress(): usize {
  return idf;
}
