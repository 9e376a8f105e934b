/**
 * Counter-based random numbers: a value depends on its key and counter alone, never on what was drawn before, so masks
 * and orders are the same however the work is split.
 */

/** What random numbers are drawn for: the second word of the key, so that uses never share numbers. */
export const RANDOM_STREAM = {
  weights: 1,
  shuffle: 2,
  dropout: 3,
  minHash: 4,
  bootstrap: 5,
  tuning: 6,
  pretraining: 7,
  resampling: 8,
} as const;

/** 2^-32: turns a word into a number in [0, 1). */
export const WORD_TO_UNIT = 2 ** -32;

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd251_1f53;
const MULTIPLIER_1 = 0xcd9e_8d57;
const WEYL_0 = 0x9e37_79b9;
const WEYL_1 = 0xbb67_ae85;

/** Upper 32 bits of the 64-bit product of two unsigned words; all partial sums are below 2^53. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = aHigh * bLow + ((aLow * bLow) >>> 16);
  const crossLow = aLow * bHigh + (cross & 0xffff);
  return aHigh * bHigh + (cross >>> 16) + (crossLow >>> 16);
}

/**
 * Philox4x32-10.
 * @see Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3
 */
export class Philox {
  /** `[4]` uniform 32-bit words of the last counter; overwritten by {@link generate}. */
  readonly words = new Uint32Array(4);
  #key0 = 0;
  #key1 = 0;

  /** The key is two 32-bit words: the seed and a {@link RANDOM_STREAM}. Returns this. */
  withKey(key0: number, key1: number): this {
    this.#key0 = key0;
    this.#key1 = key1;
    return this;
  }

  /** Fills `words` for a counter of four 32-bit words. */
  generate(counter0: number, counter1: number, counter2: number, counter3: number): void {
    let c0 = counter0;
    let c1 = counter1;
    let c2 = counter2;
    let c3 = counter3;
    let k0 = this.#key0;
    let k1 = this.#key1;
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = multiplyHigh(MULTIPLIER_0, c0);
      const low0 = Math.imul(MULTIPLIER_0, c0);
      const high1 = multiplyHigh(MULTIPLIER_1, c2);
      const low1 = Math.imul(MULTIPLIER_1, c2);
      c0 = (high1 ^ c1 ^ k0) >>> 0;
      c1 = low1 >>> 0;
      c2 = (high0 ^ c3 ^ k1) >>> 0;
      c3 = low0 >>> 0;
      k0 = (k0 + WEYL_0) >>> 0;
      k1 = (k1 + WEYL_1) >>> 0;
    }
    this.words[0] = c0;
    this.words[1] = c1;
    this.words[2] = c2;
    this.words[3] = c3;
  }
}
