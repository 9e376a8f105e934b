/**
 * Fills and completes the tables, in the layout of dictionary.ts, from pieces of a dictionary's file that lie in a
 * staging area. Called once for a memory, before any kernel. src/kernels/reference-tables.ts is the plain way to do it.
 */

import {
  BITMAP_BEFORE,
  CLASS_COLUMN,
  CLASS_MAXIMUM,
  CLASS_PENALTY,
  CLASS_SHIFT,
  classes,
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

/** As RARE_CODE and RARE_DISTANCE of src/kernels/viterbi.ts. */
const RARE_CODE: u32 = 255;
const RARE_DISTANCE: i32 = -128;

/**
 * Writes the records of `count` nodes from `node` on, and the next one. `codes` are u8 kinds or RARE_CODE for the next of
 * `rare` (u16), `kinds` u16 numbers of children and, behind all of them, of words. Nodes must be placed in order. Returns
 * how many of `rare` were read, or -1 - the first node that has no such kind or is no child of one before it.
 */
export function placeTrie(node: usize, count: usize, codes: usize, rare: usize, kinds: usize, nKinds: u32): i32 {
  let record = trie + (node << TRIE_SHIFT);
  if (node == 0) {
    store<u32>(record, 1);
    store<u32>(record, 0, TRIE_FIRST_WORD);
  }
  const wordCounts = kinds + (<usize>nKinds << 1);
  let nextRare = rare;
  let nextNode = load<u32>(record);
  let nextWord = load<u32>(record, TRIE_FIRST_WORD);
  for (let i: usize = 0; i < count; i++) {
    let kind = <u32>load<u8>(codes + i);
    if (kind == RARE_CODE) {
      kind = <u32>load<u16>(nextRare);
      nextRare += 2;
    }
    if (kind >= nKinds || nextNode <= <u32>(node + i)) return -1 - <i32>(node + i);
    nextNode += <u32>load<u16>(kinds + (<usize>kind << 1));
    nextWord += <u32>load<u16>(wordCounts + (<usize>kind << 1));
    store<u32>(record, nextNode, TRIE_NEXT_CHILD);
    store<u32>(record, nextWord, TRIE_NEXT_WORD);
    record += 1 << TRIE_SHIFT;
  }
  return <i32>((nextRare - rare) >> 1);
}

/**
 * Writes `count` words from `word` on, coded as the nodes are; `kinds` are u16 classes and, behind all of them, i16
 * costs. Returns how many of `rare` were read, or -1 - the first word that has no such kind.
 */
export function placeWords(word: usize, count: usize, codes: usize, rare: usize, kinds: usize, nKinds: u32): i32 {
  const costs = kinds + (<usize>nKinds << 1);
  let out = words + (word << WORD_SHIFT);
  let nextRare = rare;
  for (let i: usize = 0; i < count; i++) {
    let kind = <u32>load<u8>(codes + i);
    // Rare often enough that a branch would be guessed wrong.
    const isRare = kind == RARE_CODE;
    kind = select<u32>(<u32>load<u16>(nextRare), kind, isRare);
    nextRare += <usize>isRare << 1;
    if (kind >= nKinds) return -1 - <i32>(word + i);
    store<u16>(out, load<u16>(kinds + (<usize>kind << 1)));
    store<u16>(out, load<u16>(costs + (<usize>kind << 1)), WORD_COST);
    out += 1 << WORD_SHIFT;
  }
  return <i32>((nextRare - rare) >> 1);
}

/** Whether all of `count` u16 numbers lie below `limit`. */
export function allBelow(numbers: usize, count: usize, limit: u32): bool {
  for (let i: usize = 0; i < count; i++) if (<u32>load<u16>(numbers + (i << 1)) >= limit) return false;
  return true;
}

/** Columns of a SIMD register of costs. */
const LANES: u32 = 8;
const COST_SHIFT: u32 = 1;
const TILE_COLUMNS: u32 = 32;
/** Nothing else lies at the first addresses: the least costs of the columns of a tile, then the highest. */
const BOUNDS: usize = 0;

/**
 * Writes `count` rows of connection costs from `row` on. `distances` are i8, RARE_DISTANCE for the next one of `rare`
 * (i16); `costs` i16 those of the row above and then of the last one. Returns how many of `rare` were read.
 *
 * Eight columns at a time: their distances are summed up within each half of a register, the first half's sum is added to
 * the second, the sum of all columns before to both.
 */
export function placeRows(row: usize, count: usize, distances: usize, rare: usize, costs: usize, nRight: u32): u32 {
  const tileBytes = <usize>nLeft << TILE_ROW_SHIFT;
  const secondHalf = i16x8(0, 0, 0, 0, -1, -1, -1, -1);
  const rareDistance = i8x16.splat(<i8>RARE_DISTANCE);
  const wholeEnd = nRight & ~(LANES - 1);
  let distance = distances;
  let nextRare = rare;
  for (let out = tiles + (row << TILE_ROW_SHIFT), end = out + (count << TILE_ROW_SHIFT); out < end; out += 1 << TILE_ROW_SHIFT) {
    let rise: i32 = 0;
    let above = costs;
    let tile = out;
    for (let column: u32 = 0; column < nRight; ) {
      const place = tile + (<usize>(column & (TILE_COLUMNS - 1)) << COST_SHIFT);
      const eight = v128.load64_zero(distance);
      if (column < wholeEnd && !v128.any_true(i8x16.eq(eight, rareDistance))) {
        let sums = i16x8.extend_low_i8x16_s(eight);
        sums = i16x8.add(sums, i64x2.shl(sums, 16));
        sums = i16x8.add(sums, i64x2.shl(sums, 32));
        sums = i16x8.add(sums, v128.and(i16x8.splat(i16x8.extract_lane_s(sums, 3)), secondHalf));
        sums = i16x8.add(sums, i16x8.splat(<i16>rise));
        rise = <i32>i16x8.extract_lane_s(sums, 7);
        sums = i16x8.add(sums, v128.load(above));
        v128.store(above, sums);
        v128.store(place, sums);
        column += LANES;
        distance += LANES;
        above += LANES << COST_SHIFT;
      } else {
        const end = min(LANES, nRight - column);
        for (let i: u32 = 0; i < end; i++) {
          let step = <i32>load<i8>(distance++);
          if (step == RARE_DISTANCE) {
            step = <i32>load<i16>(nextRare);
            nextRare += 2;
          }
          rise += step;
          const cost = <i32>load<i16>(above) + rise;
          store<i16>(above, <i16>cost);
          store<i16>(place + (<usize>i << COST_SHIFT), <i16>cost);
          above += 1 << COST_SHIFT;
        }
        column += end;
      }
      if ((column & (TILE_COLUMNS - 1)) == 0) tile += tileBytes;
    }
  }
  return <u32>((nextRare - rare) >> 1);
}

/** Writes the columns: where their tiles lie, and the bounds of their costs, which must have been placed. */
export function placeColumns(nRight: u32): void {
  const tileBytes = <usize>nLeft << TILE_ROW_SHIFT;
  let out = columns;
  for (let column: u32 = 0; column < nRight; column += TILE_COLUMNS) {
    const first = tiles + <usize>(column / TILE_COLUMNS) * tileBytes;
    const end = first + tileBytes;
    let least0 = v128.load(first);
    let least1 = v128.load(first, 16);
    let least2 = v128.load(first, 32);
    let least3 = v128.load(first, 48);
    let most0 = least0;
    let most1 = least1;
    let most2 = least2;
    let most3 = least3;
    for (let costs = first + (1 << TILE_ROW_SHIFT); costs < end; costs += 1 << TILE_ROW_SHIFT) {
      const costs0 = v128.load(costs);
      least0 = i16x8.min_s(least0, costs0);
      most0 = i16x8.max_s(most0, costs0);
      const costs1 = v128.load(costs, 16);
      least1 = i16x8.min_s(least1, costs1);
      most1 = i16x8.max_s(most1, costs1);
      const costs2 = v128.load(costs, 32);
      least2 = i16x8.min_s(least2, costs2);
      most2 = i16x8.max_s(most2, costs2);
      const costs3 = v128.load(costs, 48);
      least3 = i16x8.min_s(least3, costs3);
      most3 = i16x8.max_s(most3, costs3);
    }
    v128.store(BOUNDS, least0);
    v128.store(BOUNDS, least1, 16);
    v128.store(BOUNDS, least2, 32);
    v128.store(BOUNDS, least3, 48);
    v128.store(BOUNDS, most0, 64);
    v128.store(BOUNDS, most1, 80);
    v128.store(BOUNDS, most2, 96);
    v128.store(BOUNDS, most3, 112);
    const nColumns = min(TILE_COLUMNS, nRight - column);
    for (let bounds = BOUNDS; bounds < BOUNDS + (<usize>nColumns << COST_SHIFT); bounds += 1 << COST_SHIFT) {
      store<u32>(out, <u32>(first - tiles + bounds - BOUNDS));
      store<i16>(out, load<i16>(bounds), COLUMN_MINIMUM);
      store<i16>(out, load<i16>(bounds, 64), COLUMN_MAXIMUM);
      out += 1 << COLUMN_SHIFT;
    }
  }
}

/** Writes `count` classes from rows, columns and penalties, which lie one after another (u16); the columns must have been placed. */
export function placeClasses(count: usize, rows: usize): void {
  const penalties = rows + (count << 2);
  let out = classes;
  for (let i = rows; i < rows + (count << 1); i += 2) {
    const column = <usize>load<u16>(i + (count << 1));
    store<u16>(out, load<u16>(i));
    store<u16>(out, <u16>column, CLASS_COLUMN);
    store<u16>(out, load<u16>(penalties + i - rows), CLASS_PENALTY);
    store<i16>(out, load<i16>(columns + (column << COLUMN_SHIFT), COLUMN_MAXIMUM), CLASS_MAXIMUM);
    out += 1 << CLASS_SHIFT;
  }
}

/** Writes the roots, all zero before; the trie must have been placed. */
export function placeRoots(): void {
  const end = load<u32>(trie, TRIE_NEXT_CHILD);
  for (let node = load<u32>(trie); node < end; node++) {
    const unit = <usize>load<u16>(labels + (<usize>node << LABEL_SHIFT));
    store<u32>(roots + (unit << ROOT_SHIFT), node);
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
