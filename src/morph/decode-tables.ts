/** The analysis part of a compiled dictionary: sections → tables. */

import {
  CHARACTER,
  CODE_UNITS,
  type CodedPairs,
  MAX_PAIR_KINDS,
  type TableStore,
  type ViterbiTables,
} from "../kernels/viterbi.js";
import { CLASS_COLUMNS, type SectionName } from "./dictionary-format.js";
import type { SectionReader } from "./section-reader.js";

/** What the kernels read of a dictionary, and what belongs to it. */
export interface DictionaryParts {
  readonly tables: ViterbiTables;
  readonly tags: readonly string[];
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

/** Decodes sections straight into the tables; the bytes of each are given back before the next large one comes. */
export function decodeParts(
  sections: SectionReader,
  { store, release = () => undefined }: DecodingMemory,
): DictionaryParts {
  const { counts, spaceType } = sections.header;
  const tags = sections.lines("tags");
  const leftRows = decodeIds(sections, "leftRows", counts.leftIds, counts.left);
  const rightColumns = decodeIds(sections, "rightColumns", counts.rightIds, counts.right);
  const classes = decodeClasses(sections, tags.length);
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
    classLeft: lookUp(leftRows, classes.leftId),
    classRight: lookUp(rightColumns, classes.rightId),
    classPenalty: new Int16Array(classes.penalty),
  });
  decodeCharacters(sections, tables);
  const labels = sections.numbers("labels", Uint16Array, counts.nodes);
  tables.labels.set(labels);
  release(new Uint8Array(labels.buffer));
  decodeTrie(sections, tables, store, release);
  decodeWords(sections, tables, store, release);
  const distances = sections.numbers("connections", Int8Array, counts.left * counts.right);
  if (!store.fillConnections(tables, distances, sections.allNumbers("rareConnections", Int16Array))) {
    throw sections.error("rareConnections", "a number for each code of a rare one", "fewer");
  }
  release(new Uint8Array(distances.buffer));
  return { tables, tags, leftRows, rightColumns, classes };
}

function lookUp(values: Uint16Array, places: Int32Array): Uint16Array {
  const found = new Uint16Array(places.length);
  for (let i = 0; i < places.length; i++) found[i] = values[places[i]!]!;
  return found;
}

function decodeCharacters(sections: SectionReader, tables: ViterbiTables): void {
  const { categories } = sections.header.counts;
  const characters = sections.numbers("characters", Uint32Array, CODE_UNITS);
  let before = 0;
  for (let unit = 0; unit < CODE_UNITS; unit++) {
    const bits = characters[unit]!;
    // Neighbours are alike in long runs.
    if (bits === before) continue;
    before = bits;
    const category = (bits >>> CHARACTER.categoryShift) & CHARACTER.categoryMask;
    if (category >= categories) throw sections.error("characters", `categories below ${categories}`, `${category}`);
  }
  tables.characters.set(characters);
}

function codedPairs(
  sections: SectionReader,
  codes: SectionName,
  rare: SectionName,
  kinds: SectionName,
  length: number,
): CodedPairs {
  const pairs = {
    codes: sections.numbers(codes, Uint8Array, length),
    rare: sections.allNumbers(rare, Uint16Array),
    kinds: sections.allNumbers(kinds, Uint16Array),
  };
  if (pairs.kinds.length > 2 * MAX_PAIR_KINDS) {
    throw sections.error(kinds, `at most ${MAX_PAIR_KINDS} kinds`, `${pairs.kinds.length / 2}`);
  }
  return pairs;
}

function decodeTrie(
  sections: SectionReader,
  tables: ViterbiTables,
  store: TableStore,
  release: (bytes: Uint8Array) => void,
): void {
  const { nodes, words } = sections.header.counts;
  const { firstChild, firstWord, nodeStride } = tables;
  const coded = codedPairs(sections, "nodes", "rareNodes", "nodeKinds", nodes);
  // Kernels rely on children that come after their parent: the walk down always ends.
  const faulty = store.fillTrie(tables, coded);
  if (faulty >= 0) throw sections.error("nodes", `a known kind and a parent for node ${faulty}`, "none");
  release(coded.codes);
  const nextNode = firstChild[nodes * nodeStride]!;
  const nextWord = firstWord[nodes * nodeStride]!;
  if (nextNode !== nodes) throw sections.error("nodes", `${nodes} nodes in all`, `${nextNode}`);
  if (nextWord !== words) throw sections.error("nodes", `${words} words in all`, `${nextWord}`);
}

function decodeWords(
  sections: SectionReader,
  tables: ViterbiTables,
  store: TableStore,
  release: (bytes: Uint8Array) => void,
): void {
  const { words, categories } = sections.header.counts;
  const coded = codedPairs(sections, "words", "rareWords", "wordKinds", words + categories);
  const faulty = store.fillWords(tables, coded);
  if (faulty >= 0) throw sections.error("words", `a known kind and class for word ${faulty}`, "none");
  release(coded.codes);
}

function decodeIds(sections: SectionReader, name: SectionName, length: number, limit: number): Uint16Array {
  const ids = sections.numbers(name, Uint16Array, length);
  sections.checkBelow(name, ids, limit);
  return ids;
}

function decodeClasses(sections: SectionReader, nTags: number): ClassColumns {
  const { classes, leftIds, rightIds } = sections.header.counts;
  const columns = sections.columns("classes", CLASS_COLUMNS, classes);
  sections.checkBelow("classes", columns.leftId, leftIds);
  sections.checkBelow("classes", columns.rightId, rightIds);
  sections.checkBelow("classes", columns.tag, nTags);
  return columns;
}
