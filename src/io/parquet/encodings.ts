/**
 * How pages store numbers and values, each as a cursor that decodes one at a time: a page may say that it holds any number, and only
 * what is asked for is made.
 *
 * @see https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
import type { ColumnType, PhysicalType } from "./metadata.js";

/** A value as it is stored: bytes are views that the next value may overwrite. */
export type StoredValue = number | bigint | boolean | Uint8Array;

export interface Cursor<T> {
  /** @throws {Error} when the page has no more */
  next(): T;
}

function cutOff(): never {
  throw new Error("a page ends before its values");
}

/** Bytes with a place up to which they are read. */
export interface PageBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
}

function readVarint32(bytes: Uint8Array, place: number): readonly [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[place + i] ?? cutOff();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80 && value < 2 ** 32) return [value, place + i + 1];
  }
  throw new Error("a length has more than 32 bits");
}

/** Numbers of `width` ≤ 32 bits in runs and bit-packed groups. */
export class RunCursor implements Cursor<number> {
  readonly #bytes: Uint8Array;
  readonly #width: number;
  #place: number;
  #nLeft = 0;
  /** Of a run its number; null in bit-packed groups. */
  #repeated: number | null = null;
  /** Bit of the next number of a group. */
  #bit = 0;

  constructor({ bytes, start }: PageBytes, width: number) {
    if (width > 32) throw new Error(`numbers of ${width} bits`);
    this.#bytes = bytes;
    this.#place = start;
    this.#width = width;
  }

