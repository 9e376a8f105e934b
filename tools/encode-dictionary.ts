/** Writes a dictionary in the format of docs/tokenizer.md; the reader is src/morph/dictionary.ts. */

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflate, type ZlibOptions } from "node:zlib";
import {
  adler32,
  CLASS_COLUMNS,
  CLASS_FEATURE_COLUMNS,
  DICTIONARY_MAGIC,
  DICTIONARY_VERSION,
  type DictionaryHeader,
  EXPRESSION_KIND,
  PREFIX_BYTES,
  SECTION_NAMES,
  type SectionName,
} from "../src/morph/dictionary-format.js";
import type { Features } from "../src/morph/features.js";
import { type CostMatrix, distancesOf, packDistances, packPairs, placesByUse } from "./pack-dictionary.js";

/** What every word has, unknown ones included. */
export interface WordSource {
  readonly leftId: number;
  readonly rightId: number;
  readonly cost: number;
  /** Cost added after white space. */
  readonly penalty: number;
  readonly features: Features;
}

export interface EntrySource extends WordSource {
  readonly surface: string;
}

/** A dictionary before encoding. */
export interface DictionarySource {
  readonly id: string;
  /** In dictionary order; entries of one surface keep it. */
  readonly entries: readonly EntrySource[];
  /** One unknown word per character category. */
  readonly unknownWords: readonly WordSource[];
  /** [65536] Category bits by UTF-16 unit; see CHARACTER in src/kernels/viterbi.ts. */
  readonly characters: Uint32Array;
  /** Bit of the white-space category. */
  readonly spaceType: number;
  readonly nLeftIds: number;
  readonly nRightIds: number;
  /** [nLeftIds, nRightIds] row-major. */
  readonly connections: Int16Array;
}

/**
 * The content that the hash covers, in order. It was what the sections held when the first models named it in their
 * tokenizer's id; the hash must stay the same for the same content, so that they load for ever.
 */
const CONTENT_NAMES = [
  "characters",
  "labels",
  "childCounts",
  "wordCounts",
  "wordClasses",
  "wordCosts",
  "classes",
  "tags",
  "values",
  "leftRows",
  "rightColumns",
  "connections",
  "readingWords",
  "readings",
  "expressionKinds",
  "expressionPatterns",
  "expressions",
] as const;

type Content = { [name in (typeof CONTENT_NAMES)[number]]: Uint8Array };
type Sections = { [name in SectionName]: Uint8Array };

/** The file's bytes; equal sources give equal bytes under one version of zlib, and one content hash under all. */
export async function encodeDictionary(source: DictionarySource): Promise<Uint8Array> {
  const entries = source.entries.toSorted((a, b) => (a.surface < b.surface ? -1 : a.surface > b.surface ? 1 : 0));
  const trie = buildTrie(entries);
  const words = trie.order.map((place) => entries[place]!);
  const matrix = mergeConnections(source);
  const classes = classifyWords([...words, ...source.unknownWords]);
  const features = { ...encodeReadings(words), ...encodeExpressions(words) };
  const { classTable, tags, values } = tabulateClasses(classes);
  const shared = {
    characters: bytesOf(source.characters),
    labels: uint16(trie.labels),
    tags: encodeLines(tags),
    values: encodeLines(values),
    ...features,
  };
  const content: Content = {
    ...shared,
    ...encodeCounts(trie),
    ...encodeClasses(classes, classTable),
    ...encodeMatrix(matrix),
  };
  const order = orderByUse(trie, classes, matrix, source.unknownWords.length);
  const sections: Sections = {
    ...shared,
    ...packTrie(trie),
    ...packClasses(classes, classTable),
    ...packMatrix(matrix, order),
  };
  const counts = {
    words: words.length,
    nodes: trie.childCounts.length,
    categories: source.unknownWords.length,
    classes: classes.words.length,
    leftIds: source.nLeftIds,
    rightIds: source.nRightIds,
    left: matrix.nLeft,
    right: matrix.nRight,
  };
  return assemble({ id: source.id, hash: hashOf(content), spaceType: source.spaceType, counts }, sections);
}

function hashOf(content: Content): string {
  const hash = createHash("sha256");
  for (const name of CONTENT_NAMES) hash.update(content[name]);
  return hash.digest("hex");
}

interface Trie {
  /** Breadth-first; the root has label 0. */
  readonly labels: readonly number[];
  readonly childCounts: readonly number[];
  readonly wordCounts: readonly number[];
  /** Places in the sorted entries, in the order of the nodes. */
  readonly order: readonly number[];
}

