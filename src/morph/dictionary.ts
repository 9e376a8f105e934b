/** A compiled mecab-ko dictionary in memory. */

import { OptionError } from "../errors.js";
import { copyTables, REFERENCE_STORE } from "../kernels/reference-tables.js";
import type { TableStore, ViterbiTables } from "../kernels/viterbi.js";
import { sha256, toHex } from "../sha-256.js";
import { type ClassColumns, type DecodingMemory, type DictionaryParts, decodeParts } from "./decode-tables.js";
import {
  CLASS_COLUMNS,
  CLASS_FEATURE_COLUMNS,
  type DictionaryHeader,
  EXPRESSION_KIND,
  FIRST_DETAIL_SECTION,
} from "./dictionary-format.js";
import type { Features } from "./features.js";
import { leftSpacePenalty } from "./left-space-penalty.js";
import { mergeWords } from "./merge-words.js";
import { type Inflate, SectionReader } from "./section-reader.js";
import { checkUserWords, encodeUserWords, type UserWord } from "./user-word.js";

/** Classes are numbered in 16 bits. */
const MAX_CLASSES = 65_536;

/** Features that all words of a class share. */
export type ClassFeatures = Omit<Features, "reading" | "expression">;

/**
 * Words, classes and connection costs of a dictionary; immutable, to be shared by any number of tokenizers.
 *
 * A word id is 0 .. nWords - 1 for an entry, in the order of surface length, then surface by code unit, then the
 * dictionary's own order, user words last; nWords + k is the unknown word of character category k.
 */
export class Dictionary {
  /** Name and version, e.g. "mecab-ko-dic-2.1.1-20180720". */
  readonly id: string;
  /** SHA-256 (hex) of the content; the same for every compression of it. */
  readonly hash: string;
  /** What the kernels read. */
  readonly tables: ViterbiTables;
  /** Distinct tags (column 1 of the features). */
  readonly tags: readonly string[];
  /** Class of each original left context id, for the connection row of user words. */
  readonly leftRows: Uint16Array;
  /** Class of each original right context id. */
  readonly rightColumns: Uint16Array;
  /** Entries beside the file's own, in the order given. */
  readonly userWords: readonly UserWord[];
  /** SHA-256 (hex) of the user words as `encodeUserWords` writes them; null without any. */
  readonly userHash: string | null;

  readonly #classes: ClassColumns;
  readonly #details: LazyDetails;
  readonly #added: AddedWords | null;
  readonly #store: TableStore;

  private constructor(details: LazyDetails, parts: DictionaryParts, added: AddedWords | null, store: TableStore) {
    this.id = details.header.id;
    this.hash = details.header.hash;
    this.tables = parts.tables;
    this.tags = parts.tags;
    this.leftRows = parts.leftRows;
    this.rightColumns = parts.rightColumns;
    this.userWords = added?.words ?? [];
    this.userHash = added?.hash ?? null;
    this.#classes = parts.classes;
    this.#details = details;
    this.#added = added;
    this.#store = store;
  }

  /**
   * Reads the bytes that tools/compile-dictionary.ts writes. The analysis part is decoded at once, features beyond the
   * tag with the first call that asks for one, for which their bytes and `inflate` are kept.
   * @param memory where the tables go; a kernel's own memory, so that it need not copy them
   * @throws {ModelFormatError} with code DICTIONARY_FORMAT when the bytes are not such a dictionary.
   */
  static fromBytes(
    bytes: Uint8Array,
    inflate: Inflate,
    memory: DecodingMemory = { store: REFERENCE_STORE },
  ): Dictionary {
    const sections = SectionReader.overFile(bytes, inflate);
    const parts = decodeParts(sections, memory);
    return new Dictionary(new LazyDetails(sections.from(FIRST_DETAIL_SECTION)), parts, null, memory.store);
  }

  /**
   * The dictionary of another thread, on the tables that it shares with this one.
   * @param tables those of the dictionary that `share` was called of
   */
  static fromShare(
    { header, details, added, ...parts }: DictionaryShare,
    tables: ViterbiTables,
    inflate: Inflate,
  ): Dictionary {
    const sections = new SectionReader(header, details, inflate);
    return new Dictionary(new LazyDetails(sections), { ...parts, tables }, added, REFERENCE_STORE);
  }

