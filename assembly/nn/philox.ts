/** Philox4x32-10: Salmon, Moraes, Dror and Shaw 2011, section 3.3; the twin of Philox in src/kernels/random.ts. */

/** Those of RANDOM_STREAM in src/kernels/random.ts. */
export const WEIGHTS_STREAM: u32 = 1;
export const DROPOUT_STREAM: u32 = 3;

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd251_1f53;
const MULTIPLIER_1 = 0xcd9e_8d57;
const WEYL_0 = 0x9e37_79b9;
const WEYL_1 = 0xbb67_ae85;

/** Lower halves of four products of 64 bits. */
// @ts-ignore: decorator
@inline
function low(first: v128, second: v128): v128 {
  return i32x4.shuffle(first, second, 0, 2, 4, 6);
}

/** Upper halves of four products of 64 bits. */
// @ts-ignore: decorator
@inline
function high(first: v128, second: v128): v128 {
  return i32x4.shuffle(first, second, 1, 3, 5, 7);
}

/**
 * Draws the words of four counters under one key; each argument holds one part of all four counters. Writes 16 bytes for
 * each of the four words: lane j belongs to counter j.
 */
// @ts-ignore: decorator
@inline
export function generate(
  words: usize,
  key0: u32,
  key1: u32,
  counters0: v128,
  counters1: v128,
  counters2: v128,
  counters3: v128,
): void {
  const multiplier0 = i32x4.splat(MULTIPLIER_0);
  const multiplier1 = i32x4.splat(MULTIPLIER_1);
  let c0 = counters0;
  let c1 = counters1;
  let c2 = counters2;
  let c3 = counters3;
  let k0 = i32x4.splat(key0);
  let k1 = i32x4.splat(key1);
  for (let round = 0; round < ROUNDS; round++) {
    const first0 = i64x2.extmul_low_i32x4_u(multiplier0, c0);
    const second0 = i64x2.extmul_high_i32x4_u(multiplier0, c0);
    const first1 = i64x2.extmul_low_i32x4_u(multiplier1, c2);
    const second1 = i64x2.extmul_high_i32x4_u(multiplier1, c2);
    c0 = v128.xor(v128.xor(high(first1, second1), c1), k0);
    c1 = low(first1, second1);
    c2 = v128.xor(v128.xor(high(first0, second0), c3), k1);
    c3 = low(first0, second0);
    k0 = i32x4.add(k0, i32x4.splat(WEYL_0));
    k1 = i32x4.add(k1, i32x4.splat(WEYL_1));
  }
  v128.store(words, c0);
  v128.store(words, c1, 16);
  v128.store(words, c2, 32);
  v128.store(words, c3, 48);
}

/** Puts the words of each counter side by side: 16 bytes for each of the four counters. */
// @ts-ignore: decorator
@inline
export function transpose(words: usize): void {
  const w0 = v128.load(words);
  const w1 = v128.load(words, 16);
  const w2 = v128.load(words, 32);
  const w3 = v128.load(words, 48);
  const low01 = i32x4.shuffle(w0, w1, 0, 4, 1, 5);
  const low23 = i32x4.shuffle(w2, w3, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(w0, w1, 2, 6, 3, 7);
  const high23 = i32x4.shuffle(w2, w3, 2, 6, 3, 7);
  v128.store(words, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(words, i64x2.shuffle(low01, low23, 1, 3), 16);
  v128.store(words, i64x2.shuffle(high01, high23, 0, 2), 32);
  v128.store(words, i64x2.shuffle(high01, high23, 1, 3), 48);
}

/** Numbers of four counters in a row. */
// @ts-ignore: decorator
@inline
export function fourFrom(first: u32): v128 {
  return i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
}
