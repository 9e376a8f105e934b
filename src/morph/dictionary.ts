/** A compiled mecab-ko dictionary in memory. */

import { CHARACTER, type ViterbiTables } from "../kernels/viterbi.js";
import {
  CLASS_COLUMNS,
  type DictionaryCounts,
  type DictionaryHeader,
  dictionaryError,
  EXPRESSION_KIND,
  parseDictionaryHeader,
  type SectionName,
} from "./dictionary-format.js";
import type { Features } from "./features.js";
import { VarintReader } from "./varint.js";

/**
 * Decompresses a zlib stream (RFC 1950) and checks its Adler-32, e.g. node:zlib's `inflateSync` or fflate's
 * `unzlibSync`. `sizeBytes` is the size to expect, so that one buffer is enough; a wrong size or a throw is reported as
 * a fault of the file.
 */
export type Inflate = (bytes: Uint8Array, sizeBytes: number) => Uint8Array;

const CODE_UNITS = 65_536;

/**
 * Words, classes and connection costs of a dictionary; immutable, to be shared by any number of tokenizers.
 *
 * A word id is 0 .. nWords - 1 for an entry, in the order of surface length, then surface by code unit, then the
 * dictionary's own order; nWords + k is the unknown word of character category k.
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

  readonly #sections: SectionReader;
  readonly #classes: ClassColumns;
  readonly #values: readonly string[];
  #details: WordDetails | null = null;

  private constructor(sections: SectionReader, parts: DictionaryParts) {
    this.id = sections.header.id;
    this.hash = sections.header.hash;
    this.tables = parts.tables;
    this.tags = parts.tags;
    this.leftRows = parts.leftRows;
    this.rightColumns = parts.rightColumns;
    this.#sections = sections;
    this.#classes = parts.classes;
    this.#values = parts.values;
  }

  /**
   * Reads the bytes that tools/compile-dictionary.ts writes. The analysis part is decoded at once, readings and
   * expressions with the first `features` call, for which `bytes` and `inflate` are kept.
   * @throws {ModelFormatError} with code DICTIONARY_FORMAT when the bytes are not such a dictionary.
   */
  static fromBytes(bytes: Uint8Array, inflate: Inflate): Dictionary {
    const sections = new SectionReader(bytes, inflate);
    return new Dictionary(sections, decodeParts(sections));
  }

  /** Number of entries, unknown words not counted. */
  get nWords(): number {
    return this.tables.nWords;
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
    const classId = this.#wordClass(wordId);
    const { semantic, final, type, firstTag, lastTag } = this.#classes;
    const unknown = this.isUnknown(wordId);
    if (!unknown) this.#details ??= new WordDetails(this.#sections);
    const surface = unknown ? "" : this.surface(wordId);
    return {
      tag: this.tag(wordId),
      semantic: this.#values[semantic[classId]!]!,
      final: this.#values[final[classId]!]!,
      reading: unknown ? "*" : this.#details!.reading(wordId, surface),
      type: this.#values[type[classId]!]!,
      firstTag: this.#values[firstTag[classId]!]!,
      lastTag: this.#values[lastTag[classId]!]!,
      expression: unknown ? "*" : this.#details!.expression(wordId, surface),
    };
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

  /** Lets `read` take the section's numbers; all of them must be taken. */
  numbers<T>(name: SectionName, read: (reader: VarintReader) => T): T {
    const bytes = this.bytes(name);
    const reader = new VarintReader(bytes);
    const value = read(reader);
    if (reader.offset !== bytes.length) {
      throw this.error(name, `${bytes.length} bytes of numbers`, `${reader.offset} bytes`);
    }
    return value;
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
  checkBelow(name: SectionName, values: ArrayLike<number>, limit: number): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < 0 || value >= limit) throw this.error(name, `numbers 0 to ${limit - 1}`, String(value));
    }
  }

  #entry(name: SectionName): DictionaryHeader["sections"][number] {
    return this.header.sections.find((section) => section.name === name)!;
  }
}

function decodeParts(sections: SectionReader): DictionaryParts {
  const { counts, spaceType } = sections.header;
  const arrays = allocateTables(counts);
  decodeCharacters(sections, arrays.characters);
  decodeTrie(sections, arrays);
  const tags = sections.lines("tags");
  const values = sections.lines("values");
  const leftRows = decodeIds(sections, "leftRows", counts.leftIds, counts.left);
  const rightColumns = decodeIds(sections, "rightColumns", counts.rightIds, counts.right);
  const classes = decodeClasses(sections, tags.length, values.length);
  for (let i = 0; i < counts.classes; i++) {
    arrays.classLeft[i] = leftRows[classes.leftId[i]!]!;
    arrays.classRight[i] = rightColumns[classes.rightId[i]!]!;
    arrays.classPenalty[i] = classes.penalty[i]!;
  }
  decodeWords(sections, arrays, classes.commonCost);
  decodeConnections(sections, arrays.connections);
  const tables: ViterbiTables = {
    nWords: counts.words,
    nCategories: counts.categories,
    nLeft: counts.left,
    nRight: counts.right,
    spaceType,
    endLeft: leftRows[0]!,
    beginRight: rightColumns[0]!,
    ...arrays,
  };
  return { tables, tags, values, leftRows, rightColumns, classes };
}

