/**
 * Reading of Thrift's compact protocol, in which a Parquet file keeps its own description. Nothing is made of a length before the
 * bytes for it are there, so work and memory are bounded by the bytes given.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** The bytes end before the value does; with more of them it may go on. */
export class UnexpectedEnd extends Error {
  override readonly name = "UnexpectedEnd";
}

/** Types of fields and of elements. */
export const TYPE = {
  true: 1,
  false: 2,
  int8: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;

/** Deeper than any description of a Parquet file. */
const MAX_DEPTH = 32;
/** Of 7 bits each, for 64 bits. */
const MAX_VARINT_BYTES = 10;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws {Error} when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new Error("a text is not UTF-8", { cause });
  }
}

/** Reads values one after another. Each method throws {UnexpectedEnd} where bytes are missing, and {Error} where they are others. */
export class CompactReader {
  readonly #bytes: Uint8Array;
  #offset = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw new UnexpectedEnd("the description is cut off");
    this.#offset++;
    return byte;
  }

  #skipBytes(nBytes: number): void {
    if (nBytes > this.#bytes.length - this.#offset) throw new UnexpectedEnd("the description is cut off");
    this.#offset += nBytes;
  }

  /** Without its sign; above 2^53 the low digits are lost, which the callers' ranges exclude. */
  #varint(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new Error("a number has more than 64 bits");
  }

  /** A whole number of `type`, which must be one of the integer types. */
  integer(type: number): number {
    if (type === TYPE.int8) return (this.#byte() << 24) >> 24;
    if (type !== TYPE.int16 && type !== TYPE.int32 && type !== TYPE.int64) throw new Error("a number is missing");
    const zigzag = this.#varint();
    const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    if (!Number.isSafeInteger(value)) throw new Error(`a number of ${value} is out of range`);
    return value;
  }

  /** A whole number from 0. */
  count(type: number): number {
    const value = this.integer(type);
    if (value < 0) throw new Error(`a count is ${value}`);
    return value;
  }

  /** A view of the bytes of a binary value. */
  binary(type: number): Uint8Array {
    if (type !== TYPE.binary) throw new Error("a text is missing");
    const nBytes = this.#varint();
    const start = this.#offset;
    this.#skipBytes(nBytes);
    return this.#bytes.subarray(start, start + nBytes);
  }

  /** Hands each field to `read`, which returns false, having read nothing, for those that are not wanted. */
  struct(type: number, read: (id: number, type: number) => boolean): void {
    if (type !== TYPE.struct) throw new Error("a record is missing");
    if (++this.#depth > MAX_DEPTH) throw new Error(`records are nested deeper than ${MAX_DEPTH}`);
    let id = 0;
    for (;;) {
      const header = this.#byte();
      if (header === 0) break;
      const fieldType = header & 15;
      id = header >> 4 === 0 ? this.integer(TYPE.int16) : id + (header >> 4);
      if (!read(id, fieldType)) this.#skip(fieldType);
    }
    this.#depth--;
  }

  /** Calls `read` for each element, which must read it. */
  list(type: number, read: (elementType: number) => void): void {
    if (type !== TYPE.list) throw new Error("a list is missing");
    const [nElements, elementType] = this.#listHeader();
    for (let i = 0; i < nElements; i++) read(elementType);
  }

  #listHeader(): readonly [nElements: number, elementType: number] {
    const header = this.#byte();
    const nElements = header >> 4 === 15 ? this.#varint() : header >> 4;
    // Each element takes a byte or more.
    if (nElements > this.#bytes.length - this.#offset) throw new UnexpectedEnd("the description is cut off");
    return [nElements, header & 15];
  }

  #skip(type: number): void {
    switch (type) {
      case TYPE.true:
      case TYPE.false:
        return;
      case TYPE.int8:
        this.#skipBytes(1);
        return;
      case TYPE.int16:
      case TYPE.int32:
      case TYPE.int64:
        this.#varint();
        return;
      case TYPE.double:
        this.#skipBytes(8);
        return;
      case TYPE.uuid:
        this.#skipBytes(16);
        return;
      case TYPE.binary:
        this.#skipBytes(this.#varint());
        return;
      case TYPE.struct:
        this.struct(type, () => false);
        return;
      case TYPE.list:
      case TYPE.set:
        this.#skipElements(...this.#listHeader());
        return;
      case TYPE.map: {
        const nPairs = this.#varint();
        if (nPairs === 0) return;
        const types = this.#byte();
        for (let i = 0; i < nPairs; i++) {
          this.#skipElements(1, types >> 4);
          this.#skipElements(1, types & 15);
        }
        return;
      }
      default:
        throw new Error(`a value has type ${type}`);
    }
  }

  #skipElements(nElements: number, type: number): void {
    if (++this.#depth > MAX_DEPTH) throw new Error(`records are nested deeper than ${MAX_DEPTH}`);
    for (let i = 0; i < nElements; i++) {
      // Only as elements do truth values take a byte.
      if (type === TYPE.true || type === TYPE.false) this.#skipBytes(1);
      else this.#skip(type);
    }
    this.#depth--;
  }
}
