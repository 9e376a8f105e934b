/**
 * The values of one column in one row group, page by page.
 *
 * Every length in a file is checked against the bytes that are there before anything of that length is made; values are decoded
 * one at a time. So memory is what PageMemory allows and the bytes of the page as it stands in the file, and each loop ends with
 * these bytes or with the rows that the file was allowed.
 */
import { brotliDecompressSync, crc32, gunzipSync, type ZlibOptions } from "node:zlib";
import { CompactReader, TYPE, UnexpectedEnd } from "./compact-protocol.js";
import {
  type Cursor,
  Dictionary,
  type Encoding,
  encodingOf,
  openValues,
  RunCursor,
  type StoredValue,
} from "./encodings.js";
import type { Codec, ColumnChunk, ColumnType } from "./metadata.js";
import { showValue } from "./show-value.js";
import { decompressSnappy } from "./snappy.js";
import { decompressZstandard } from "./zstandard.js";

/** Reads bytes of the file, all that are asked for. */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>;

/** Pages of all columns in memory, decompressed: writers make pages of 1 MB, and a few one page of a whole row group, of 100 MB at most. */
const MAX_PAGE_MEMORY_BYTES = 2 ** 27;
/** Statistics in the description of a page may hold whole values. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const FIRST_HEADER_BYTES = 4096;
const READ_BYTES = 1024 * 1024;
/** Texts of a dictionary that are remembered: labels and publishers are few. */
const MAX_REMEMBERED = 65_536;

/** Bytes that the decompressed pages of all columns take. */
export class PageMemory {
  #nBytes = 0;

  /** @throws {Error} when it would be more than 128 MiB */
  take(nBytes: number): void {
    if (nBytes > MAX_PAGE_MEMORY_BYTES - this.#nBytes) {
      throw new Error(`its pages take more than ${MAX_PAGE_MEMORY_BYTES} bytes of memory`);
    }
    this.#nBytes += nBytes;
  }

  giveBack(nBytes: number): void {
    this.#nBytes -= nBytes;
  }
}

interface PageHeader {
  readonly kind: "data" | "data-v2" | "dictionary" | "other";
  readonly nBytes: number;
  readonly nCompressed: number;
  /** CRC-32 of the bytes as they are stored, unsigned; null where the writer gave none. */
  readonly checksum: number | null;
  readonly nValues: number;
  readonly encoding: Encoding;
  readonly levelEncoding: Encoding;
  readonly definitionBytes: number;
  readonly repetitionBytes: number;
  readonly isCompressed: boolean;
}

function parseHeader(reader: CompactReader): PageHeader {
  let kind = -1;
  let nBytes = -1;
  let nCompressed = -1;
  let checksum: number | null = null;
  let nValues = 0;
  let encoding: Encoding = "PLAIN";
  let levelEncoding: Encoding = "RLE";
  let definitionBytes = 0;
  let repetitionBytes = 0;
  let isCompressed = true;
  const own = [5, 7, 8];
  reader.struct(TYPE.struct, (id, type) => {
    if (id === 1) kind = reader.count(type);
    else if (id === 2) nBytes = reader.count(type);
    else if (id === 3) nCompressed = reader.count(type);
    else if (id === 4) checksum = reader.integer(type) >>> 0;
    else if (own.includes(id)) {
      reader.struct(type, (field, fieldType) => {
        if (field === 1) nValues = reader.count(fieldType);
        else if (field === (id === 8 ? 4 : 2)) encoding = encodingOf(reader.integer(fieldType));
        else if (id === 5 && field === 3) levelEncoding = encodingOf(reader.integer(fieldType));
        else if (id === 8 && field === 5) definitionBytes = reader.count(fieldType);
        else if (id === 8 && field === 6) repetitionBytes = reader.count(fieldType);
        else {
          if (id === 8 && field === 7) isCompressed = fieldType !== TYPE.false;
          return false;
        }
        return true;
      });
    } else return false;
    return true;
  });
  if (kind < 0 || nBytes < 0 || nCompressed < 0) throw new Error("the description of a page is not whole");
  return {
    kind: (["data", "other", "dictionary", "data-v2"] as const)[kind] ?? "other",
    nBytes,
    nCompressed,
    checksum,
    nValues,
    encoding,
    levelEncoding,
    definitionBytes,
    repetitionBytes,
    isCompressed,
  };
}

