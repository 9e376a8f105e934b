/**
 * The hash behind a Zstandard frame.
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md section "XXH64 algorithm description"
 */

/** An unsigned number of 64 bits that is changed in place. */
class Word64 {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high;
    this.low = low;
  }

  set({ high, low }: Word64): this {
    this.high = high;
    this.low = low;
    return this;
  }

  add({ high, low }: Word64): this {
    const sum = this.low + low;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    this.low = sum >>> 0;
    return this;
  }

  /** In halves of 16 bits: each step stays below 2^32. */
  multiply({ high, low }: Word64): this {
    const a0 = this.low & 0xffff;
    const a1 = this.low >>> 16;
    const b0 = low & 0xffff;
    const b1 = low >>> 16;
    const lowest = a0 * b0;
    const middle = a1 * b0 + (lowest >>> 16);
    const other = a0 * b1 + (middle & 0xffff);
    const carried = a1 * b1 + (middle >>> 16) + (other >>> 16);
    this.high = (carried + Math.imul(this.high, low) + Math.imul(this.low, high)) >>> 0;
    this.low = ((other << 16) | (lowest & 0xffff)) >>> 0;
    return this;
  }

  xor({ high, low }: Word64): this {
    this.high = (this.high ^ high) >>> 0;
    this.low = (this.low ^ low) >>> 0;
    return this;
  }

  /** @param nBits 1 to 31 */
  rotateLeft(nBits: number): this {
    const { high, low } = this;
    this.high = ((high << nBits) | (low >>> (32 - nBits))) >>> 0;
    this.low = ((low << nBits) | (high >>> (32 - nBits))) >>> 0;
    return this;
  }

  /** xor itself, shifted to the right. @param nBits 1 to 63 */
  foldRight(nBits: number): this {
    const { high, low } = this;
    if (nBits >= 32) {
      this.low = (low ^ (high >>> (nBits - 32))) >>> 0;
      return this;
    }
    this.low = (low ^ ((low >>> nBits) | (high << (32 - nBits)))) >>> 0;
    this.high = (high ^ (high >>> nBits)) >>> 0;
    return this;
  }
}

const PRIME_1 = new Word64(0x9e3779b1, 0x85ebca87);
const PRIME_2 = new Word64(0xc2b2ae3d, 0x27d4eb4f);
const PRIME_3 = new Word64(0x165667b1, 0x9e3779f9);
const PRIME_4 = new Word64(0x85ebca77, 0xc2b2ae63);
const PRIME_5 = new Word64(0x27d4eb2f, 0x165667c5);
/** 2^64 - PRIME_1 */
const MINUS_PRIME_1 = new Word64(0x61c8864e, 0x7a143579);

const STRIPE_BYTES = 32;

function round(accumulator: Word64, lane: Word64): Word64 {
  return accumulator.add(lane.multiply(PRIME_2)).rotateLeft(31).multiply(PRIME_1);
}

/** The low 32 bits of XXH64 with seed 0, unsigned. */
export function xxHash64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lane = new Word64(0, 0);
  const readLane = (place: number): Word64 => {
    lane.low = view.getUint32(place, true);
    lane.high = view.getUint32(place + 4, true);
    return lane;
  };
  const zero = (): Word64 => new Word64(0, 0);
  const hash = zero();
  let place = 0;
  if (bytes.length < STRIPE_BYTES) hash.set(PRIME_5);
  else {
    const accumulators = [zero().set(PRIME_1).add(PRIME_2), zero().set(PRIME_2), zero(), zero().set(MINUS_PRIME_1)];
    const [first, second, third, fourth] = accumulators as [Word64, Word64, Word64, Word64];
    for (; place + STRIPE_BYTES <= bytes.length; place += STRIPE_BYTES) {
      round(first, readLane(place));
      round(second, readLane(place + 8));
      round(third, readLane(place + 16));
      round(fourth, readLane(place + 24));
    }
    const rotations = [1, 7, 12, 18];
    for (const [i, accumulator] of accumulators.entries()) {
      hash.add(lane.set(accumulator).rotateLeft(rotations[i] as number));
    }
    for (const accumulator of accumulators) hash.xor(round(zero(), accumulator)).multiply(PRIME_1).add(PRIME_4);
  }
  hash.add(new Word64(0, bytes.length));
  for (; place + 8 <= bytes.length; place += 8) {
    hash
      .xor(round(zero(), readLane(place)))
      .rotateLeft(27)
      .multiply(PRIME_1)
      .add(PRIME_4);
  }
  if (place + 4 <= bytes.length) {
    const half = new Word64(0, view.getUint32(place, true));
    hash.xor(half.multiply(PRIME_1)).rotateLeft(23).multiply(PRIME_2).add(PRIME_3);
    place += 4;
  }
  for (; place < bytes.length; place++) {
    hash
      .xor(new Word64(0, bytes[place] as number).multiply(PRIME_5))
      .rotateLeft(11)
      .multiply(PRIME_1);
  }
  return hash.foldRight(33).multiply(PRIME_2).foldRight(29).multiply(PRIME_3).foldRight(32).low;
}