  next(): number {
    // Without bits there need not be runs.
    if (this.#width === 0) return 0;
    // An empty run takes a byte or more, so this ends with the page.
    while (this.#nLeft === 0) this.#readRun();
    this.#nLeft--;
    if (this.#repeated !== null) return this.#repeated;
    let value = 0;
    for (let nDone = 0; nDone < this.#width; ) {
      const byte = (this.#bytes[this.#bit >> 3] ?? cutOff()) >> (this.#bit & 7);
      const n = Math.min(8 - (this.#bit & 7), this.#width - nDone);
      value |= (byte & ((1 << n) - 1)) << nDone;
      nDone += n;
      this.#bit += n;
    }
    return value >>> 0;
  }

  #readRun(): void {
    const [header, place] = readVarint32(this.#bytes, this.#place);
    const n = Math.floor(header / 2);
    if (header % 2 === 1) {
      this.#nLeft = 8 * n;
      this.#repeated = null;
      // A page has fewer than 2^28 bytes, see PageMemory, so bits are whole numbers of 31 bits.
      this.#bit = place * 8;
      this.#place = place + n * this.#width;
      return;
    }
    const nBytes = (this.#width + 7) >> 3;
    let value = 0;
    for (let i = 0; i < nBytes; i++) value |= (this.#bytes[place + i] ?? cutOff()) << (8 * i);
    this.#nLeft = n;
    this.#repeated = value >>> 0;
    this.#place = place + nBytes;
  }
}

/** Whole numbers of 64 bits as differences, in blocks of groups that each have a width of their own. */
export class DeltaCursor implements Cursor<number> {
  readonly #bytes: Uint8Array;
  readonly #nGroups: number;
  readonly #groupSize: number;
  /** How many numbers the page says that it has. */
  readonly nValues: number;
  #place: number;
  #nRead = 0;
  #low = 0;
  #high = 0;
  #leastLow = 0;
  #leastHigh = 0;
  /** Where the widths of the block's groups stand. */
  #widths = 0;
  #group: number;
  #nLeftInGroup = 0;
  #width = 0;
  #bit = 0;

  constructor({ bytes, start }: PageBytes) {
    this.#bytes = bytes;
    const [blockSize, groupsAt] = readVarint32(bytes, start);
    const [nGroups, nValuesAt] = readVarint32(bytes, groupsAt);
    const [nValues, firstAt] = readVarint32(bytes, nValuesAt);
    this.#groupSize = blockSize / nGroups;
    if (!(this.#groupSize >= 32 && this.#groupSize % 32 === 0)) {
      throw new Error(`differences in blocks of ${blockSize} in ${nGroups} groups`);
    }
    this.#nGroups = nGroups;
    this.#group = nGroups;
    this.nValues = nValues;
    this.#place = firstAt;
    [this.#low, this.#high] = this.#readZigzag();
  }

  /** The low 32 bits, as a signed number. */
  next(): number {
    if (this.#nRead >= this.nValues) cutOff();
    if (this.#nRead++ === 0) return this.#low;
    if (this.#nLeftInGroup === 0) this.#openGroup();
    this.#nLeftInGroup--;
    this.#addBits();
    return this.#low;
  }

  /** All 64 bits of the number that was read last. */
  get last64(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0);
  }

  /** Where the bytes of all numbers end; takes a step for each group, and reads no number. */
  end(): number {
    let nLeft = this.nValues - 1 - this.#nRead;
    if (this.#nRead > 0) throw new Error("Bug: the end is asked for after the start");
    while (nLeft > 0) {
      this.#openGroup();
      nLeft -= this.#groupSize;
      this.#nLeftInGroup = 0;
    }
    return this.#place;
  }

  #readZigzag(): readonly [low: number, high: number] {
    let low = 0;
    let high = 0;
    for (let i = 0; ; i++) {
      if (i === 10) throw new Error("a number has more than 64 bits");
      const byte = this.#bytes[this.#place++] ?? cutOff();
      const bits = byte & 0x7f;
      const shift = 7 * i;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high |= bits >> 4;
      else if (shift >= 32) high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    const sign = -(low & 1);
    return [((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign];
  }

  /** Goes to the next group; `#place` is behind it then. */
  #openGroup(): void {
    if (this.#place > this.#bytes.length) cutOff();
    if (this.#group === this.#nGroups) {
      [this.#leastLow, this.#leastHigh] = this.#readZigzag();
      this.#widths = this.#place;
      this.#place += this.#nGroups;
      this.#group = 0;
    }
    this.#width = this.#bytes[this.#widths + this.#group++] ?? cutOff();
    if (this.#width > 64) throw new Error(`differences of ${this.#width} bits`);
    this.#nLeftInGroup = this.#groupSize;
    this.#bit = this.#place * 8;
    this.#place += (this.#groupSize / 8) * this.#width;
  }

  #addBits(): void {
    let low = 0;
    let high = 0;
    for (let nDone = 0; nDone < this.#width; ) {
      const n = Math.min(8 - (this.#bit & 7), this.#width - nDone);
      const bits = ((this.#bytes[this.#bit >> 3] ?? cutOff()) >> (this.#bit & 7)) & ((1 << n) - 1);
      if (nDone < 32) {
        low |= bits << nDone;
        if (nDone > 24) high |= bits >> (32 - nDone);
      } else high |= bits << (nDone - 32);
      nDone += n;
      this.#bit += n;
    }
    this.#add(low, high);
    this.#add(this.#leastLow, this.#leastHigh);
  }

  #add(low: number, high: number): void {
    const sum = (this.#low >>> 0) + (low >>> 0);
    this.#low = sum | 0;
    this.#high = (this.#high + high + (sum >= 2 ** 32 ? 1 : 0)) | 0;
  }
}

class Delta64Cursor implements Cursor<bigint> {
  readonly #differences: DeltaCursor;

  constructor(page: PageBytes) {
    this.#differences = new DeltaCursor(page);
  }

  next(): bigint {
    this.#differences.next();
    return this.#differences.last64;
  }
}

/** Byte arrays behind the list of their lengths. */
class DeltaLengthCursor implements Cursor<Uint8Array> {
  readonly #bytes: Uint8Array;
  readonly #lengths: DeltaCursor;
  #place: number;

  constructor(page: PageBytes) {
    this.#bytes = page.bytes;
    this.#lengths = new DeltaCursor(page);
    this.#place = new DeltaCursor(page).end();
  }

  next(): Uint8Array {
    const length = this.#lengths.next();
    if (length < 0 || length > this.#bytes.length - this.#place) cutOff();
    const start = this.#place;
    this.#place += length;
    return this.#bytes.subarray(start, this.#place);
  }
}

/** Byte arrays that begin as the one before. The bytes of one are never more than those of all ends up to it. */
class DeltaByteArrayCursor implements Cursor<Uint8Array> {
  readonly #prefixLengths: DeltaCursor;
  readonly #suffixes: DeltaLengthCursor;
  #value = new Uint8Array(256);
  #length = 0;

  constructor(page: PageBytes) {
    this.#prefixLengths = new DeltaCursor(page);
    this.#suffixes = new DeltaLengthCursor({ bytes: page.bytes, start: new DeltaCursor(page).end() });
  }

  next(): Uint8Array {
    const nShared = this.#prefixLengths.next();
    if (nShared < 0 || nShared > this.#length) throw new Error("a text begins as more than the one before");
    const suffix = this.#suffixes.next();
    const length = nShared + suffix.length;
    if (length > this.#value.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.#value.subarray(0, nShared));
      this.#value = larger;
    }
    this.#value.set(suffix, nShared);
    this.#length = length;
    return this.#value.subarray(0, length);
  }
}

/** Byte arrays that each follow their length. */
class PlainBytesCursor implements Cursor<Uint8Array> {
  readonly #bytes: Uint8Array;
  #place: number;

  constructor({ bytes, start }: PageBytes) {
    this.#bytes = bytes;
    this.#place = start;
  }

  next(): Uint8Array {
    const start = this.#place + 4;
    if (start > this.#bytes.length) cutOff();
    const length = viewOf(this.#bytes).getUint32(this.#place, true);
    if (length > this.#bytes.length - start) cutOff();
    this.#place = start + length;
    return this.#bytes.subarray(start, this.#place);
  }
}

/** Values of a fixed number of bytes, one after another. */
class FixedCursor<T extends StoredValue> implements Cursor<T> {
  readonly #width: number;
  readonly #bytes: Uint8Array;
  readonly #read: (bytes: Uint8Array, place: number) => T;
  #place: number;

  constructor({ bytes, start }: PageBytes, width: number, read: (bytes: Uint8Array, place: number) => T) {
    this.#width = width;
    this.#bytes = bytes;
    this.#read = read;
    this.#place = start;
  }

  next(): T {
    const place = this.#place;
    if (this.#width > this.#bytes.length - place) cutOff();
    this.#place += this.#width;
    return this.#read(this.#bytes, place);
  }
}

/** Values of a fixed number of bytes: the first byte of all, then the second of all. */
class ByteStreamCursor<T extends StoredValue> implements Cursor<T> {
  readonly #page: PageBytes;
  readonly #nValues: number;
  readonly #value: Uint8Array;
  readonly #read: (bytes: Uint8Array, place: number) => T;
  #nRead = 0;

  constructor(page: PageBytes, width: number, read: (bytes: Uint8Array, place: number) => T) {
    this.#page = page;
    this.#nValues = Math.floor((page.bytes.length - page.start) / width);
    this.#value = new Uint8Array(width);
    this.#read = read;
  }

  next(): T {
    if (this.#nRead >= this.#nValues) cutOff();
    const { bytes, start } = this.#page;
    for (let i = 0; i < this.#value.length; i++) {
      this.#value[i] = bytes[start + i * this.#nValues + this.#nRead] as number;
    }
    this.#nRead++;
    return this.#read(this.#value, 0);
  }
}

class PlainBooleanCursor implements Cursor<boolean> {
  readonly #bytes: Uint8Array;
  #bit: number;

  constructor({ bytes, start }: PageBytes) {
    this.#bytes = bytes;
    this.#bit = start * 8;
  }

  next(): boolean {
    const byte = this.#bytes[this.#bit >> 3] ?? cutOff();
    return ((byte >> (this.#bit++ & 7)) & 1) === 1;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes of a value, and how it is read; of types that have a fixed number. */
function fixedType({
  physicalType,
  typeLength,
}: Pick<ColumnType, "physicalType" | "typeLength">):
  | readonly [width: number, read: (bytes: Uint8Array, place: number) => StoredValue]
  | null {
  switch (physicalType) {
    case "INT32":
      return [4, (bytes, place) => viewOf(bytes).getInt32(place, true)];
    case "INT64":
      return [8, (bytes, place) => viewOf(bytes).getBigInt64(place, true)];
    case "FLOAT":
      return [4, (bytes, place) => viewOf(bytes).getFloat32(place, true)];
    case "DOUBLE":
      return [8, (bytes, place) => viewOf(bytes).getFloat64(place, true)];
    case "INT96":
      return [12, (bytes, place) => bytes.subarray(place, place + 12)];
    case "FIXED_LEN_BYTE_ARRAY":
      if (typeLength < 1) throw new Error("values of no bytes");
      return [typeLength, (bytes, place) => bytes.subarray(place, place + typeLength)];
    default:
      return null;
  }
}

/** Names of encodings; the place in the list is the number in the file. */
const ENCODINGS = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** @throws {Error} when the number has no name */
export function encodingOf(number: number): Encoding {
  const encoding = ENCODINGS[number];
  if (encoding === undefined) throw new Error(`encoding ${number} is not known`);
  return encoding;
}

/**
 * The values of a page that are not looked up in a dictionary.
 * @throws {Error} when the type has no such encoding
 */
export function openValues(
  page: PageBytes,
  encoding: Encoding,
  type: Pick<ColumnType, "physicalType" | "typeLength">,
): Cursor<StoredValue> {
  const { physicalType } = type;
  const hasBytes = physicalType === "BYTE_ARRAY" || physicalType === "FIXED_LEN_BYTE_ARRAY";
  const fixed = fixedType(type);
  if (encoding === "PLAIN") {
    if (physicalType === "BOOLEAN") return new PlainBooleanCursor(page);
    return fixed === null ? new PlainBytesCursor(page) : new FixedCursor(page, ...fixed);
  }
  if (encoding === "RLE" && physicalType === "BOOLEAN") {
    const runs = new RunCursor({ bytes: page.bytes, start: page.start + 4 }, 1);
    return { next: () => runs.next() === 1 };
  }
  if (encoding === "BYTE_STREAM_SPLIT" && fixed !== null) return new ByteStreamCursor(page, ...fixed);
  if (encoding === "DELTA_BINARY_PACKED" && physicalType === "INT32") return new DeltaCursor(page);
  if (encoding === "DELTA_BINARY_PACKED" && physicalType === "INT64") return new Delta64Cursor(page);
  if (encoding === "DELTA_LENGTH_BYTE_ARRAY" && physicalType === "BYTE_ARRAY") return new DeltaLengthCursor(page);
  if (encoding === "DELTA_BYTE_ARRAY" && hasBytes) return new DeltaByteArrayCursor(page);
  throw new Error(`${physicalType} values in encoding ${encoding} are not read`);
}

/** The values of a dictionary: where each begins in its page. Takes 4 bytes of memory for each. */
export class Dictionary {
  readonly #page: Uint8Array;
  readonly #starts: Uint32Array | null;
  readonly #fixed: ReturnType<typeof fixedType>;
  readonly nValues: number;

  constructor(page: Uint8Array, nValues: number, type: Pick<ColumnType, "physicalType" | "typeLength">) {
    this.#page = page;
    this.nValues = nValues;
    this.#fixed = fixedType(type);
    const leastBytes = this.#fixed?.[0] ?? 4;
    if ((type.physicalType as PhysicalType) === "BOOLEAN" || nValues * leastBytes > page.length) {
      throw new Error(`a dictionary of ${nValues} values in ${page.length} bytes`);
    }
    this.#starts = this.#fixed === null ? new Uint32Array(nValues) : null;
    if (this.#starts === null) return;
    const view = viewOf(page);
    let place = 0;
    for (let i = 0; i < nValues; i++) {
      if (place + 4 > page.length) cutOff();
      this.#starts[i] = place;
      place += 4 + view.getUint32(place, true);
      if (place > page.length) cutOff();
    }
  }

  /** @throws {Error} when there is no such value */
  at(index: number): StoredValue {
    if (index >= this.nValues) throw new Error(`value ${index} of a dictionary of ${this.nValues}`);
    if (this.#fixed !== null) return this.#fixed[1](this.#page, index * this.#fixed[0]);
    const start = (this.#starts as Uint32Array)[index] as number;
    return this.#page.subarray(start + 4, start + 4 + viewOf(this.#page).getUint32(start, true));
  }
}
