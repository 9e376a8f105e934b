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

/** UTF-16 units. */
export const CODE_UNITS = 65_536;

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

/** The numbers that fix the lengths of {@link ViterbiTables}, and those that stand alone in it. */
export interface TableShape {
  /** System entries; ids 0 .. nWords - 1. */
  readonly nWords: number;
  /** Character categories; category k has the unknown word nWords + k. */
  readonly nCategories: number;
  /** Nodes of the trie; node 0 is the root. */
  readonly nNodes: number;
  /** Rows of the connection costs: distinct left contexts. */
  readonly nLeft: number;
  /** Columns of the connection costs: distinct right contexts. */
  readonly nRight: number;
  /** Bit of the white-space category within the types of a character. */
  readonly spaceType: number;
  /** Row of the end of the sentence. */
  readonly endLeft: number;
  /** Column of the beginning of the sentence. */
  readonly beginRight: number;
}

/**
 * A dictionary as the kernels read it. All arrays are read-only by agreement, once they are filled. Where a stride is
 * named, element i lies at i * stride: so tables can lie interleaved, in the very layout of a kernel.
 */
export interface ViterbiTables extends TableShape {
  /** [65536] Category bits by UTF-16 unit; see {@link CHARACTER}. */
  readonly characters: Uint32Array;
  /** [nNodes] Unit that leads to the node; siblings are neighbours in ascending order. */
  readonly labels: Uint16Array;
  /** Stride of `firstChild` and `firstWord`. */
  readonly nodeStride: number;
  /** [nNodes + 1] Children of node i are firstChild[i] .. firstChild[i + 1] - 1. */
  readonly firstChild: Uint32Array;
  /** [nNodes + 1] Words that end at node i are firstWord[i] .. firstWord[i + 1] - 1, in dictionary order. */
  readonly firstWord: Uint32Array;
  /** Stride of `wordClasses` and `wordCosts`. */
  readonly wordStride: number;
  /** [nWords + nCategories] Class of a word: all words of a class share contexts, penalty and tag. */
  readonly wordClasses: Uint16Array;
  /** [nWords + nCategories] */
  readonly wordCosts: Int16Array;
  /** [nClasses] Row of the connection costs for a class as the right neighbour. */
  readonly classLeft: Uint16Array;
  /** [nClasses] Column of the connection costs for a class as the left neighbour. */
  readonly classRight: Uint16Array;
  /** [nClasses] Cost added where white space precedes the word. */
  readonly classPenalty: Int16Array;
  /** Cost of a left neighbour's right context (column) before a left context (row): at columnOffsets[column] + row * rowStride. */
  readonly connections: Int16Array;
  /** [nRight] */
  readonly columnOffsets: Uint32Array;
  readonly rowStride: number;
}

/** What all words of a class share, as far as the kernels read it. */
export type ClassTables = Pick<ViterbiTables, "classLeft" | "classRight" | "classPenalty">;

/** A code of {@link CodedPairs} that stands for the next number of `rare`, a kind too rare for a code of its own. */
export const RARE_CODE = 255;
/** A distance of the connection costs that stands for the next one of the list of those too large for a byte. */
export const RARE_DISTANCE = -128;

/** More kinds of pairs cannot be numbered in 16 bits with a number left that stands for none. */
export const MAX_PAIR_KINDS = 65_535;

/** Pairs of numbers that a file holds as one byte each: few kinds of pairs are frequent. */
export interface CodedPairs {
  /** [nPairs] Kind of each pair, or {@link RARE_CODE}. */
  readonly codes: Uint8Array;
  /** Kinds of the pairs that have that code, in order. */
  readonly rare: Uint16Array;
  /** [2, nKinds] First numbers of the kinds, then second ones; at most {@link MAX_PAIR_KINDS}. */
  readonly kinds: Uint16Array;
}

/** Where tables come from; a kernel's own store makes them in its memory and layout, so that the kernel copies nothing. */
export interface TableStore {
  /** Makes tables of zeros, but for the classes and the columns' offsets, which are as they will stay. */
  allocate(shape: TableShape, classes: ClassTables): ViterbiTables;
  /**
   * Fills `firstChild` and `firstWord` with the sums of the numbers of children and words, [nNodes] pairs of a
   * breadth-first trie. Returns the first node that has no known kind or is no child of one before it, or -1.
   */
  fillTrie(tables: ViterbiTables, counts: CodedPairs): number;
  /**
   * Fills `wordClasses` and `wordCosts`, [nWords + nCategories] pairs. Returns the first word that has no known kind, 0
   * when some kind has a class that there is not, or -1.
   */
  fillWords(tables: ViterbiTables, words: CodedPairs): number;
  /**
   * Fills `connections`: cost = distance + upper + left - upper left neighbour, modulo 2^16; 0 outside.
   * @param distances [nLeft, nRight] row-major; {@link RARE_DISTANCE} for the next one of `rare`
   * @returns whether `rare` has enough; if not, the tables are not complete
   */
  fillConnections(tables: ViterbiTables, distances: Int8Array, rare: Int16Array): boolean;
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
