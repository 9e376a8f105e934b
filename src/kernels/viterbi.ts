/**
 * The border between the analyzer and its inner loop: numbers and typed arrays only, so that the plain TypeScript
 * kernel and a WebAssembly one take the same tables and give the same answers.
 *
 * Positions are UTF-16 code units. A word id below `nWords` is an entry of the system dictionary; `nWords + k` is the
 * unknown word of character category k.
 */

/**
 * Longest text of one analysis, in UTF-16 units. A path has at most one node per unit, and one step costs at most
 * 32,767 (connection) + 32,767 (word), or that plus a penalty ≤ 32,767 over two units; so after 32,767 units and the
 * end of the sentence every total of every int16 dictionary lies inside int32, the range of mecab-ko's own limit.
 */
export const MAX_SENTENCE_UNITS = 32_767;

/** mecab's max-grouping-size: a run of unknown characters longer than 1 + this is not offered as one word. */
export const MAX_GROUPING_SIZE = 24;

/**
 * Layout of one entry of `ViterbiTables.characters` (mecab's char.bin): bits 0-17 the set of categories, 18-25 the
 * default category, 26-29 the longest unknown prefix, 30 group, 31 invoke.
 */
export const CHARACTER = {
  typesMask: 0x3ffff,
  categoryShift: 18,
  categoryMask: 0xff,
  lengthShift: 26,
  lengthMask: 0xf,
  groupBit: 0x4000_0000,
  invokeBit: 0x8000_0000,
} as const;

/** A dictionary as the kernels read it. All arrays are read-only by agreement. */
export interface ViterbiTables {
  /** System entries; ids 0 .. nWords - 1. */
  readonly nWords: number;
  /** Character categories; category k has the unknown word nWords + k. */
  readonly nCategories: number;
  /** Rows of `connections`: distinct left contexts. */
  readonly nLeft: number;
  /** Columns of `connections`: distinct right contexts. */
  readonly nRight: number;
  /** [65536] Category bits by UTF-16 unit; see {@link CHARACTER}. */
  readonly characters: Uint32Array;
  /** Bit of the white-space category within the types of a character. */
  readonly spaceType: number;
  /** [65536] Trie node of a word's first unit; 0 where no word starts so. */
  readonly rootChildren: Uint32Array;
  /** [nNodes] Unit that leads to the node; siblings are neighbours in ascending order. Node 0 is the root. */
  readonly labels: Uint16Array;
  /** [nNodes + 1] Children of node i are firstChild[i] .. firstChild[i + 1] - 1. */
  readonly firstChild: Uint32Array;
  /** [nNodes + 1] Words that end at node i are firstWord[i] .. firstWord[i + 1] - 1, in dictionary order. */
  readonly firstWord: Uint32Array;
  /** [nWords + nCategories] Class of a word: all words of a class share contexts, penalty and tag. */
  readonly wordClasses: Uint16Array;
  /** [nWords + nCategories] */
  readonly wordCosts: Int16Array;
  /** [nClasses] Row of `connections` for a class as the right neighbour. */
  readonly classLeft: Uint16Array;
  /** [nClasses] Column of `connections` for a class as the left neighbour. */
  readonly classRight: Uint16Array;
  /** [nClasses] Cost added where white space precedes the word. */
  readonly classPenalty: Int16Array;
  /** [nLeft, nRight] row-major: cost of a left neighbour's right context (column) before a left context (row). */
  readonly connections: Int16Array;
  /** Row of the end of the sentence. */
  readonly endLeft: number;
  /** Column of the beginning of the sentence. */
  readonly beginRight: number;
}

/**
 * Finds the cheapest segmentation of one text at a time. Buffers belong to the kernel and are overwritten by the next
 * call; read the properties again after each call, since growth may replace them. Not re-entrant.
 */
export interface ViterbiKernel {
  /** Which implementation runs, e.g. "reference". */
  readonly name: string;
  /**
   * Buffer that takes the next text, at least `nUnits` long.
   * @throws {RangeError} when `nUnits` is above {@link MAX_SENTENCE_UNITS}.
   */
  input(nUnits: number): Uint16Array;
  /** Analyses the first `nUnits` units of the input buffer; returns the number of tokens, in text order. */
  run(nUnits: number): number;
  /** [nTokens] First unit of a token, after the white space before it. */
  readonly starts: Uint32Array;
  /** [nTokens] Unit after the token. */
  readonly ends: Uint32Array;
  /** [nTokens] */
  readonly wordIds: Uint32Array;
  /** [nTokens] Cost of the best path from the beginning of the sentence up to and including the token. */
  readonly totals: Int32Array;
}

/** Makes a kernel over a dictionary. */
export type ViterbiKernelFactory = (tables: ViterbiTables) => ViterbiKernel;
