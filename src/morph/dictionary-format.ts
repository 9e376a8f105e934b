/**
 * The container of `assets/mecab-ko-dic.bin`, little-endian; docs/tokenizer.md is the description.
 *
 *   0  magic "NCLFDIC1"        8  format version, uint32     12  header length, uint32
 *   16 Adler-32 of the header  20 header, UTF-8 JSON         then the sections, each a zlib stream (RFC 1950)
 *
 * A section is an array of fixed-width numbers or lines of UTF-8 text: wider than it could be, but zlib takes most of the
 * difference, and loading is one native pass and hardly any JavaScript.
 */

import { ModelFormatError, showValue } from "../errors.js";

export const DICTIONARY_MAGIC = "NCLFDIC1";
export const DICTIONARY_VERSION = 2;
export const PREFIX_BYTES = 20;

/** Sections in file order. */
export const SECTION_NAMES = [
  "characters",
  "labels",
  "nodes",
  "rareNodes",
  "nodeKinds",
  "words",
  "rareWords",
  "wordKinds",
  "classes",
  "tags",
  "leftRows",
  "rightColumns",
  "connections",
  "rareConnections",
  "classFeatures",
  "values",
  "readingWords",
  "readings",
  "expressionKinds",
  "expressionPatterns",
  "expressions",
] as const;

export type SectionName = (typeof SECTION_NAMES)[number];

/** From here on are the sections that the kernels do not read; they are decoded on demand. */
export const FIRST_DETAIL_SECTION: SectionName = "classFeatures";

/** Numbers of a word class in the section `classes`, column after column. */
export const CLASS_COLUMNS = ["leftId", "rightId", "penalty", "tag"] as const;

/** Values of a word class in the section `classFeatures`, column after column. */
export const CLASS_FEATURE_COLUMNS = ["semantic", "final", "type", "firstTag", "lastTag"] as const;

/** Kinds in the section `expressionKinds`; a larger one is a pattern's index plus `EXPRESSION_KIND.firstPattern`. */
export const EXPRESSION_KIND = { none: 0, explicit: 1, firstPattern: 2 } as const;

/** Where a section's bytes lie. */
export interface SectionEntry {
  readonly name: SectionName;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Compressed bytes. */
  readonly storedBytes: number;
  /** Decompressed bytes. */
  readonly sizeBytes: number;
}

/** Counts that fix every array's length. */
export interface DictionaryCounts {
  readonly words: number;
  readonly nodes: number;
  readonly categories: number;
  readonly classes: number;
  readonly leftIds: number;
  readonly rightIds: number;
  readonly left: number;
  readonly right: number;
}

export interface DictionaryHeader {
  /** Name and version of the dictionary, e.g. "mecab-ko-dic-2.1.1-20180720". */
  readonly id: string;
  /** SHA-256 (hex) of the content in the one form that tools/encode-dictionary.ts hashes, whatever the sections are. */
  readonly hash: string;
  /** Bit of the white-space category. */
  readonly spaceType: number;
  readonly counts: DictionaryCounts;
  readonly sections: readonly SectionEntry[];
}

/** Near three times as many as mecab-ko-dic has. */
export const MAX_WORDS = 3_000_000;

/**
 * Upper limits, checked before anything is allocated. Words, nodes and the matrix stand near three times mecab-ko-dic's
 * own sizes; classes, rows and columns are held in 16 bits, categories in the 18 type bits of a character.
 */
