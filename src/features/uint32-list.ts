const CHUNK_BITS = 16;
const CHUNK_LENGTH = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_LENGTH - 1;

/**
 * Growing list of unsigned 32-bit numbers.
 *
 * Held in chunks of 256 KiB: growth copies nothing, so the peak is the contents, not three times the contents as with
 * an array that doubles.
 */
export class Uint32List {
  readonly #chunks: Uint32Array[] = [];
  #count = 0;
  #scratch = new Uint32Array(0);

  /** Numbers pushed so far. */
  get count(): number {
    return this.#count;
  }

  push(value: number): void {
    const offset = this.#count & CHUNK_MASK;
    if (offset === 0) this.#chunks.push(new Uint32Array(CHUNK_LENGTH));
    (this.#chunks[this.#count >>> CHUNK_BITS] as Uint32Array)[offset] = value;
    this.#count++;
  }

  /** Pushes all of an array, which is read, not kept. */
  pushAll(values: Uint32Array): void {
    for (let from = 0; from < values.length; ) {
      const offset = this.#count & CHUNK_MASK;
      if (offset === 0) this.#chunks.push(new Uint32Array(CHUNK_LENGTH));
      const part = values.subarray(from, from + CHUNK_LENGTH - offset);
      (this.#chunks[this.#count >>> CHUNK_BITS] as Uint32Array).set(part, offset);
      this.#count += part.length;
      from += part.length;
    }
  }

  /** The number at `position`, which must be in [0, count). */
  at(position: number): number {
    return (this.#chunks[position >>> CHUNK_BITS] as Uint32Array)[position & CHUNK_MASK] as number;
  }

  /** The numbers at [start, end), which must be in [0, count); not to be written to, and valid up to the next call. */
  view(start: number, end: number): Uint32Array {
    const chunk = start >>> CHUNK_BITS;
    const offset = start & CHUNK_MASK;
    if (offset + end - start <= CHUNK_LENGTH) {
      return this.#chunks[chunk]?.subarray(offset, offset + end - start) ?? this.#scratch.subarray(0, 0);
    }
    if (this.#scratch.length < end - start) this.#scratch = new Uint32Array(2 * (end - start));
    for (let i = start; i < end; i++) this.#scratch[i - start] = this.at(i);
    return this.#scratch.subarray(0, end - start);
  }

  /** Replaces the number at `position`, which must be in [0, count). */
  set(position: number, value: number): void {
    (this.#chunks[position >>> CHUNK_BITS] as Uint32Array)[position & CHUNK_MASK] = value;
  }
}