/** A node is a range of sorted entries with a common prefix; children are the runs of one next unit. */
function buildTrie(sorted: readonly EntrySource[]): Trie {
  const labels = [0];
  const childCounts: number[] = [];
  const wordCounts: number[] = [];
  const order: number[] = [];
  const lows = [0];
  const highs = [sorted.length];
  const depths = [0];
  for (let node = 0; node < lows.length; node++) {
    const depth = depths[node]!;
    const high = highs[node]!;
    let low = lows[node]!;
    const firstLow = low;
    while (low < high && sorted[low]!.surface.length === depth) order.push(low++);
    wordCounts.push(low - firstLow);
    const firstNewNode = lows.length;
    while (low < high) {
      const unit = sorted[low]!.surface.charCodeAt(depth);
      labels.push(unit);
      lows.push(low);
      while (low < high && sorted[low]!.surface.charCodeAt(depth) === unit) low++;
      highs.push(low);
      depths.push(depth + 1);
    }
    childCounts.push(lows.length - firstNewNode);
  }
  return { labels, childCounts, wordCounts, order };
}

function encodeCounts(trie: Trie): Pick<Content, "childCounts" | "wordCounts"> {
  const tooMany = trie.wordCounts.find((count) => count > 0xff);
  if (tooMany !== undefined) throw new Error(`at most 255 entries may share a surface; got ${tooMany}`);
  return { childCounts: uint16(trie.childCounts), wordCounts: Uint8Array.from(trie.wordCounts) };
}

function packTrie(trie: Trie): Pick<Sections, "nodes" | "rareNodes" | "nodeKinds"> {
  const { codes, rare, kinds } = packPairs(trie.childCounts, trie.wordCounts);
  return { nodes: codes, rareNodes: bytesOf(rare), nodeKinds: bytesOf(kinds) };
}

/** Distinct values, the most frequent first, equals in ascending order. */
function byFrequency(values: readonly number[]): number[] {
  const frequency = new Map<number, number>();
  for (const value of values) frequency.set(value, (frequency.get(value) ?? 0) + 1);
  return [...frequency].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([value]) => value);
}

interface WordClasses {
  /** Class of each word. */
  readonly classIds: readonly number[];
  readonly costs: readonly number[];
  /** A word of each class. */
  readonly words: readonly WordSource[];
}

/** Words that differ at most in surface, cost, reading and expression; the largest class is 0. */
function classifyWords(words: readonly WordSource[]): WordClasses {
  const found = new Map<string, number>();
  const firstWords: WordSource[] = [];
  const classIds = words.map((word) => {
    const { tag, semantic, final, type, firstTag, lastTag } = word.features;
    const key = [word.leftId, word.rightId, word.penalty, tag, semantic, final, type, firstTag, lastTag].join();
    let id = found.get(key);
    if (id === undefined) {
      id = firstWords.push(word) - 1;
      found.set(key, id);
    }
    return id;
  });
  const order = byFrequency(classIds);
  const ranks = new Uint32Array(order.length);
  for (const [rank, id] of order.entries()) ranks[id] = rank;
  return {
    classIds: classIds.map((id) => ranks[id]!),
    costs: words.map((word) => word.cost),
    words: order.map((id) => firstWords[id]!),
  };
}

type ClassTable = {
  readonly [column in (typeof CLASS_COLUMNS)[number] | (typeof CLASS_FEATURE_COLUMNS)[number]]: readonly number[];
};

/** Columns of the classes, and the strings that they refer to. */
function tabulateClasses({ words }: WordClasses): {
  readonly classTable: ClassTable;
  readonly tags: readonly string[];
  readonly values: readonly string[];
} {
  const tags = new Interner();
  const values = new Interner();
  const classTable = {
    leftId: words.map((word) => word.leftId),
    rightId: words.map((word) => word.rightId),
    penalty: words.map((word) => word.penalty),
    tag: words.map((word) => tags.index(word.features.tag)),
    semantic: words.map((word) => values.index(word.features.semantic)),
    final: words.map((word) => values.index(word.features.final)),
    type: words.map((word) => values.index(word.features.type)),
    firstTag: words.map((word) => values.index(word.features.firstTag)),
    lastTag: words.map((word) => values.index(word.features.lastTag)),
  };
  return { classTable, tags: tags.strings, values: values.strings };
}

function encodeClasses(
  classes: WordClasses,
  classTable: ClassTable,
): Pick<Content, "classes" | "wordClasses" | "wordCosts"> {
  const costsOfClass: number[][] = classes.words.map(() => []);
  for (const [i, id] of classes.classIds.entries()) costsOfClass[id]!.push(classes.costs[i]!);
  const commonCosts = costsOfClass.map((costs) => byFrequency(costs)[0]!);
  const wordCosts = Int16Array.from(classes.classIds, (id, i) => classes.costs[i]! - commonCosts[id]!);
  const { leftId, rightId, penalty, ...others } = classTable;
  return {
    wordClasses: uint16(classes.classIds),
    wordCosts: bytesOf(wordCosts),
    classes: int32([leftId, rightId, penalty, commonCosts, ...Object.values(others)].flat()),
  };
}

