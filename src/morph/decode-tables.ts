/** The analysis part of a compiled dictionary: sections → tables. */

import {
  CHARACTER,
  CODE_UNITS,
  type ConnectionOrder,
  type TableStore,
  type ViterbiTables,
} from "../kernels/viterbi.js";
import { CLASS_COLUMNS, type SectionName } from "./dictionary-format.js";
import type { SectionReader } from "./section-reader.js";

/** What a dictionary is made of, readings and expressions aside. */
export interface DictionaryParts {
  readonly tables: ViterbiTables;
  readonly tags: readonly string[];
  readonly values: readonly string[];
  /** [nLeftIds] Row of each original left context id. */
  readonly leftRows: Uint16Array;
  /** [nRightIds] Column of each original right context id. */
  readonly rightColumns: Uint16Array;
  readonly classes: ClassColumns;
}

export type ClassColumns = { readonly [column in (typeof CLASS_COLUMNS)[number]]: Int32Array };

/** Where a dictionary is decoded. */
export interface DecodingMemory {
  /** A kernel's own store, so that the kernel need not copy the tables. */
  readonly store: TableStore;
  /** Takes decompressed bytes that nobody reads any more, to give their memory back before the collector does. */
  readonly release?: (bytes: Uint8Array) => void;
}

/** Decodes sections straight into the tables, so that no large one is held twice for longer than its decoding takes. */
export function decodeParts(
  sections: SectionReader,
  { store, release = () => undefined }: DecodingMemory,
): DictionaryParts {
  const { counts, spaceType } = sections.header;
  const tags = sections.lines("tags");
  const values = sections.lines("values");
  const classes = decodeClasses(sections, tags.length, values.length);
  const trie = readTrie(sections);
  const wordClasses = sections.numbers("wordClasses", Uint16Array, counts.words + counts.categories);
  const fileRows = decodeIds(sections, "leftRows", counts.leftIds, counts.left);
  const fileColumns = decodeIds(sections, "rightColumns", counts.rightIds, counts.right);

  const order = orderByUse(counts, trie, (word) => {
    // A class that does not exist is reported when the words are filled in.
    const wordClass = Math.min(wordClasses[word]!, counts.classes - 1);
    return { row: fileRows[classes.leftId[wordClass]!]!, column: fileColumns[classes.rightId[wordClass]!]! };
  });
  const leftRows = fileRows.map((row) => order.rows[row]!);
  const rightColumns = fileColumns.map((column) => order.columns[column]!);
  const shape = {
    nWords: counts.words,
    nCategories: counts.categories,
    nNodes: counts.nodes,
    nLeft: counts.left,
    nRight: counts.right,
    spaceType,
    endLeft: leftRows[0]!,
    beginRight: rightColumns[0]!,
  };
  const tables = store.allocate(shape, {
    classLeft: Uint16Array.from(classes.leftId, (id) => leftRows[id]!),
    classRight: Uint16Array.from(classes.rightId, (id) => rightColumns[id]!),
    classPenalty: Int16Array.from(classes.penalty),
  });
  decodeCharacters(sections, tables);
  const labels = sections.numbers("labels", Uint16Array, counts.nodes);
  tables.labels.set(labels);
  decodeTrie(sections, trie, tables, store);
  const costDistances = sections.numbers("wordCosts", Int16Array, wordClasses.length);
  if (!store.fillWords(tables, wordClasses, costDistances, classes.commonCost)) {
    throw sections.error("wordClasses", `numbers 0 to ${counts.classes - 1}`, "a larger one");
  }
  for (const { buffer } of [labels, trie.childCounts, trie.wordCounts, wordClasses, costDistances]) {
    release(new Uint8Array(buffer));
  }
  const distances = sections.numbers("connections", Int16Array, counts.left * counts.right);
  store.fillConnections(tables, distances, order);
  release(new Uint8Array(distances.buffer));
  return { tables, tags, values, leftRows, rightColumns, classes };
}

/** Breadth-first counts: [nNodes] each. */
interface TrieCounts {
  readonly childCounts: Uint16Array;
  readonly wordCounts: Uint8Array;
}