const MAX_COUNTS: DictionaryCounts = {
  words: MAX_WORDS,
  nodes: 4_000_000,
  categories: 18,
  classes: 0xffff,
  leftIds: 0xffff,
  rightIds: 0xffff,
  left: 0xffff,
  right: 0xffff,
};
const MAX_CONNECTIONS = 16_000_000;
/** Of all sections together, for they are decompressed side by side; those of mecab-ko-dic have 13 MiB. */
const MAX_SECTIONS_BYTES = 64 * 1024 * 1024;
/** A header has some 2 KB. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A fault of a dictionary file, at a byte offset of the file. */
export function dictionaryError(offset: number, expected: string, found: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(offset, expected, found, {
    code: "DICTIONARY_FORMAT",
    hint: "make the dictionary anew with: npm run build",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Adler-32 (RFC 1950 §8.2). */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/**
 * Reads and checks the header: magic, version, checksum, counts within their limits, sections complete, in order and
 * inside the file.
 * @throws {ModelFormatError} with code DICTIONARY_FORMAT.
 */
export function parseDictionaryHeader(bytes: Uint8Array): DictionaryHeader {
  if (bytes.length < PREFIX_BYTES) {
    throw dictionaryError(0, `at least ${PREFIX_BYTES} bytes`, `${bytes.length} bytes`);
  }
  const magic = String.fromCharCode(...bytes.subarray(0, DICTIONARY_MAGIC.length));
  if (magic !== DICTIONARY_MAGIC) {
    throw dictionaryError(0, JSON.stringify(DICTIONARY_MAGIC), JSON.stringify(magic));
  }
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  const version = prefix.getUint32(8, true);
  if (version !== DICTIONARY_VERSION) throw dictionaryError(8, `version ${DICTIONARY_VERSION}`, `version ${version}`);
  const headerBytes = prefix.getUint32(12, true);
  const mostBytes = Math.min(MAX_HEADER_BYTES, bytes.length - PREFIX_BYTES);
  if (headerBytes > mostBytes)
    throw dictionaryError(12, `a header of at most ${mostBytes} bytes`, `${headerBytes} bytes`);
  const headerText = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  const checksum = adler32(headerText);
  if (checksum !== prefix.getUint32(16, true)) {
    throw dictionaryError(16, `header checksum ${prefix.getUint32(16, true)}`, String(checksum));
  }
  const header = parseHeaderJson(headerText);
  if (typeof header.id !== "string" || typeof header.hash !== "string" || !isCount(header.spaceType, 0x3ffff)) {
    throw dictionaryError(PREFIX_BYTES, "id, hash and spaceType in the header", "none or of another type");
  }
  checkCounts(header.counts);
  checkSections(header.sections, PREFIX_BYTES + headerBytes, bytes.length);
  return header;
}

function parseHeaderJson(headerText: Uint8Array): DictionaryHeader {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(headerText));
    return (typeof header === "object" && header !== null ? header : {}) as DictionaryHeader;
  } catch (cause) {
    throw dictionaryError(PREFIX_BYTES, "a header in UTF-8 JSON", "other bytes", cause);
  }
}

function checkCounts(counts: DictionaryCounts | undefined): void {
  for (const name of Object.keys(MAX_COUNTS) as (keyof DictionaryCounts)[]) {
    const count: unknown = counts?.[name];
    if (!isCount(count, MAX_COUNTS[name]) || count === 0) {
      throw dictionaryError(PREFIX_BYTES, `counts.${name} 1 to ${MAX_COUNTS[name]}`, showValue(count));
    }
  }
  const nConnections = (counts?.left ?? 0) * (counts?.right ?? 0);
  if (nConnections > MAX_CONNECTIONS) {
    throw dictionaryError(PREFIX_BYTES, `at most ${MAX_CONNECTIONS} connections`, String(nConnections));
  }
}

function checkSections(sections: readonly SectionEntry[] | undefined, start: number, fileBytes: number): void {
  let offset = start;
  let nBytesLeft = MAX_SECTIONS_BYTES;
  for (const [i, name] of SECTION_NAMES.entries()) {
    const section = sections?.[i];
    if (section?.name !== name) {
      throw dictionaryError(PREFIX_BYTES, `section ${name} at place ${i}`, showValue(section?.name));
    }
    if (section.offset !== offset) {
      throw dictionaryError(PREFIX_BYTES, `section ${name} at ${offset}`, showValue(section.offset));
    }
    if (!isCount(section.sizeBytes, nBytesLeft)) {
      throw dictionaryError(
        PREFIX_BYTES,
        `section ${name} of at most ${nBytesLeft} bytes, and ${MAX_SECTIONS_BYTES} in all`,
        showValue(section.sizeBytes),
      );
    }
    nBytesLeft -= section.sizeBytes;
    if (!isCount(section.storedBytes, fileBytes - offset)) {
      throw dictionaryError(
        offset,
        `section ${name} inside ${fileBytes} bytes`,
        `${showValue(section.storedBytes)} bytes`,
      );
    }
    offset += section.storedBytes;
  }
  if (offset !== fileBytes) throw dictionaryError(offset, "the end of the file", `${fileBytes - offset} more bytes`);
}

function isCount(value: unknown, maximum: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maximum;
}