function packClasses(
  classes: WordClasses,
  classTable: ClassTable,
): Pick<Sections, "words" | "rareWords" | "wordKinds" | "classes" | "classFeatures"> {
  const { codes, rare, kinds } = packPairs(classes.classIds, classes.costs);
  return {
    words: codes,
    rareWords: bytesOf(rare),
    wordKinds: bytesOf(kinds),
    classes: int32(CLASS_COLUMNS.flatMap((column) => classTable[column])),
    classFeatures: int32(CLASS_FEATURE_COLUMNS.flatMap((column) => classTable[column])),
  };
}

class Interner {
  readonly strings: string[] = [];
  readonly #indices = new Map<string, number>();

  index(text: string): number {
    let index = this.#indices.get(text);
    if (index === undefined) {
      index = this.strings.push(text) - 1;
      this.#indices.set(text, index);
    }
    return index;
  }
}

interface MergedConnections extends CostMatrix {
  readonly leftRows: readonly number[];
  readonly rightColumns: readonly number[];
}

/** Equal rows and equal columns stored once; numbered by first appearance, which keeps like rows together. */
function mergeConnections({ nLeftIds, nRightIds, connections }: DictionarySource): MergedConnections {
  const rows = mergeEqual(nLeftIds, (row) => connections.subarray(row * nRightIds, (row + 1) * nRightIds));
  const columns = mergeEqual(nRightIds, (column) =>
    Int16Array.from(rows.kept, (row) => connections[row * nRightIds + column]!),
  );
  const nRight = columns.kept.length;
  const costs = new Int16Array(rows.kept.length * nRight);
  for (const [i, row] of rows.kept.entries()) {
    for (const [j, column] of columns.kept.entries()) costs[i * nRight + j] = connections[row * nRightIds + column]!;
  }
  return { nLeft: rows.kept.length, nRight, leftRows: rows.groups, rightColumns: columns.groups, costs };
}

function mergeEqual(count: number, vector: (index: number) => Int16Array): { groups: number[]; kept: number[] } {
  const groupOf = new Map<string, number>();
  const kept: number[] = [];
  const groups: number[] = [];
  for (let i = 0; i < count; i++) {
    const values = vector(i);
    const key = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("latin1");
    let group = groupOf.get(key);
    if (group === undefined) {
      group = kept.push(i) - 1;
      groupOf.set(key, group);
    }
    groups.push(group);
  }
  return { groups, kept };
}

function encodeMatrix(matrix: MergedConnections): Pick<Content, "leftRows" | "rightColumns" | "connections"> {
  return {
    leftRows: uint16(matrix.leftRows),
    rightColumns: uint16(matrix.rightColumns),
    connections: bytesOf(distancesOf(matrix)),
  };
}

/** Places of the merged rows and columns in the kernels' tables. */
interface MatrixOrder {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * By the number of words of one unit, which match everywhere, and of unknown words. On the articles this order is as good
 * as the one by counted use (docs/performance.md).
 */
function orderByUse(trie: Trie, classes: WordClasses, matrix: MergedConnections, nCategories: number): MatrixOrder {
  const rowUse = new Array<number>(matrix.nLeft).fill(0);
  const columnUse = new Array<number>(matrix.nRight).fill(0);
  // The root's children come next to it, and their words next to each other.
  const nShortWords = trie.wordCounts.slice(0, 1 + trie.childCounts[0]!).reduce((sum, count) => sum + count, 0);
  const { classIds } = classes;
  for (const id of [...classIds.slice(0, nShortWords), ...classIds.slice(classIds.length - nCategories)]) {
    const { leftId, rightId } = classes.words[id]!;
    rowUse[matrix.leftRows[leftId]!]!++;
    columnUse[matrix.rightColumns[rightId]!]!++;
  }
  return { rows: placesByUse(rowUse), columns: placesByUse(columnUse) };
}

function packMatrix(
  { nLeft, nRight, leftRows, rightColumns, costs }: MergedConnections,
  order: MatrixOrder,
): Pick<Sections, "leftRows" | "rightColumns" | "connections" | "rareConnections"> {
  const placed = new Int16Array(costs.length);
  for (const [row, toRow] of order.rows.entries()) {
    for (const [column, toColumn] of order.columns.entries()) {
      placed[toRow * nRight + toColumn] = costs[row * nRight + column]!;
    }
  }
  const { bytes, rare } = packDistances(distancesOf({ nLeft, nRight, costs: placed }));
  return {
    leftRows: uint16(leftRows.map((row) => order.rows[row]!)),
    rightColumns: uint16(rightColumns.map((column) => order.columns[column]!)),
    connections: bytesOf(bytes),
    rareConnections: bytesOf(rare),
  };
}

function encodeReadings(words: readonly EntrySource[]): Pick<Sections, "readingWords" | "readings"> {
  const different = [...words.keys()].filter((id) => words[id]!.features.reading !== words[id]!.surface);
  return {
    readingWords: bytesOf(Uint32Array.from(different)),
    readings: encodeLines(different.map((id) => words[id]!.features.reading)),
  };
}

function encodeExpressions(
  words: readonly EntrySource[],
): Pick<Sections, "expressionKinds" | "expressionPatterns" | "expressions"> {
  const patternOf = words.map((word) => expressionPattern(word.surface, word.features.expression));
  const frequency = new Map<string, number>();
  for (const pattern of patternOf) if (pattern !== null) frequency.set(pattern, (frequency.get(pattern) ?? 0) + 1);
  const patterns = [...frequency].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([pattern]) => pattern);
  const ranks = new Map(patterns.map((pattern, rank) => [pattern, rank]));