/** All arrays in one buffer, so that another kernel can take them over with one copy. Widest elements first: aligned. */
function allocateTables(counts: DictionaryCounts) {
  const nIds = counts.words + counts.categories;
  const lengths32 = [CODE_UNITS, CODE_UNITS, counts.nodes + 1, counts.nodes + 1];
  const lengths16 = [counts.nodes, nIds, nIds, counts.classes, counts.classes, counts.classes];
  const nConnections = counts.left * counts.right;
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  const buffer = new ArrayBuffer(4 * sum(lengths32) + 2 * (sum(lengths16) + nConnections));
  let offset = 0;
  const place = (length: number, bytesPerElement: number) => {
    const start = offset;
    offset += length * bytesPerElement;
    return [buffer, start, length] as const;
  };
  return {
    characters: new Uint32Array(...place(CODE_UNITS, 4)),
    rootChildren: new Uint32Array(...place(CODE_UNITS, 4)),
    firstChild: new Uint32Array(...place(counts.nodes + 1, 4)),
    firstWord: new Uint32Array(...place(counts.nodes + 1, 4)),
    labels: new Uint16Array(...place(counts.nodes, 2)),
    wordClasses: new Uint16Array(...place(nIds, 2)),
    wordCosts: new Int16Array(...place(nIds, 2)),
    classLeft: new Uint16Array(...place(counts.classes, 2)),
    classRight: new Uint16Array(...place(counts.classes, 2)),
    classPenalty: new Int16Array(...place(counts.classes, 2)),
    connections: new Int16Array(...place(nConnections, 2)),
  };
}

type TableArrays = ReturnType<typeof allocateTables>;

/** Runs of equal category bits: length, bits. */
function decodeCharacters(sections: SectionReader, characters: Uint32Array): void {
  const { categories } = sections.header.counts;
  sections.numbers("characters", (reader) => {
    for (let unit = 0; unit < CODE_UNITS; ) {
      const end = unit + reader.next();
      const bits = reader.next();
      if (end === unit || end > CODE_UNITS) {
        throw sections.error("characters", `runs that fill ${CODE_UNITS} units`, `a run from ${unit} to ${end}`);
      }
      const category = (bits >>> CHARACTER.categoryShift) & CHARACTER.categoryMask;
      if (category >= categories) throw sections.error("characters", `categories below ${categories}`, `${category}`);
      characters.fill(bits, unit, end);
      unit = end;
    }
  });
}

/** Breadth-first: each node's number of children and of words, and the rank of its label in the alphabet. */
function decodeTrie(sections: SectionReader, arrays: TableArrays): void {
  const { nodes, words } = sections.header.counts;
  const alphabetBytes = sections.bytes("alphabet");
  const alphabet = new Uint16Array(CODE_UNITS);
  const nLetters = alphabetBytes.length >> 1;
  if (nLetters > CODE_UNITS || (alphabetBytes.length & 1) === 1) {
    throw sections.error("alphabet", `an even number of bytes up to ${2 * CODE_UNITS}`, `${alphabetBytes.length}`);
  }
  for (let i = 0; i < nLetters; i++) alphabet[i] = alphabetBytes[2 * i]! | (alphabetBytes[2 * i + 1]! << 8);

  const { labels, firstChild, firstWord, rootChildren } = arrays;
  sections.numbers("labels", (reader) => {
    let highest = 0;
    for (let node = 1; node < nodes; node++) {
      const rank = reader.next();
      if (rank > highest) highest = rank;
      labels[node] = alphabet[rank]!;
    }
    if (highest >= Math.max(nLetters, 1)) throw sections.error("labels", `ranks below ${nLetters}`, `${highest}`);
  });
  decodeOffsets(sections, "childCounts", firstChild, 1, nodes);
  decodeOffsets(sections, "wordCounts", firstWord, 0, words);
  // Kernels rely on children that come after their parent: the walk down always ends.
  for (let node = 0; node < nodes; node++) {
    if (firstChild[node]! <= node) throw sections.error("childCounts", `children after node ${node}`, "none");
  }
  for (let child = firstChild[0]!; child < firstChild[1]!; child++) rootChildren[labels[child]!] = child;
}

