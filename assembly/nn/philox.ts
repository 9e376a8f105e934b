/** Philox4x32-10: Salmon, Moraes, Dror and Shaw 2011, section 3.3; the twin of Philox in src/kernels/random.ts. */

/** RANDOM_STREAM.dropout of src/kernels/random.ts. */
export const DROPOUT_STREAM: u32 = 3;

const ROUNDS = 10;
const MULTIPLIER_0: u64 = 0xd251_1f53;
const MULTIPLIER_1: u64 = 0xcd9e_8d57;
const WEYL_0: u32 = 0x9e37_79b9;
const WEYL_1: u32 = 0xbb67_ae85;

let word0: u32 = 0;
let word1: u32 = 0;
let word2: u32 = 0;
let word3: u32 = 0;

/** Draws the four words of a key and a counter. */
// @ts-ignore: decorator
@inline
export function generate(key0: u32, key1: u32, counter0: u32, counter1: u32, counter2: u32, counter3: u32): void {
  let c0 = counter0;
  let c1 = counter1;
  let c2 = counter2;
  let c3 = counter3;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < ROUNDS; round++) {
    const product0 = MULTIPLIER_0 * <u64>c0;
    const product1 = MULTIPLIER_1 * <u64>c2;
    c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
    c1 = <u32>product1;
    c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
    c3 = <u32>product0;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/** Word i mod 4 of the last draw. */
// @ts-ignore: decorator
@inline
export function word(i: u32): u32 {
  const low = i & 1 ? word1 : word0;
  const high = i & 1 ? word3 : word2;
  return i & 2 ? high : low;
}
