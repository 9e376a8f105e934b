import type { Spool } from "./spool.js";

/** Numbers written, and as a rule read, at a time: 256 KiB. */
const BLOCK_LENGTH = 1 << 16;

/**
 * List of unsigned 32-bit numbers in a spool, of which memory holds a block to write and a block to read. Quick where it is
 * read in rising order.
 */
export class SpooledUint32List {
  readonly #spool: Spool;
  #count = 0;
  #block = new Uint32Array(BLOCK_LENGTH);
  #nInBlock = 0;
  #window = new Uint32Array(0);
  #windowStart = 0;
  #windowEnd = 0;

  /** @param spool empty, and for this list alone */
  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Numbers pushed so far. */
  get count(): number {
    return this.#count;
  }

  push(value: number): void {
    if (this.#nInBlock === BLOCK_LENGTH) this.#flush();
    this.#block[this.#nInBlock++] = value;
    this.#count++;
  }

  /** Pushes all of an array, which is read, not kept. */
  pushAll(values: Uint32Array): void {
    for (let from = 0; from < values.length; ) {
      if (this.#nInBlock === BLOCK_LENGTH) this.#flush();
      const part = values.subarray(from, from + BLOCK_LENGTH - this.#nInBlock);
      this.#block.set(part, this.#nInBlock);
      this.#nInBlock += part.length;
      this.#count += part.length;
      from += part.length;
    }
  }

  /** The numbers at [start, end), which must be in [0, count); valid up to the next call. */
  view(start: number, end: number): Uint32Array {
    if (start < this.#windowStart || end > this.#windowEnd) this.#read(start, end);
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }

  #flush(): void {
    this.#spool.append(new Uint8Array(this.#block.buffer, 0, 4 * this.#nInBlock));
    this.#nInBlock = 0;
  }

  #read(start: number, end: number): void {
    if (this.#nInBlock > 0) this.#flush();
    if (this.#window.length < Math.max(end - start, BLOCK_LENGTH)) {
      this.#window = new Uint32Array(Math.max(2 * (end - start), BLOCK_LENGTH));
    }
    this.#windowStart = start;
    this.#windowEnd = Math.min(this.#count, start + this.#window.length);
    this.#spool.read(4 * start, new Uint8Array(this.#window.buffer, 0, 4 * (this.#windowEnd - start)));
  }
}
