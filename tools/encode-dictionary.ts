/** Writes a dictionary in the format of docs/tokenizer.md; the reader is src/morph/dictionary.ts. */

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflate, type ZlibOptions } from "node:zlib";
import {
  adler32,
  CLASS_COLUMNS,
  DICTIONARY_MAGIC,
  DICTIONARY_VERSION,
  type DictionaryHeader,
  EXPRESSION_KIND,
  PREFIX_BYTES,
  SECTION_NAMES,
  type SectionName,
} from "../src/morph/dictionary-format.js";
import type { Features } from "../src/morph/features.js";

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

type Sections = { [name in SectionName]: Uint8Array };

/** The file's bytes; equal sources give equal bytes under one version of zlib, and one content hash under all. */
export async function encodeDictionary(source: DictionarySource): Promise<Uint8Array> {
  const entries = source.entries.toSorted((a, b) => (a.surface < b.surface ? -1 : a.surface > b.surface ? 1 : 0));
  const trie = buildTrie(entries);
  const words = trie.order.map((place) => entries[place]!);
  const matrix = mergeConnections(source);
  const classes = classifyWords([...words, ...source.unknownWords]);
  const sections: Sections = {
    characters: bytesOf(source.characters),
    ...encodeTrie(trie),
    ...encodeClasses(classes),
    leftRows: uint16(matrix.leftRows),
    rightColumns: uint16(matrix.rightColumns),
    connections: encodeConnections(matrix),
    ...encodeReadings(words),
    ...encodeExpressions(words),
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
  return assemble({ id: source.id, spaceType: source.spaceType, counts }, sections);
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

function encodeTrie(trie: Trie): Pick<Sections, "labels" | "childCounts" | "wordCounts"> {
  const tooMany = trie.wordCounts.find((count) => count > 0xff);
  if (tooMany !== undefined) throw new Error(`at most 255 entries may share a surface; got ${tooMany}`);
  return {
    labels: uint16(trie.labels),
    childCounts: uint16(trie.childCounts),
    wordCounts: Uint8Array.from(trie.wordCounts),
  };
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

function encodeClasses(
  classes: WordClasses,
): Pick<Sections, "classes" | "wordClasses" | "wordCosts" | "tags" | "values"> {
  const costsOfClass: number[][] = classes.words.map(() => []);
  for (const [i, id] of classes.classIds.entries()) costsOfClass[id]!.push(classes.costs[i]!);
  const commonCosts = costsOfClass.map((costs) => byFrequency(costs)[0]!);
  const wordCosts = Int16Array.from(classes.classIds, (id, i) => classes.costs[i]! - commonCosts[id]!);

  const tags = new Interner();
  const values = new Interner();
  const columns: { [column in (typeof CLASS_COLUMNS)[number]]: (word: WordSource, classId: number) => number } = {
    leftId: (word) => word.leftId,
    rightId: (word) => word.rightId,
    penalty: (word) => word.penalty,
    commonCost: (_word, classId) => commonCosts[classId]!,
    tag: (word) => tags.index(word.features.tag),
    semantic: (word) => values.index(word.features.semantic),
    final: (word) => values.index(word.features.final),
    type: (word) => values.index(word.features.type),
    firstTag: (word) => values.index(word.features.firstTag),
    lastTag: (word) => values.index(word.features.lastTag),
  };
  const table = CLASS_COLUMNS.flatMap((column) => classes.words.map(columns[column]));
  return {
    wordClasses: uint16(classes.classIds),
    wordCosts: bytesOf(wordCosts),
    classes: bytesOf(Int32Array.from(table)),
    tags: encodeLines(tags.strings),
    values: encodeLines(values.strings),
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

interface MergedConnections {
  readonly nLeft: number;
  readonly nRight: number;
  readonly leftRows: readonly number[];
  readonly rightColumns: readonly number[];
  readonly costs: Int16Array;
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

/** The mirror of decodeConnections: distance to up + left - upper left. */
function encodeConnections({ nLeft, nRight, costs }: MergedConnections): Uint8Array {
  const distances = new Int16Array(costs.length);
  for (let row = 0; row < nLeft; row++) {
    let riseBefore = 0;
    for (let column = 0; column < nRight; column++) {
      const i = row * nRight + column;
      const rise = costs[i]! - (row === 0 ? 0 : costs[i - nRight]!);
      distances[i] = rise - riseBefore;
      riseBefore = rise;
    }
  }
  return bytesOf(distances);
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

function bytesOf(values: Int16Array | Uint16Array | Int32Array | Uint32Array): Uint8Array {
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

async function assemble(head: Omit<DictionaryHeader, "hash" | "sections">, sections: Sections): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for (const name of SECTION_NAMES) hash.update(sections[name]);
  const digest = hash.digest("hex");
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
    const header: DictionaryHeader = { ...head, hash: digest, sections: entries };
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
