/**
 * Brings the tables of ViterbiTables into the layout of dictionary.ts, a piece of each at a time from a small staging
 * area, so that the memory never holds a table twice. Called by the one who places a dictionary, not by the kernels.
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
  ROOT_BITMAP,
  ROOT_SHIFT,
  roots,
  TILE_ROW_SHIFT,
  tiles,
  TRIE_NEXT_CHILD,
  TRIE_SHIFT,
  trie,
  WORD_SHIFT,
  words,
} from "./dictionary";

/** More children get a row of bitmaps, fewer are found as fast by bisection and one comparison of a SIMD register. */
const MAX_BISECTED: u32 = 64;
const CODE_UNITS: usize = 65536;

/** Places the first children and first words of `count` nodes from `node` on. Reads and writes up to three more. */
export function placeTrie(node: usize, count: usize, firstChildren: usize, firstWords: usize): void {
  const out = trie + (node << TRIE_SHIFT);
  for (let i: usize = 0; i < count; i += 4) {
    const children = v128.load(firstChildren + (i << 2));
    const wordIds = v128.load(firstWords + (i << 2));
    v128.store(out + (i << TRIE_SHIFT), v128.shuffle<u32>(children, wordIds, 0, 4, 1, 5));
    v128.store(out + (i << TRIE_SHIFT), v128.shuffle<u32>(children, wordIds, 2, 6, 3, 7), 16);
  }
}

/** Places the classes and costs of `count` words from `word` on. Reads and writes up to seven more. */
export function placeWords(word: usize, count: usize, wordClasses: usize, costs: usize): void {
  const out = words + (word << WORD_SHIFT);
  for (let i: usize = 0; i < count; i += 8) {
    const eight = v128.load(wordClasses + (i << 1));
    const eightCosts = v128.load(costs + (i << 1));
    v128.store(out + (i << WORD_SHIFT), v128.shuffle<u16>(eight, eightCosts, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out + (i << WORD_SHIFT), v128.shuffle<u16>(eight, eightCosts, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
}

/**
 * Places a row of connection costs.
 *
 * @param places [nRight] u16 number of each column; the columns' tile offsets and bounds must have been set
 */
export function placeConnections(row: usize, costs: usize, places: usize, nRight: usize): void {
  const out = tiles + (row << TILE_ROW_SHIFT);
  const columnsAt = columns;
  for (let i: usize = 0; i < nRight; i++) {
    const cost = load<i16>(costs + (i << 1));
    const column = columnsAt + (<usize>load<u16>(places + (i << 1)) << COLUMN_SHIFT);
    store<i16>(out + load<u32>(column), cost);
    if (cost < load<i16>(column, COLUMN_MINIMUM)) store<i16>(column, cost, COLUMN_MINIMUM);
    if (cost > load<i16>(column, COLUMN_MAXIMUM)) store<i16>(column, cost, COLUMN_MAXIMUM);
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
