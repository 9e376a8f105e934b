/**
 * Fills and completes the tables, in the layout of dictionary.ts, from pieces of a dictionary's file that lie in a
 * staging area. Called once for a memory, before any kernel. src/kernels/reference-tables.ts is the plain way to do it.
 */

import {
  BITMAP_BEFORE,
  COLUMN_MAXIMUM,
  COLUMN_MINIMUM,
  COLUMN_SHIFT,
  columns,
  labels,
  LABEL_SHIFT,
  LETTER_SHIFT,
  letters,
  nLeft,
  ROOT_BITMAP,
  ROOT_SHIFT,
  roots,
  TILE_ROW_SHIFT,
  tiles,
  TRIE_FIRST_WORD,
  TRIE_NEXT_CHILD,
  TRIE_NEXT_WORD,
  TRIE_SHIFT,
  trie,
  WORD_COST,
  WORD_SHIFT,
  words,
} from "./dictionary";

/** More children get a row of bitmaps, fewer are found as fast by bisection and one comparison of a SIMD register. */
const MAX_BISECTED: u32 = 64;
const CODE_UNITS: usize = 65536;

/**
 * Writes the records of `count` nodes from `node` on, and the next one, from the numbers of their children (u16) and
 * words (u8). Nodes must be placed in order. Returns the first node that is no child of one before it, or -1.
 */
export function placeTrie(node: usize, count: usize, childCounts: usize, wordCounts: usize): i32 {
  let record = trie + (node << TRIE_SHIFT);
  if (node == 0) {
    store<u32>(record, 1);
    store<u32>(record, 0, TRIE_FIRST_WORD);
  }
  let nextNode = load<u32>(record);
  let nextWord = load<u32>(record, TRIE_FIRST_WORD);
  for (let i: usize = 0; i < count; i++) {
    if (nextNode <= <u32>(node + i)) return <i32>(node + i);
    nextNode += <u32>load<u16>(childCounts + (i << 1));
    nextWord += <u32>load<u8>(wordCounts + i);
    store<u32>(record, nextNode, TRIE_NEXT_CHILD);
    store<u32>(record, nextWord, TRIE_NEXT_WORD);
    record += 1 << TRIE_SHIFT;
  }
  return -1;
}

/**
 * Writes `count` words from `word` on: their classes (u16), and their distances (i16) plus their classes' costs (i32).
 * Returns false at a class above nClasses - 1.
 */
export function placeWords(
  word: usize,
  count: usize,
  classIds: usize,
  distances: usize,
  costs: usize,
  nClasses: u32,
): bool {
  let out = words + (word << WORD_SHIFT);
  for (let i: usize = 0; i < count; i++) {
    const classId = <u32>load<u16>(classIds + (i << 1));
    if (classId >= nClasses) return false;
    store<u16>(out, <u16>classId);
    store<i16>(out, <i16>(<i32>load<i16>(distances + (i << 1)) + load<i32>(costs + (<usize>classId << 2))), WORD_COST);
    out += 1 << WORD_SHIFT;
  }
  return true;
}

/**
 * Writes a row of connection costs. `distances` are i16, `costs` i16 those of the row above and then of this one,
 * `targets` u32 the byte offsets of the columns' tiles.
 */
export function placeRow(row: usize, distances: usize, costs: usize, targets: usize, nRight: usize): void {
  const out = tiles + (row << TILE_ROW_SHIFT);
  let rise: i32 = 0;
  for (let i: usize = 0; i < nRight; i++) {
    rise += <i32>load<i16>(distances + (i << 1));
    const cost = <i32>load<i16>(costs + (i << 1)) + rise;
    store<i16>(costs + (i << 1), <i16>cost);
    store<i16>(out + load<u32>(targets + (i << 2)), <i16>cost);
  }
}

/** Columns of a SIMD register of costs. */
const LANES: u32 = 8;
const COST_SHIFT: u32 = 1;
/** Nothing else lies at the first addresses: the least and highest costs of eight columns. */
const MINIMA: usize = 0;
const MAXIMA: usize = 16;