/** The output goes to one piece of memory, of which only what is written counts. */
function inflate(
  decompress: (input: Uint8Array, options: ZlibOptions) => Uint8Array,
  input: Uint8Array,
  nBytes: number,
): Uint8Array {
  try {
    return decompress(input, { maxOutputLength: Math.max(1, nBytes), chunkSize: nBytes + 64 });
  } catch (cause) {
    throw new Error("a page cannot be decompressed", { cause });
  }
}

/** Exactly `nBytes`, whatever the input holds. */
function decompress(codec: Codec, input: Uint8Array, nBytes: number): Uint8Array {
  const output = decompressAny(codec, input, nBytes);
  if (output.length !== nBytes) throw new Error(`a page has ${output.length} bytes and not ${nBytes}`);
  return output;
}

function decompressAny(codec: Codec, input: Uint8Array, nBytes: number): Uint8Array {
  if (nBytes === 0) return new Uint8Array(0);
  switch (codec) {
    case "UNCOMPRESSED":
      return input;
    case "SNAPPY":
      return decompressSnappy(input, nBytes);
    case "GZIP":
      return inflate(gunzipSync, input, nBytes);
    case "BROTLI":
      return inflate(brotliDecompressSync, input, nBytes);
    case "ZSTD":
      return decompressZstandard(input, nBytes);
    default:
      throw new Error(`it is compressed by ${codec}; Snappy, gzip, Brotli and Zstandard are read`);
  }
}

/** Walks through the values of a column. After `advance` the other fields are those of the value. */
export class ColumnReader {
  readonly #type: ColumnType;
  readonly #codec: Codec;
  readonly #readBytes: ReadBytes;
  readonly #memory: PageMemory;
  #place: number;
  readonly #end: number;
  #window: { readonly bytes: Uint8Array; readonly start: number } = { bytes: new Uint8Array(0), start: 0 };
  #dictionary: Dictionary | null = null;
  #dictionaryBytes = 0;
  readonly #remembered: (string | null | undefined)[] = [];
  #pageBytes = 0;
  #levels: RunCursor | null = null;
  #indices: RunCursor | null = null;
  #values: Cursor<StoredValue> | null = null;
  #value: StoredValue | null = null;
  #index = -1;
  #nLeft = 0;

  constructor(chunk: ColumnChunk, type: ColumnType, readBytes: ReadBytes, memory: PageMemory) {
    if (chunk.physicalType !== type.physicalType) {
      throw new Error(`its values are ${chunk.physicalType} and should be ${type.physicalType}`);
    }
    this.#type = type;
    this.#codec = chunk.codec;
    this.#readBytes = readBytes;
    this.#memory = memory;
    this.#place = chunk.start;
    this.#end = chunk.end;
  }

  /** Values left in the page: `advance` needs one, `openPage` brings more. */
  get nLeftInPage(): number {
    return this.#nLeft;
  }

  get isMissing(): boolean {
    return this.#value === null;
  }