  /** All but the tables, for another thread; nothing that structured cloning refuses. */
  share(): DictionaryShare {
    const { tables: _, ...parts } = this.#parts();
    return { ...parts, header: this.#details.header, details: this.#details.bytes, added: this.#added };
  }

  /**
   * A dictionary with these words beside its own; it stays as it is itself. They compete with the others by cost; of
   * equal costs the dictionary's own entry wins, then the user word given first. Shares the connection costs; the words
   * are merged anew, so word ids differ.
   *
   * @throws {OptionError} when a word breaks a rule of {@link UserWord}, when more than 255 words share a surface, or
   * when it has user words already: give all at once
   */
  async withUserWords(words: readonly UserWord[]): Promise<Dictionary> {
    if (words.length === 0) return this;
    if (this.#added !== null) throw new OptionError("userWords", "given once", `${words.length} more words`);
    checkUserWords(words, this.leftRows.length, this.rightColumns.length);
    const copies = words.map((word) => Object.freeze({ ...word, features: Object.freeze({ ...word.features }) }));
    const { parts, classIds, classFeatures } = addClasses(this.#parts(), copies);
    const merged = mergeWords(
      parts.tables,
      copies.map(({ surface, cost }, place) => ({ surface, cost, classId: classIds[place]! })),
    );
    return new Dictionary(
      this.#details,
      { ...parts, tables: copyTables({ ...parts.tables, ...merged.tables }, this.#store) },
      {
        words: Object.freeze(copies),
        hash: toHex(await sha256(encodeUserWords(copies))),
        ids: merged.addedIds,
        places: merged.addedPlaces,
        classFeatures,
      },
      this.#store,
    );
  }

  /** Number of entries, unknown words not counted. */
  get nWords(): number {
    return this.tables.nWords;
  }

  /** Number of word classes. */
  get nClasses(): number {
    return this.tables.classLeft.length;
  }

  /** Features that all words of a class share. The first call decodes them. */
  classFeatures(classId: number): ClassFeatures {
    const nOwnClasses = this.#details.header.counts.classes;
    if (classId >= nOwnClasses) return this.#added!.classFeatures[classId - nOwnClasses]!;
    return { tag: this.tags[this.#classes.tag[classId]!]!, ...this.#details.get().classFeatures(classId) };
  }

  /** Original context ids of a class. */
  classContexts(classId: number): { readonly leftId: number; readonly rightId: number } {
    return { leftId: this.#classes.leftId[classId]!, rightId: this.#classes.rightId[classId]! };
  }

  /** Ids of the entries of a surface, in dictionary order; O(length · log children). */
  wordIds(surface: string): readonly number[] {
    const { firstChild, firstWord, nodeStride, labels } = this.tables;
    if (surface === "") return [];
    let node = 0;
    for (let i = 0; i < surface.length; i++) {
      const first = firstChild[node * nodeStride]!;
      const children = labels.subarray(first, firstChild[(node + 1) * nodeStride]!);
      const place = lastAtMost(children, surface.charCodeAt(i));
      if (place < 0 || children[place] !== surface.charCodeAt(i)) return [];
      node = first + place;
    }
    const first = firstWord[node * nodeStride]!;
    return Array.from({ length: firstWord[(node + 1) * nodeStride]! - first }, (_, i) => first + i);
  }

  isUnknown(wordId: number): boolean {
    return wordId >= this.tables.nWords;
  }

  /** Index of the word's tag in `tags`. */
  tagIndex(wordId: number): number {
    return this.#classes.tag[this.#wordClass(wordId)]!;
  }

  /** Tag of the word, unknown words included. */
  tag(wordId: number): string {
    return this.tags[this.tagIndex(wordId)]!;
  }

  /**
   * Surface of an entry, spelt from the trie; O(length · log nodes).
   * @throws {RangeError} for an unknown word, whose surface only the text has, and for no word.
   */
  surface(wordId: number): string {
    this.#wordClass(wordId);
    if (this.isUnknown(wordId)) throw new RangeError(`wordId ${wordId} is an unknown word: its surface is in the text`);
    const { firstChild, firstWord, nodeStride, labels } = this.tables;
    let surface = "";
    let node = lastAtMost(firstWord, wordId, nodeStride);
    for (; node !== 0; node = lastAtMost(firstChild, node, nodeStride)) {
      surface = String.fromCharCode(labels[node]!) + surface;
    }
    return surface;
  }

  /**
   * All eight columns of a word. The first call decodes them.
   * @throws {RangeError} for no word.
   */
  features(wordId: number): Features {
    const shared = this.classFeatures(this.#wordClass(wordId));
    if (this.isUnknown(wordId)) return { ...shared, reading: "*", expression: "*" };
    const nAddedBefore = this.#added === null ? 0 : lastAtMost(this.#added.ids, wordId) + 1;
    if (nAddedBefore > 0 && this.#added!.ids[nAddedBefore - 1] === wordId) {
      return this.#added!.words[this.#added!.places[nAddedBefore - 1]!]!.features;
    }
    const surface = this.surface(wordId);
    const details = this.#details.get();
    const ownId = wordId - nAddedBefore;
    return {
      ...shared,
      reading: details.reading(ownId, surface),
      expression: details.expression(ownId, surface),
    };
  }

  #parts(): DictionaryParts {
    const { tables, tags, leftRows, rightColumns } = this;
    return { tables, tags, leftRows, rightColumns, classes: this.#classes };
  }

  #wordClass(wordId: number): number {
    const { wordClasses, wordStride, nWords, nCategories } = this.tables;
    const classId = wordClasses[wordId * wordStride];
    if (classId === undefined) {
      const nIds = nWords + nCategories;
      throw new RangeError(`wordId must be an integer 0 to ${nIds - 1}; got ${wordId}`);
    }
    return classId;
  }
}

/** A dictionary without its tables. */
export interface DictionaryShare extends Omit<DictionaryParts, "tables"> {
  readonly header: DictionaryHeader;
  /** The file's bytes from the features of classes on. */
  readonly details: Uint8Array;
  readonly added: AddedWords | null;
}

/** User words in a dictionary. */
export interface AddedWords {
  readonly words: readonly UserWord[];
  readonly hash: string;
  /** Word ids, ascending. */
  readonly ids: Uint32Array;
  /** Place in `words` of each id. */
  readonly places: Uint32Array;
  /** Features of the classes behind the file's own. */
  readonly classFeatures: readonly ClassFeatures[];
}

/** The parts with a class for each kind of user word, the class of each word, and the features of the new classes. */
function addClasses(
  parts: DictionaryParts,
  words: readonly UserWord[],
): {
  readonly parts: DictionaryParts;
  readonly classIds: readonly number[];
  readonly classFeatures: readonly ClassFeatures[];
} {
  const { tables, leftRows, rightColumns } = parts;
  const nOwnClasses = tables.classLeft.length;
  const tags = new StringTable(parts.tags);
  const found = new Map<string, number>();
  const rows: { readonly [column in (typeof CLASS_COLUMNS)[number]]: number }[] = [];
  const classFeatures: ClassFeatures[] = [];
  const classIds = words.map(({ leftId, rightId, features }) => {
    const { tag, semantic, final, type, firstTag, lastTag } = features;
    const key = [leftId, rightId, tag, semantic, final, type, firstTag, lastTag].join();
    let id = found.get(key);
    if (id === undefined) {
      id = nOwnClasses + rows.length;
      found.set(key, id);
      rows.push({ leftId, rightId, penalty: leftSpacePenalty(features), tag: tags.add(tag) });
      classFeatures.push({ tag, semantic, final, type, firstTag, lastTag });
    }
    return id;
  });
  if (nOwnClasses + rows.length > MAX_CLASSES) {
    throw new OptionError("userWords", `of at most ${MAX_CLASSES - nOwnClasses} kinds of features`, rows.length);
  }
  const classes = Object.fromEntries(
    CLASS_COLUMNS.map((column) => [
      column,
      Int32Array.from([...parts.classes[column], ...rows.map((row) => row[column])]),
    ]),
  ) as ClassColumns;
  return {
    parts: {
      ...parts,
      tags: tags.strings,
      classes,
      tables: {
        ...tables,
        classLeft: Uint16Array.from(classes.leftId, (id) => leftRows[id]!),
        classRight: Uint16Array.from(classes.rightId, (id) => rightColumns[id]!),
        classPenalty: Int16Array.from(classes.penalty),
      },
    },
    classIds,
    classFeatures,
  };
}

/** Strings by number; a new one is put at the end. */
class StringTable {
  readonly strings: string[];
  readonly #places: Map<string, number>;

  constructor(strings: readonly string[]) {
    this.strings = [...strings];
    this.#places = new Map(strings.map((string, place) => [string, place]));
  }

  add(string: string): number {
    let place = this.#places.get(string);
    if (place === undefined) {
      place = this.strings.push(string) - 1;
      this.#places.set(string, place);
    }
    return place;
  }
}

/** Features of the file beyond the tags, decoded with the first call and shared by dictionaries with user words. */
class LazyDetails {
  readonly #sections: SectionReader;
  #details: WordDetails | null = null;

  constructor(sections: SectionReader) {
    this.#sections = sections;
  }

  get header(): DictionaryHeader {
    return this.#sections.header;
  }

  /** The file from its first section of details on. */
  get bytes(): Uint8Array {
    return this.#sections.tail;
  }

  get(): WordDetails {
    this.#details ??= new WordDetails(this.#sections);
    return this.#details;
  }
}

/** Features beyond the tags, by the file's own classes and word ids. */
class WordDetails {
  readonly #values: readonly string[];
  readonly #classes: { readonly [column in (typeof CLASS_FEATURE_COLUMNS)[number]]: Int32Array };
  /** Words whose reading differs from the surface, ascending. */
  readonly #readingWords: Uint32Array;
  readonly #readings: readonly string[];
  readonly #expressionKinds: Uint16Array;
  /** Words whose expression is written out, ascending. */
  readonly #explicitWords: Uint32Array;
  readonly #expressions: readonly string[];
  readonly #patterns: readonly string[];

  constructor(sections: SectionReader) {
    const { words, classes } = sections.header.counts;
    this.#values = sections.lines("values");
    this.#classes = sections.columns("classFeatures", CLASS_FEATURE_COLUMNS, classes);
    for (const column of CLASS_FEATURE_COLUMNS) {
      sections.checkBelow("classFeatures", this.#classes[column], this.#values.length);
    }
    this.#readings = sections.lines("readings");
    this.#readingWords = sections.numbers("readingWords", Uint32Array, this.#readings.length);
    this.#patterns = sections.lines("expressionPatterns");
    this.#expressions = sections.lines("expressions");
    this.#explicitWords = new Uint32Array(this.#expressions.length);
    this.#expressionKinds = sections.numbers("expressionKinds", Uint16Array, words);
    const nKinds = this.#patterns.length + EXPRESSION_KIND.firstPattern;
    sections.checkBelow("expressionKinds", this.#expressionKinds, nKinds);
    let nExplicit = 0;
    for (let word = 0; word < words; word++) {
      if (this.#expressionKinds[word] === EXPRESSION_KIND.explicit) this.#explicitWords[nExplicit++] = word;
    }
    if (nExplicit !== this.#expressions.length) {
      throw sections.error("expressionKinds", `${this.#expressions.length} explicit expressions`, `${nExplicit}`);
    }
  }

  classFeatures(classId: number): Omit<ClassFeatures, "tag"> {
    const { semantic, final, type, firstTag, lastTag } = this.#classes;
    return {
      semantic: this.#values[semantic[classId]!]!,
      final: this.#values[final[classId]!]!,
      type: this.#values[type[classId]!]!,
      firstTag: this.#values[firstTag[classId]!]!,
      lastTag: this.#values[lastTag[classId]!]!,
    };
  }

  reading(wordId: number, surface: string): string {
    const place = lastAtMost(this.#readingWords, wordId);
    return this.#readingWords[place] === wordId ? this.#readings[place]! : surface;
  }

  /** A pattern is an expression with the number of units in place of each form, for forms that are slices. */
  expression(wordId: number, surface: string): string {
    const kind = this.#expressionKinds[wordId]!;
    if (kind === EXPRESSION_KIND.none) return "*";
    if (kind === EXPRESSION_KIND.explicit) return this.#expressions[lastAtMost(this.#explicitWords, wordId)]!;
    let offset = 0;
    return this.#patterns[kind - EXPRESSION_KIND.firstPattern]!.replace(/(^|\+)(\d+)/g, (_match, plus, nUnits) => {
      const start = offset;
      offset += Number(nUnits);
      return plus + surface.slice(start, offset);
    });
  }
}

/** Largest index whose value is at most `value`, in ascending values; of equal values the last; -1 for none. */
function lastAtMost(ascending: Uint16Array | Uint32Array, value: number, stride = 1): number {
  let low = 0;
  let high = Math.ceil(ascending.length / stride);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle * stride]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