  const explicit: string[] = [];
  const kinds = words.map((word, id) => {
    const { expression } = word.features;
    if (expression === "*") return EXPRESSION_KIND.none;
    const pattern = patternOf[id] ?? null;
    if (pattern !== null) return EXPRESSION_KIND.firstPattern + ranks.get(pattern)!;
    explicit.push(expression);
    return EXPRESSION_KIND.explicit;
  });
  return {
    expressionKinds: uint16(kinds),
    expressionPatterns: encodeLines(patterns),
    expressions: encodeLines(explicit),
  };
}

/** The expression with each form's length for the form, where the forms put together are the surface; else null. */
function expressionPattern(surface: string, expression: string): string | null {
  if (expression === "*") return null;
  let offset = 0;
  const parts: string[] = [];
  for (const part of expression.split("+")) {
    const slash = part.indexOf("/");
    const form = part.slice(0, slash);
    if (slash < 0 || !surface.startsWith(form, offset)) return null;
    offset += form.length;
    parts.push(form.length + part.slice(slash));
  }
  return offset === surface.length ? parts.join("+") : null;
}

function uint16(values: readonly number[]): Uint8Array {
  return bytesOf(Uint16Array.from(values));
}

function int32(values: readonly number[]): Uint8Array {
  return bytesOf(Int32Array.from(values));
}

function bytesOf(values: Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function encodeLines(lines: readonly string[]): Uint8Array {
  const bad = lines.find((line) => line.includes("\n"));
  if (bad !== undefined) throw new Error(`Bug: a line feed inside ${JSON.stringify(bad)}`);
  return new TextEncoder().encode(lines.join("\n"));
}

/**
 * Compressing the labels saves 0.8 of 5.7 MB and takes 21 of the 37 ms that decompression takes in all (2026-11-23,
 * Node 20.20): a zlib stream of stored blocks is read at the speed of a copy.
 */
const UNCOMPRESSED: ReadonlySet<SectionName> = new Set(["labels"]);

async function assemble(head: Omit<DictionaryHeader, "sections">, sections: Sections): Promise<Uint8Array> {
  const compress = promisify<Uint8Array, ZlibOptions, Buffer>(deflate);
  const stored = await Promise.all(
    SECTION_NAMES.map((name) => compress(sections[name], { level: UNCOMPRESSED.has(name) ? 0 : 9, memLevel: 9 })),
  );
  // Offsets count from the file's beginning, so they depend on the header's own length: repeat until it stands still.
  let headerBytes = 0;
  for (;;) {
    let offset = PREFIX_BYTES + headerBytes;
    const entries = SECTION_NAMES.map((name, i) => {
      const entry = { name, offset, storedBytes: stored[i]!.length, sizeBytes: sections[name].length };
      offset += entry.storedBytes;
      return entry;
    });
    const header: DictionaryHeader = { ...head, sections: entries };
    const text = new TextEncoder().encode(JSON.stringify(header));
    if (text.length === headerBytes) return new Uint8Array(Buffer.concat([prefix(text), text, ...stored]));
    headerBytes = text.length;
  }
}

function prefix(headerText: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES);
  bytes.set(new TextEncoder().encode(DICTIONARY_MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, DICTIONARY_VERSION, true);
  view.setUint32(12, headerText.length, true);
  view.setUint32(16, adler32(headerText), true);
  return bytes;
}