/** Writes the bounds of the costs of each column; the columns' tile offsets must have been set. */
export function boundColumns(nRight: u32): void {
  const columnsAt = columns;
  for (let column: u32 = 0; column < nRight; column += LANES) {
    const first = tiles + load<u32>(columnsAt + (<usize>column << COLUMN_SHIFT));
    let minima = i16x8.splat(i16.MAX_VALUE);
    let maxima = i16x8.splat(i16.MIN_VALUE);
    for (let row: usize = 0; row < <usize>nLeft; row++) {
      const costs = v128.load(first + (row << TILE_ROW_SHIFT));
      minima = i16x8.min_s(minima, costs);
      maxima = i16x8.max_s(maxima, costs);
    }
    v128.store(MINIMA, minima);
    v128.store(MAXIMA, maxima);
    for (let lane: u32 = 0; lane < min(LANES, nRight - column); lane++) {
      const out = columnsAt + (<usize>(column + lane) << COLUMN_SHIFT);
      store<i16>(out, load<i16>(MINIMA + (<usize>lane << COST_SHIFT)), COLUMN_MINIMUM);
      store<i16>(out, load<i16>(MAXIMA + (<usize>lane << COST_SHIFT)), COLUMN_MAXIMUM);
    }
  }
}

/**
 * Numbers the letters that stand second in a word, in the order of the units. The trie must have been placed.
 * Returns the size of the bitmaps in bytes.
 */
export function planBitmaps(): usize {
  const firstPair = load<u32>(trie + (<usize>load<u32>(trie) << TRIE_SHIFT));
  const pairsEnd = load<u32>(trie + (<usize>load<u32>(trie, TRIE_NEXT_CHILD) << TRIE_SHIFT));
  const lettersAt = letters;
  const labelsEnd = labels + (<usize>pairsEnd << LABEL_SHIFT);
  for (let label = labels + (<usize>firstPair << LABEL_SHIFT); label < labelsEnd; label += 1 << LABEL_SHIFT) {
    store<u16>(lettersAt + (<usize>load<u16>(label) << LETTER_SHIFT), 1);
  }
  let nLetters: u16 = 0;
  const lettersEnd = lettersAt + (CODE_UNITS << LETTER_SHIFT);
  for (let letter = lettersAt; letter < lettersEnd; letter += 1 << LETTER_SHIFT) {
    if (load<u16>(letter) != 0) store<u16>(letter, ++nLetters);
  }
  rowBytes = ((<usize>nLetters >> 5) + 1) << 3;
  let nRows: usize = 0;
  for (let node = <usize>load<u32>(trie); node < <usize>load<u32>(trie, TRIE_NEXT_CHILD); node++) {
    nRows += usize(countChildren(node) > MAX_BISECTED);
  }
  return nRows * rowBytes;
}

let rowBytes: usize = 0;

function countChildren(node: usize): u32 {
  const record = trie + (node << TRIE_SHIFT);
  return load<u32>(record, TRIE_NEXT_CHILD) - load<u32>(record);
}

/** Fills the bitmaps at `address`, all zero before. Letters are in the order of siblings: a bit's node is counted off. */
export function placeBitmaps(address: usize): void {
  const lettersAt = letters;
  let row = address;
  for (let node = <usize>load<u32>(trie); node < <usize>load<u32>(trie, TRIE_NEXT_CHILD); node++) {
    if (countChildren(node) <= MAX_BISECTED) continue;
    store<u32>(roots + (<usize>load<u16>(labels + (node << LABEL_SHIFT)) << ROOT_SHIFT), <u32>row, ROOT_BITMAP);
    const firstChild = load<u32>(trie + (node << TRIE_SHIFT));
    const nextChild = load<u32>(trie + (node << TRIE_SHIFT), TRIE_NEXT_CHILD);
    const labelsEnd = labels + (<usize>nextChild << LABEL_SHIFT);
    for (let label = labels + (<usize>firstChild << LABEL_SHIFT); label < labelsEnd; label += 1 << LABEL_SHIFT) {
      const letter = <u32>load<u16>(lettersAt + (<usize>load<u16>(label) << LETTER_SHIFT));
      const entry = row + (<usize>(letter >> 5) << 3);
      store<u32>(entry, load<u32>(entry) | (1 << (letter & 31)));
    }
    let before = firstChild;
    const rowEnd = row + rowBytes;
    for (let entry = row; entry < rowEnd; entry += 8) {
      store<u32>(entry, before, BITMAP_BEFORE);
      before += <u32>popcnt(load<u32>(entry));
    }
    row = rowEnd;
  }
}
