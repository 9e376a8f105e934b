import { DROPOUT_STREAM, fourFrom, generate, transpose, WEIGHTS_STREAM } from "./philox";
import { wordsScratch } from "./scratch";

export function reluForward(out: usize, input: usize, n: u32): void {
  const bytes = (<usize>n) << 2;
  const vectorBytes = bytes & ~15;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  // pmax(x, 0) is x < 0 ? 0 : x, which lets NaN through.
  for (; at < vectorBytes; at += 16) v128.store(out + at, f32x4.pmax(v128.load(input + at), zero));
  for (; at < bytes; at += 4) {
    const x = load<f32>(input + at);
    store<f32>(out + at, x < 0 ? 0 : x);
  }
}

export function reluBackward(dInput: usize, dOut: usize, input: usize, n: u32): void {
  const bytes = (<usize>n) << 2;
  const vectorBytes = bytes & ~15;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    v128.store(dInput + at, v128.and(v128.load(dOut + at), f32x4.gt(v128.load(input + at), zero)));
  }
  for (; at < bytes; at += 4) store<f32>(dInput + at, load<f32>(input + at) > 0 ? load<f32>(dOut + at) : 0);
}

/** out = a b by element: dropout, forward and backward. */
export function multiply(out: usize, a: usize, b: usize, n: u32): void {
  const bytes = (<usize>n) << 2;
  const vectorBytes = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  for (; at < bytes; at += 4) store<f32>(out + at, load<f32>(a + at) * load<f32>(b + at));
}

/** A word w drops its unit when w ≤ lastDropped. */
export function dropoutMask(
  mask: usize,
  lastDropped: u32,
  keep: f32,
  seed: u32,
  step: u32,
  layer: u32,
  nRows: u32,
  nUnits: u32,
): void {
  const limit = i32x4.splat(lastDropped);
  const kept = f32x4.splat(keep);
  const layers = i32x4.splat(layer);
  const steps = i32x4.splat(step);
  const words = wordsScratch();
  for (let b: u32 = 0; b < nRows; b++) {
    const rows = i32x4.splat(b);
    for (let h: u32 = 0; h < nUnits; h += 16) {
      generate(words, seed, DROPOUT_STREAM, rows, fourFrom(h >>> 2), layers, steps);
      transpose(words);
      const bytes = <usize>min<u32>(16, nUnits - h) << 2;
      const vectorBytes = bytes & ~15;
      let at: usize = 0;
      for (; at < vectorBytes; at += 16) {
        v128.store(mask + at, v128.andnot(kept, i32x4.le_u(v128.load(words + at), limit)));
      }
      for (; at < bytes; at += 4) store<f32>(mask + at, load<u32>(words + at) <= lastDropped ? 0 : keep);
      mask += bytes;
    }
  }
}

/** (2 w / 2^32 - 1) halfWidth for two words, rounded once. */
// @ts-ignore: decorator
@inline
function spread(words: v128, halfWidth: v128): v128 {
  const unit = f64x2.mul(f64x2.convert_low_i32x4_u(words), f64x2.splat(1.0 / 2147483648.0));
  return f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(unit, f64x2.splat(1)), halfWidth));
}

/** In double, rounded once. */
export function fillUniform(values: usize, halfWidth: f64, seed: u32, layer: u32, n: u32): void {
  const layers = i32x4.splat(layer);
  const zero = i32x4.splat(0);
  const width = f64x2.splat(halfWidth);
  const words = wordsScratch();
  for (let i: u32 = 0; i < n; i += 16) {
    generate(words, seed, WEIGHTS_STREAM, fourFrom(i >>> 2), layers, zero, zero);
    transpose(words);
    for (let at: usize = 0; at < 64; at += 16) {
      const four = v128.load(words + at);
      const upper = i64x2.shuffle(four, four, 1, 0);
      v128.store(words + at, i64x2.shuffle(spread(four, width), spread(upper, width), 0, 2));
    }
    const bytes = <usize>min<u32>(16, n - i) << 2;
    memory.copy(values, words, bytes);
    values += bytes;
  }
}

/** The place of the first value that is NaN or infinite; n when there is none. */
export function findNonFinite(values: usize, n: u32): u32 {
  const vectorEnd = n & ~3;
  const zero = f32x4.splat(0);
  let i: u32 = 0;
  // x · 0 is NaN, which equals nothing, for no other x.
  for (; i < vectorEnd; i += 4) {
    const product = f32x4.mul(v128.load(values + (<usize>i << 2)), zero);
    if (!i32x4.all_true(f32x4.eq(product, product))) break;
  }
  for (; i < n; i++) {
    const product = load<f32>(values + (<usize>i << 2)) * 0;
    if (product != product) break;
  }
  return i;
}
