/** A compiled mecab-ko dictionary in memory. */

import { OptionError } from "../errors.js";
import { CHARACTER, type ViterbiTables } from "../kernels/viterbi.js";
import {
  CLASS_COLUMNS,
  type DictionaryHeader,
  dictionaryError,
  EXPRESSION_KIND,
  parseDictionaryHeader,
  type SectionName,
} from "./dictionary-format.js";
import type { Features } from "./features.js";
import { leftSpacePenalty } from "./left-space-penalty.js";
import { mergeWords } from "./merge-words.js";
import { checkUserWords, encodeUserWords, type UserWord } from "./user-word.js";

/**
 * Decompresses a zlib stream (RFC 1950) and checks its Adler-32, e.g. node:zlib's `inflateSync` or fflate's
 * `unzlibSync`. `sizeBytes` is the size to expect, so that one buffer is enough; a wrong size or a throw is reported as
 * a fault of the file. The result is the dictionary's own from then on: it is decoded in place.
 */
export type Inflate = (bytes: Uint8Array, sizeBytes: number) => Uint8Array;

const CODE_UNITS = 65_536;
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
  readonly #values: readonly string[];
  readonly #details: LazyDetails;
  readonly #added: AddedWords | null;

  private constructor(details: LazyDetails, parts: DictionaryParts, added: AddedWords | null) {
    this.id = details.header.id;
    this.hash = details.header.hash;
    this.tables = parts.tables;
    this.tags = parts.tags;
    this.leftRows = parts.leftRows;
    this.rightColumns = parts.rightColumns;
    this.userWords = added?.words ?? [];
    this.userHash = added?.hash ?? null;
    this.#classes = parts.classes;
    this.#values = parts.values;
    this.#details = details;
    this.#added = added;
  }

  /**
   * Reads the bytes that tools/compile-dictionary.ts writes. The analysis part is decoded at once, readings and
   * expressions with the first `features` call, for which `bytes` and `inflate` are kept.
   * @throws {ModelFormatError} with code DICTIONARY_FORMAT when the bytes are not such a dictionary.
   */
  static fromBytes(bytes: Uint8Array, inflate: Inflate): Dictionary {
    const sections = new SectionReader(bytes, inflate);
    return new Dictionary(new LazyDetails(sections), decodeParts(sections), null);
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
    const { parts, classIds } = addClasses(this.#parts(), copies);
    const merged = mergeWords(
      parts.tables,
      copies.map(({ surface, cost }, place) => ({ surface, cost, classId: classIds[place]! })),
    );
    return new Dictionary(
      this.#details,
      { ...parts, tables: { ...parts.tables, ...merged.tables } },
      {
        words: Object.freeze(copies),
        hash: await digestOf(encodeUserWords(copies)),
        ids: merged.addedIds,
        places: merged.addedPlaces,
      },
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

  /** Features that all words of a class share. */
  classFeatures(classId: number): ClassFeatures {
    const { tag, semantic, final, type, firstTag, lastTag } = this.#classes;
    return {
      tag: this.tags[tag[classId]!]!,
      semantic: this.#values[semantic[classId]!]!,
      final: this.#values[final[classId]!]!,
      type: this.#values[type[classId]!]!,
      firstTag: this.#values[firstTag[classId]!]!,
      lastTag: this.#values[lastTag[classId]!]!,
    };
  }

  /** Original context ids of a class. */
  classContexts(classId: number): { readonly leftId: number; readonly rightId: number } {
    return { leftId: this.#classes.leftId[classId]!, rightId: this.#classes.rightId[classId]! };
  }

  /** Ids of the entries of a surface, in dictionary order; O(length · log children). */
  wordIds(surface: string): readonly number[] {
    const { firstChild, firstWord, labels, rootChildren } = this.tables;
    if (surface === "") return [];
    let node = rootChildren[surface.charCodeAt(0)]!;
    for (let i = 1; i < surface.length && node !== 0; i++) {
      const children = labels.subarray(firstChild[node]!, firstChild[node + 1]!);
      const place = lastAtMost(children, surface.charCodeAt(i));
      node = place >= 0 && children[place] === surface.charCodeAt(i) ? firstChild[node]! + place : 0;
    }
    if (node === 0) return [];
    return Array.from({ length: firstWord[node + 1]! - firstWord[node]! }, (_, i) => firstWord[node]! + i);
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
    const { firstChild, firstWord, labels } = this.tables;
    let surface = "";
    for (let node = lastAtMost(firstWord, wordId); node !== 0; node = lastAtMost(firstChild, node)) {
      surface = String.fromCharCode(labels[node]!) + surface;
    }
    return surface;
  }

  /**
   * All eight columns of a word. The first call decodes readings and expressions.
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
    return { tables, tags, leftRows, rightColumns, values: this.#values, classes: this.#classes };
  }

  #wordClass(wordId: number): number {
    const classId = this.tables.wordClasses[wordId];
    if (classId === undefined) {
      const nIds = this.tables.wordClasses.length;
      throw new RangeError(`wordId must be an integer 0 to ${nIds - 1}; got ${wordId}`);
    }
    return classId;
  }
}

interface DictionaryParts {
  readonly tables: ViterbiTables;
  readonly tags: readonly string[];
  readonly values: readonly string[];
  readonly leftRows: Uint16Array;
  readonly rightColumns: Uint16Array;
  readonly classes: ClassColumns;
}

type ClassColumns = { readonly [column in (typeof CLASS_COLUMNS)[number]]: Int32Array };

/** User words in a dictionary. */
interface AddedWords {
  readonly words: readonly UserWord[];
  readonly hash: string;
  /** Word ids, ascending. */
  readonly ids: Uint32Array;
  /** Place in `words` of each id. */
  readonly places: Uint32Array;
}

type NumberArray = Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;
interface NumberArrayType<T extends NumberArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** Decompresses sections and reports faults at their place in the file. */
class SectionReader {
  readonly header: DictionaryHeader;
  readonly #bytes: Uint8Array;
  readonly #inflate: Inflate;

  constructor(bytes: Uint8Array, inflate: Inflate) {
    this.header = parseDictionaryHeader(bytes);
    this.#bytes = bytes;
    this.#inflate = inflate;
  }

  bytes(name: SectionName): Uint8Array {
    const { offset, storedBytes, sizeBytes } = this.#entry(name);
    let section: Uint8Array;
    try {
      section = this.#inflate(this.#bytes.subarray(offset, offset + storedBytes), sizeBytes);
    } catch (cause) {
      throw dictionaryError(offset, `section ${name} as an intact zlib stream`, "other bytes", cause);
    }
    if (section.length !== sizeBytes) {
      throw this.error(name, `${sizeBytes} bytes`, `${section.length} bytes`);
    }
    return section;
  }

  /** A section as `length` numbers of an element type; numbers lie little-endian, as in all engines' typed arrays. */
  numbers<T extends NumberArray>(name: SectionName, type: NumberArrayType<T>, length: number): T {
    const bytes = this.bytes(name);
    const sizeBytes = length * type.BYTES_PER_ELEMENT;
    if (bytes.length !== sizeBytes) throw this.error(name, `${sizeBytes} bytes`, `${bytes.length} bytes`);
    const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
    return new type(aligned.buffer as ArrayBuffer, aligned.byteOffset, length);
  }

  /** Lines of UTF-8 text; none for an empty section. */
  lines(name: SectionName): string[] {
    const bytes = this.bytes(name);
    return bytes.length === 0 ? [] : new TextDecoder().decode(bytes).split("\n");
  }

  error(name: SectionName, expected: string, found: string): Error {
    return dictionaryError(this.#entry(name).offset, `section ${name} with ${expected}`, found);
  }

  /** Fails unless every value lies below `limit`. */
  checkBelow(name: SectionName, values: NumberArray, limit: number): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < 0 || value >= limit) throw this.error(name, `numbers 0 to ${limit - 1}`, String(value));
    }
  }

  #entry(name: SectionName): DictionaryHeader["sections"][number] {
    return this.header.sections.find((section) => section.name === name)!;
  }
}

/** Large sections become the tables themselves, decoded in place: nothing is held twice. */
function decodeParts(sections: SectionReader): DictionaryParts {
  const { counts, spaceType } = sections.header;
  const tags = sections.lines("tags");
  const values = sections.lines("values");
  const leftRows = decodeIds(sections, "leftRows", counts.leftIds, counts.left);
  const rightColumns = decodeIds(sections, "rightColumns", counts.rightIds, counts.right);
  const classes = decodeClasses(sections, tags.length, values.length);
  const tables: ViterbiTables = {
    nWords: counts.words,
    nCategories: counts.categories,
    nLeft: counts.left,
    nRight: counts.right,
    spaceType,
    endLeft: leftRows[0]!,
    beginRight: rightColumns[0]!,
    characters: decodeCharacters(sections),
    ...decodeTrie(sections),
    ...decodeWords(sections, classes.commonCost),
    classLeft: Uint16Array.from(classes.leftId, (id) => leftRows[id]!),
    classRight: Uint16Array.from(classes.rightId, (id) => rightColumns[id]!),
    classPenalty: Int16Array.from(classes.penalty),
    connections: decodeConnections(sections),
  };
  return { tables, tags, values, leftRows, rightColumns, classes };
}

function decodeCharacters(sections: SectionReader): Uint32Array {
  const { categories } = sections.header.counts;
  const characters = sections.numbers("characters", Uint32Array, CODE_UNITS);
  for (const bits of characters) {
    const category = (bits >>> CHARACTER.categoryShift) & CHARACTER.categoryMask;
    if (category >= categories) throw sections.error("characters", `categories below ${categories}`, `${category}`);
  }
  return characters;
}

/** Breadth-first: each node's label, number of children and number of words. */
function decodeTrie(
  sections: SectionReader,
): Pick<ViterbiTables, "labels" | "firstChild" | "firstWord" | "rootChildren"> {
  const { nodes, words } = sections.header.counts;
  const labels = sections.numbers("labels", Uint16Array, nodes);
  const firstChild = new Uint32Array(nodes + 1);
  const childCounts = sections.numbers("childCounts", Uint16Array, nodes);
  let nextNode = 1;
  for (let node = 0; node < nodes; node++) {
    // Kernels rely on children that come after their parent: the walk down always ends.
    if (nextNode <= node) throw sections.error("childCounts", `a parent before node ${node}`, "none");
    firstChild[node] = nextNode;
    nextNode += childCounts[node]!;
  }
  firstChild[nodes] = nextNode;
  if (nextNode !== nodes) throw sections.error("childCounts", `${nodes} nodes in all`, `${nextNode}`);

  const wordCounts = sections.numbers("wordCounts", Uint8Array, nodes);
  const firstWord = new Uint32Array(nodes + 1);
  let nextWord = 0;
  for (let node = 0; node < nodes; node++) {
    firstWord[node] = nextWord;
    nextWord += wordCounts[node]!;
  }
  firstWord[nodes] = nextWord;
  if (nextWord !== words) throw sections.error("wordCounts", `${words} words in all`, `${nextWord}`);

  const rootChildren = new Uint32Array(CODE_UNITS);
  for (let child = firstChild[0]!; child < firstChild[1]!; child++) rootChildren[labels[child]!] = child;
  return { labels, firstChild, firstWord, rootChildren };
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

/** Classes in order of frequency; costs as the distance to the class's most common one. */
function decodeWords(
  sections: SectionReader,
  commonCost: Int32Array,
): Pick<ViterbiTables, "wordClasses" | "wordCosts"> {
  const { words, categories } = sections.header.counts;
  const wordClasses = sections.numbers("wordClasses", Uint16Array, words + categories);
  sections.checkBelow("wordClasses", wordClasses, commonCost.length);
  const wordCosts = sections.numbers("wordCosts", Int16Array, words + categories);
  for (let i = 0; i < wordCosts.length; i++) wordCosts[i]! += commonCost[wordClasses[i]!]!;
  return { wordClasses, wordCosts };
}

/** Distance of each cost to what its upper and left neighbours predict: up + left - upper left; 0 outside. */
function decodeConnections(sections: SectionReader): Int16Array {
  const { left, right } = sections.header.counts;
  const connections = sections.numbers("connections", Int16Array, left * right);
  for (let start = 0; start < connections.length; start += right) addRises(connections, start, right);
  return connections;
}

/** One row in place: the running sum of the distances is its rise over the row above. */
function addRises(connections: Int16Array, start: number, nRight: number): void {
  let rise = 0;
  for (let i = start; i < start + nRight; i++) {
    rise += connections[i]!;
    connections[i] = start === 0 ? rise : connections[i - nRight]! + rise;
  }
}

/** The parts with a class for each kind of user word, and the class of each word. */
function addClasses(
  parts: DictionaryParts,
  words: readonly UserWord[],
): { readonly parts: DictionaryParts; readonly classIds: readonly number[] } {
  const { tables, leftRows, rightColumns } = parts;
  const nOwnClasses = tables.classLeft.length;
  const tags = new StringTable(parts.tags);
  const values = new StringTable(parts.values);
  const found = new Map<string, number>();
  const rows: { readonly [column in (typeof CLASS_COLUMNS)[number]]: number }[] = [];
  const classIds = words.map(({ leftId, rightId, cost, features }) => {
    const { tag, semantic, final, type, firstTag, lastTag } = features;
    const key = [leftId, rightId, tag, semantic, final, type, firstTag, lastTag].join();
    let id = found.get(key);
    if (id === undefined) {
      id = nOwnClasses + rows.length;
      found.set(key, id);
      rows.push({
        leftId,
        rightId,
        penalty: leftSpacePenalty(features),
        commonCost: cost,
        tag: tags.add(tag),
        semantic: values.add(semantic),
        final: values.add(final),
        type: values.add(type),
        firstTag: values.add(firstTag),
        lastTag: values.add(lastTag),
      });
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
      values: values.strings,
      classes,
      tables: {
        ...tables,
        classLeft: Uint16Array.from(classes.leftId, (id) => leftRows[id]!),
        classRight: Uint16Array.from(classes.rightId, (id) => rightColumns[id]!),
        classPenalty: Int16Array.from(classes.penalty),
      },
    },
    classIds,
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

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Readings and expressions of the file, decoded with the first call and shared by dictionaries with user words. */
class LazyDetails {
  readonly #sections: SectionReader;
  #details: WordDetails | null = null;

  constructor(sections: SectionReader) {
    this.#sections = sections;
  }

  get header(): DictionaryHeader {
    return this.#sections.header;
  }

  get(): WordDetails {
    this.#details ??= new WordDetails(this.#sections);
    return this.#details;
  }
}

/** Readings and expressions by the file's own word ids. */
class WordDetails {
  /** Words whose reading differs from the surface, ascending. */
  readonly #readingWords: Uint32Array;
  readonly #readings: readonly string[];
  readonly #expressionKinds: Uint16Array;
  /** Words whose expression is written out, ascending. */
  readonly #explicitWords: Uint32Array;
  readonly #expressions: readonly string[];
  readonly #patterns: readonly string[];

  constructor(sections: SectionReader) {
    const { words } = sections.header.counts;
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
function lastAtMost(ascending: Uint16Array | Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
