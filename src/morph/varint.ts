/**
 * Numbers as bytes in the dictionary file: LEB128, seven bits a byte, low bits first, high bit set where more follow.
 * Signed numbers go through zigzag first: 0, -1, 1, -2 … become 0, 1, 2, 3 …
 */

/** Longest number: 32 bits in groups of 7. */
const MAX_VARINT_BYTES = 5;

/** Reads one section from its beginning. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes read so far; above the section's length once a read went past its end. */
  get offset(): number {
    return this.#offset;
  }

  /** The next number, 0 .. 2^32 - 1. Past the end it is 0, and `offset` tells. */
  next(): number {
    const first = this.#bytes[this.#offset++] ?? 0;
    return first < 0x80 ? first : this.#rest(first);
  }

  /** The next number, signed, -2^31 .. 2^31 - 1. */
  nextSigned(): number {
    const value = this.next();
    return (value >>> 1) ^ -(value & 1);
  }

  #rest(first: number): number {
    let value = first & 0x7f;
    for (let shift = 7; shift < 7 * MAX_VARINT_BYTES; shift += 7) {
      const byte = this.#bytes[this.#offset++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value >>> 0;
  }
}

/** Collects one section. */
export class VarintWriter {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  /** Appends an integer 0 .. 2^32 - 1. */
  write(value: number): void {
    if (this.#length + MAX_VARINT_BYTES > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Appends an integer -2^31 .. 2^31 - 1. */
  writeSigned(value: number): void {
    this.write((value << 1) ^ (value >> 31));
  }

  /** The bytes written so far; a view of the writer's own buffer. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