/** Counts summed up to offsets, from `start` to exactly `end`. */
function decodeOffsets(sections: SectionReader, name: SectionName, offsets: Uint32Array, start: number, end: number) {
  sections.numbers(name, (reader) => {
    let offset = start;
    for (let i = 0; i < offsets.length - 1; i++) {
      offsets[i] = offset;
      offset += reader.next();
    }
    offsets[offsets.length - 1] = offset;
    if (offset !== end) throw sections.error(name, `counts that add up to ${end - start}`, `${offset - start}`);
  });
}

function decodeIds(sections: SectionReader, name: SectionName, length: number, limit: number): Uint16Array {
  return sections.numbers(name, (reader) => {
    const wide = Uint32Array.from({ length }, () => reader.next());
    sections.checkBelow(name, wide, limit);
    return Uint16Array.from(wide);
  });
}

function decodeClasses(sections: SectionReader, nTags: number, nValues: number): ClassColumns {
  const { classes, leftIds, rightIds } = sections.header.counts;
  const columns = sections.numbers("classes", (reader) =>
    Object.fromEntries(
      CLASS_COLUMNS.map((column) => [column, Int32Array.from({ length: classes }, () => reader.nextSigned())]),
    ),
  ) as ClassColumns;
  sections.checkBelow("classes", columns.leftId, leftIds);
  sections.checkBelow("classes", columns.rightId, rightIds);
  sections.checkBelow("classes", columns.tag, nTags);
  for (const column of ["semantic", "final", "type", "firstTag", "lastTag"] as const) {
    sections.checkBelow("classes", columns[column], nValues);
  }
  return columns;
}

/** Classes in order of frequency, so most take one byte; costs as the distance to the class's most common one. */
function decodeWords(sections: SectionReader, arrays: TableArrays, commonCost: Int32Array): void {
  const { wordClasses, wordCosts } = arrays;
  const nClasses = commonCost.length;
  sections.numbers("wordClasses", (reader) => {
    for (let i = 0; i < wordClasses.length; i++) {
      const classId = reader.next();
      if (classId >= nClasses) throw sections.error("wordClasses", `classes below ${nClasses}`, `${classId}`);
      wordClasses[i] = classId;
    }
  });
  sections.numbers("wordCosts", (reader) => {
    for (let i = 0; i < wordCosts.length; i++) wordCosts[i] = commonCost[wordClasses[i]!]! + reader.nextSigned();
  });
}

/** Distance of each cost to what its upper and left neighbours predict: up + left - upper left; 0 outside. */
function decodeConnections(sections: SectionReader, connections: Int16Array): void {
  const { left, right } = sections.header.counts;
  sections.numbers("connections", (reader) => {
    for (let column = 0, before = 0; column < right; column++) {
      before += reader.nextSigned();
      connections[column] = before;
    }
    for (let row = 1, i = right; row < left; row++) {
      let rise = 0;
      for (const end = i + right; i < end; i++) {
        rise += reader.nextSigned();
        connections[i] = connections[i - right]! + rise;
      }
    }
  });
}

/** Readings and expressions, decoded when first asked for. */
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
    this.#readingWords = sections.numbers("readingWords", (reader) => {
      const nReadings = reader.next();
      if (nReadings !== this.#readings.length) {
        throw sections.error("readingWords", `${this.#readings.length} words`, `${nReadings}`);
      }
      const ids = new Uint32Array(nReadings);
      let id = -1;
      for (let i = 0; i < ids.length; i++) {
        id += 1 + reader.next();
        ids[i] = id;
      }
      return ids;
    });
    this.#patterns = sections.lines("expressionPatterns");
    this.#expressions = sections.lines("expressions");
    this.#expressionKinds = new Uint16Array(words);
    this.#explicitWords = new Uint32Array(this.#expressions.length);
    sections.numbers("expressionKinds", (reader) => {
      let nExplicit = 0;
      for (let word = 0; word < words; word++) {
        const kind = reader.next();
        if (kind >= this.#patterns.length + EXPRESSION_KIND.firstPattern) {
          throw sections.error("expressionKinds", `patterns below ${this.#patterns.length}`, `${kind}`);
        }
        this.#expressionKinds[word] = kind;
        if (kind === EXPRESSION_KIND.explicit) this.#explicitWords[nExplicit++] = word;
      }
      if (nExplicit !== this.#expressions.length) {
        throw sections.error("expressionKinds", `${this.#expressions.length} explicit expressions`, `${nExplicit}`);
      }
    });
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
function lastAtMost(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