function readTrie(sections: SectionReader): TrieCounts {
  const { nodes } = sections.header.counts;
  return {
    childCounts: sections.numbers("childCounts", Uint16Array, nodes),
    wordCounts: sections.numbers("wordCounts", Uint8Array, nodes),
  };
}

/**
 * Rows and columns by the number of words of one unit that use them, most first: such words match everywhere. On the
 * articles this order is as good as the one by counted use (docs/performance.md). The file's own order keeps like ones
 * together, which makes it small.
 */
function orderByUse(
  counts: SectionReader["header"]["counts"],
  { childCounts, wordCounts }: TrieCounts,
  placeOf: (word: number) => { readonly row: number; readonly column: number },
): ConnectionOrder {
  const rowUse = new Uint32Array(counts.left);
  const columnUse = new Uint32Array(counts.right);
  const count = (word: number): void => {
    const { row, column } = placeOf(word);
    rowUse[row]!++;
    columnUse[column]!++;
  };
  let word = wordCounts[0]!;
  for (let node = 1; node <= childCounts[0]! && node < counts.nodes; node++) {
    for (let end = Math.min(word + wordCounts[node]!, counts.words); word < end; word++) count(word);
  }
  for (let category = 0; category < counts.categories; category++) count(counts.words + category);
  return { rows: ranks(rowUse), columns: ranks(columnUse) };
}

function ranks(use: Uint32Array): Uint16Array {
  const order = Array.from(use.keys()).sort((a, b) => use[b]! - use[a]! || a - b);
  const result = new Uint16Array(use.length);
  for (const [rank, index] of order.entries()) result[index] = rank;
  return result;
}

function decodeCharacters(sections: SectionReader, tables: ViterbiTables): void {
  const { categories } = sections.header.counts;
  const characters = sections.numbers("characters", Uint32Array, CODE_UNITS);
  let before = 0;
  for (const bits of characters) {
    // Neighbours are alike in long runs.
    if (bits === before) continue;
    before = bits;
    const category = (bits >>> CHARACTER.categoryShift) & CHARACTER.categoryMask;
    if (category >= categories) throw sections.error("characters", `categories below ${categories}`, `${category}`);
  }
  tables.characters.set(characters);
}

function decodeTrie(
  sections: SectionReader,
  { childCounts, wordCounts }: TrieCounts,
  tables: ViterbiTables,
  store: TableStore,
): void {
  const { nodes, words } = sections.header.counts;
  const { firstChild, firstWord, nodeStride } = tables;
  // Kernels rely on children that come after their parent: the walk down always ends.
  const orphan = store.fillTrie(tables, childCounts, wordCounts);
  if (orphan >= 0) throw sections.error("childCounts", `a parent before node ${orphan}`, "none");
  const nextNode = firstChild[nodes * nodeStride]!;
  const nextWord = firstWord[nodes * nodeStride]!;
  if (nextNode !== nodes) throw sections.error("childCounts", `${nodes} nodes in all`, `${nextNode}`);
  if (nextWord !== words) throw sections.error("wordCounts", `${words} words in all`, `${nextWord}`);
}

function decodeIds(sections: SectionReader, name: SectionName, length: number, limit: number): Uint16Array {
  const ids = sections.numbers(name, Uint16Array, length);
  sections.checkBelow(name, ids, limit);
  return ids;
}

function decodeClasses(sections: SectionReader, nTags: number, nValues: number): ClassColumns {
  const { classes, leftIds, rightIds } = sections.header.counts;
  const table = sections.numbers("classes", Int32Array, CLASS_COLUMNS.length * classes);
  const columns = Object.fromEntries(
    CLASS_COLUMNS.map((column, i) => [column, table.subarray(i * classes, (i + 1) * classes)]),
  ) as ClassColumns;
  sections.checkBelow("classes", columns.leftId, leftIds);
  sections.checkBelow("classes", columns.rightId, rightIds);
  sections.checkBelow("classes", columns.tag, nTags);
  for (const column of ["semantic", "final", "type", "firstTag", "lastTag"] as const) {
    sections.checkBelow("classes", columns[column], nValues);
  }
  return columns;
}