  /** Bytes of the value; 0 when it is missing. */
  get sizeBytes(): number {
    if (this.#value === null) return 0;
    return this.#value instanceof Uint8Array ? this.#value.length : 8;
  }

  /** Goes to the next value. */
  advance(): void {
    this.#nLeft--;
    this.#index = -1;
    if (this.#levels !== null && this.#levels.next() === 0) {
      this.#value = null;
      return;
    }
    if (this.#indices !== null) {
      this.#index = this.#indices.next();
      this.#value = (this.#dictionary as Dictionary).at(this.#index);
    } else if (this.#values !== null) this.#value = this.#values.next();
  }

  /**
   * The value as it prints, "" when it is missing, null when it is no text.
   * @throws {Error} when it is not what its column says
   */
  text(): string | null {
    if (this.#value === null) return "";
    const index = this.#index;
    if (index < 0 || index >= MAX_REMEMBERED) return showValue(this.#value, this.#type);
    let text = this.#remembered[index];
    if (text === undefined) {
      text = showValue(this.#value, this.#type);
      this.#remembered[index] = text;
    }
    return text;
  }

  /** Gives back the memory of its pages. */
  close(): void {
    this.#memory.giveBack(this.#pageBytes + this.#dictionaryBytes);
    this.#pageBytes = 0;
    this.#dictionaryBytes = 0;
  }

  /**
   * Reads pages up to one with values.
   * @throws {Error} when it is damaged, or when there is none
   */
  async openPage(): Promise<void> {
    while (this.#nLeft === 0) {
      if (this.#place >= this.#end) throw new Error("it ends before its rows do");
      const header = await this.#readHeader();
      if (header.nCompressed > this.#end - this.#place) throw new Error("a page does not end where it should");
      if (header.kind !== "other") {
        const stored = await this.#view(header.nCompressed);
        const { checksum } = header;
        if (checksum !== null && crc32(stored) !== checksum) {
          throw new Error(`a page has checksum ${crc32(stored)} and not ${checksum}`);
        }
        if (header.kind === "dictionary") this.#openDictionary(header, stored);
        else this.#openData(header, stored);
      }
      this.#place += header.nCompressed;
    }
  }

  /** The next `nBytes` bytes; they stay where they are. */
  async #view(nBytes: number): Promise<Uint8Array> {
    let start = this.#place - this.#window.start;
    if (start + nBytes > this.#window.bytes.length) {
      const end = Math.min(this.#end, this.#place + Math.max(nBytes, READ_BYTES));
      this.#window = { bytes: await this.#readBytes(this.#place, end), start: this.#place };
      start = 0;
    }
    return this.#window.bytes.subarray(start, start + nBytes);
  }

  async #readHeader(): Promise<PageHeader> {
    for (let nBytes = FIRST_HEADER_BYTES; ; nBytes *= 8) {
      const nThere = Math.min(nBytes, this.#end - this.#place);
      const reader = new CompactReader(await this.#view(nThere));
      try {
        const header = parseHeader(reader);
        this.#place += reader.offset;
        return header;
      } catch (error) {
        if (!(error instanceof UnexpectedEnd)) throw error;
        if (nThere < nBytes || nBytes >= MAX_HEADER_BYTES) {
          throw new Error("the description of a page is cut off", { cause: error });
        }
      }
    }
  }

  #openDictionary({ nBytes, nValues }: PageHeader, stored: Uint8Array): void {
    if (this.#dictionary !== null) throw new Error("it has two dictionaries");
    // Of each text the place is kept, too.
    const taken = this.#sizeInMemory(nBytes) + 4 * nValues;
    this.#memory.take(taken);
    this.#dictionaryBytes = taken;
    this.#dictionary = new Dictionary(decompress(this.#codec, stored, nBytes), nValues, this.#type);
  }

  /** What is not compressed stays among the bytes that were read. */
  #sizeInMemory(nBytes: number): number {
    return this.#codec === "UNCOMPRESSED" ? 0 : nBytes;
  }

  #openData(header: PageHeader, stored: Uint8Array): void {
    const { nBytes, nValues, encoding } = header;
    if (stored.length > MAX_PAGE_MEMORY_BYTES) throw new Error(`a page has more than ${MAX_PAGE_MEMORY_BYTES} bytes`);
    this.#memory.giveBack(this.#pageBytes);
    this.#pageBytes = 0;
    this.#memory.take(this.#sizeInMemory(nBytes));
    this.#pageBytes = this.#sizeInMemory(nBytes);
    this.#levels = null;
    let page: Uint8Array;
    let start = 0;
    if (header.kind === "data") {
      page = decompress(this.#codec, stored, nBytes);
      if (this.#type.isOptional) {
        if (header.levelEncoding !== "RLE") throw new Error(`levels in encoding ${header.levelEncoding} are not read`);
        if (page.length < 4) throw new Error("a page is cut off");
        start = 4 + new DataView(page.buffer, page.byteOffset).getUint32(0, true);
        if (start > page.length) throw new Error("a page is cut off");
        this.#levels = new RunCursor({ bytes: page.subarray(0, start), start: 4 }, 1);
      }
    } else {
      const levelBytes = header.repetitionBytes + header.definitionBytes;
      if (levelBytes > Math.min(nBytes, stored.length)) throw new Error("a page is cut off");
      const levels = stored.subarray(header.repetitionBytes, levelBytes);
      if (this.#type.isOptional) this.#levels = new RunCursor({ bytes: levels, start: 0 }, 1);
      const values = stored.subarray(levelBytes);
      page = header.isCompressed ? decompress(this.#codec, values, nBytes - levelBytes) : values;
    }
    this.#indices = null;
    this.#values = null;
    if (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") {
      if (this.#dictionary === null) throw new Error("it has no dictionary");
      // A page of missing values only may be empty.
      const width = page[start] ?? 0;
      this.#indices = new RunCursor({ bytes: page, start: start + 1 }, width);
    } else this.#values = this.#openLater(page, start, encoding);
    this.#nLeft = nValues;
  }

  /** Opened with its first value: a page of missing values only may be empty. */
  #openLater(bytes: Uint8Array, start: number, encoding: Encoding): Cursor<StoredValue> {
    return {
      next: () => {
        this.#values = openValues({ bytes, start }, encoding, this.#type);
        return this.#values.next();
      },
    };
  }
}
