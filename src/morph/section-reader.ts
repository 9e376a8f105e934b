/** Reads the sections of a compiled dictionary one by one. */

import {
  type DictionaryHeader,
  dictionaryError,
  MAX_WORDS,
  parseDictionaryHeader,
  type SectionName,
} from "./dictionary-format.js";

/**
 * Decompresses a zlib stream (RFC 1950) and checks its Adler-32, e.g. node:zlib's `inflateSync` or fflate's
 * `unzlibSync`. `sizeBytes` is the size to expect, so that one buffer is enough; a wrong size or a throw is reported as
 * a fault of the file. The result is the dictionary's own from then on: it is decoded in place.
 */
export type Inflate = (bytes: Uint8Array, sizeBytes: number) => Uint8Array;

export type NumberArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;
const LINE_FEED = 0x0a;

interface NumberArrayType<T extends NumberArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** Decompresses sections and reports faults at their place in the file. */
export class SectionReader {
  readonly header: DictionaryHeader;
  /** The file from a section on; earlier ones cannot be read. */
  readonly tail: Uint8Array;
  readonly #inflate: Inflate;

  /** @param tail the end of a file with this header, from the beginning of a section on */
  constructor(header: DictionaryHeader, tail: Uint8Array, inflate: Inflate) {
    this.header = header;
    this.tail = tail;
    this.#inflate = inflate;
  }

  /** @throws {ModelFormatError} with code DICTIONARY_FORMAT when the file's header is no such header. */
  static overFile(bytes: Uint8Array, inflate: Inflate): SectionReader {
    return new SectionReader(parseDictionaryHeader(bytes), bytes, inflate);
  }

  /** A reader of a section and those behind it, with a copy of their bytes; the others need not be kept. */
  from(name: SectionName): SectionReader {
    return new SectionReader(this.header, new Uint8Array(this.tail.subarray(this.#start(name))), this.#inflate);
  }

  bytes(name: SectionName): Uint8Array {
    const { offset, storedBytes, sizeBytes } = this.#entry(name);
    const start = this.#start(name);
    let section: Uint8Array;
    try {
      section = this.#inflate(this.tail.subarray(start, start + storedBytes), sizeBytes);
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

  /** A section as numbers of an element type, as many as it has. */
  allNumbers<T extends NumberArray>(name: SectionName, type: NumberArrayType<T>): T {
    return this.numbers(name, type, Math.floor(this.#entry(name).sizeBytes / type.BYTES_PER_ELEMENT));
  }

  /** A section of int32 columns of this length, one after another. */
  columns<C extends string>(
    name: SectionName,
    columns: readonly C[],
    length: number,
  ): { readonly [column in C]: Int32Array } {
    const table = this.numbers(name, Int32Array, columns.length * length);
    return Object.fromEntries(columns.map((column, i) => [column, table.subarray(i * length, (i + 1) * length)])) as {
      readonly [column in C]: Int32Array;
    };
  }

  /** Lines of UTF-8 text, no more than there may be words; none for an empty section. */
  lines(name: SectionName): string[] {
    const bytes = this.bytes(name);
    let nLines = 1;
    for (let i = bytes.indexOf(LINE_FEED); i !== -1; i = bytes.indexOf(LINE_FEED, i + 1)) nLines++;
    if (nLines > MAX_WORDS) throw this.error(name, `at most ${MAX_WORDS} lines`, `${nLines}`);
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

  /** Place of a section in `tail`, which ends where the file ends. */
  #start(name: SectionName): number {
    const last = this.header.sections.at(-1)!;
    return this.#entry(name).offset - (last.offset + last.storedBytes - this.tail.length);
  }
}
