/**
 * Where the tables of the dictionary lie in memory. src/kernels/wasm-viterbi.ts lays them out, a dictionary's reader writes them once; afterwards they are
 * only read, by any number of instances that share the memory. All numbers are little-endian; shapes in elements:
 *
 *   characters  u32 [65536]                      category bits of a UTF-16 unit (CHARACTER in viterbi.ts)
 *   roots       {node u32, bitmap u32} [65536]   trie node of a first unit, address of its row of bitmaps; 0 for none
 *   letters     u16 [65536]                      number of a second unit, 0 for none: its place in a row of bitmaps
 *   bitmaps     {bits u32, before u32} [...]     which letters follow a first unit; node of the first one of the bits
 *   trie        {firstChild u32, firstWord u32} [nNodes + 1]
 *   labels      u16 [nNodes], 16 bytes readable behind
 *   words       {class u16, cost i16} [nIds]
 *   classes     {row u16, column u16, penalty i16, columnMaximum i16} [nClasses]
 *   columns     {tileOffset u32, minimum i16, maximum i16} [nRight]
 *   tiles       i16 [ceil(nRight / 32), nLeft, 32]
 *
 * Rows and columns of the connection costs are numbered by use, so that the costs met often share cache lines and
 * pages; a tile row is one cache line. A cost lies at tiles + columns[column].tileOffset + (row << TILE_ROW_SHIFT).
 */

export let characters: usize = 0;
export let roots: usize = 0;
export let letters: usize = 0;
export let trie: usize = 0;
export let labels: usize = 0;
export let words: usize = 0;
export let classes: usize = 0;
export let columns: usize = 0;
export let tiles: usize = 0;
/** The unknown word of category k has id nWords + k. */
export let nWords: u32 = 0;
export let nLeft: u32 = 0;
/** Bit of the white-space category. */
export let spaceType: u32 = 0;
/** Row of the end of the sentence. */
export let endRow: u32 = 0;
/** Column of the beginning of the sentence. */
export let beginColumn: u32 = 0;

export const CHARACTER_SHIFT: usize = 2;
export const ROOT_SHIFT: usize = 3;
export const LETTER_SHIFT: usize = 1;
export const TRIE_SHIFT: usize = 3;
export const LABEL_SHIFT: usize = 1;
export const WORD_SHIFT: usize = 2;
export const CLASS_SHIFT: usize = 3;
export const COLUMN_SHIFT: usize = 3;
/** 32 costs of 2 bytes. */
export const TILE_ROW_SHIFT: usize = 6;

// Fields, in bytes.
export const ROOT_BITMAP: usize = 4;
export const BITMAP_BEFORE: usize = 4;
export const TRIE_FIRST_WORD: usize = 4;
export const TRIE_NEXT_CHILD: usize = 8;
export const TRIE_NEXT_WORD: usize = 12;
export const WORD_COST: usize = 2;
export const CLASS_COLUMN: usize = 2;
export const CLASS_PENALTY: usize = 4;
export const CLASS_MAXIMUM: usize = 6;
export const COLUMN_MINIMUM: usize = 4;
export const COLUMN_MAXIMUM: usize = 6;

// Bits of a character.
export const TYPES_MASK: u32 = 0x3ffff;
export const CATEGORY_SHIFT: u32 = 18;
export const CATEGORY_MASK: u32 = 0xff;
export const LENGTH_SHIFT: u32 = 26;
export const LENGTH_MASK: u32 = 0xf;
export const GROUP_BIT: u32 = 0x40000000;
export const INVOKE_BIT: u32 = 0x80000000;

export function setDictionary(
  charactersAt: usize,
  rootsAt: usize,
  lettersAt: usize,
  trieAt: usize,
  labelsAt: usize,
  wordsAt: usize,
  classesAt: usize,
  columnsAt: usize,
  tilesAt: usize,
  wordCount: u32,
  leftCount: u32,
  spaceBit: u32,
  end: u32,
  begin: u32,
): void {
  characters = charactersAt;
  roots = rootsAt;
  letters = lettersAt;
  trie = trieAt;
  labels = labelsAt;
  words = wordsAt;
  classes = classesAt;
  columns = columnsAt;
  tiles = tilesAt;
  nWords = wordCount;
  nLeft = leftCount;
  spaceType = spaceBit;
  endRow = end;
  beginColumn = begin;
}
