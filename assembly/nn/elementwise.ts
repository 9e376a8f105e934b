import { DROPOUT_STREAM, generate, words } from "./philox";

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

export function scaleShiftReluForward(out: usize, input: usize, scale: usize, shift: usize, nUnits: u32): void {
  const bytes = (<usize>nUnits) << 2;
  const vectorBytes = bytes & ~15;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    const scaled = f32x4.mul(v128.load(scale + at), v128.load(input + at));
    v128.store(out + at, f32x4.pmax(f32x4.add(scaled, v128.load(shift + at)), zero));
  }
  for (; at < bytes; at += 4) {
    const x = load<f32>(scale + at) * load<f32>(input + at) + load<f32>(shift + at);
    store<f32>(out + at, x < 0 ? 0 : x);
  }
}

/** out = a b by element: dropout, forward and backward. */
export function multiply(out: usize, a: usize, b: usize, n: u32): void {
  const bytes = (<usize>n) << 2;
  const vectorBytes = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  for (; at < bytes; at += 4) store<f32>(out + at, load<f32>(a + at) * load<f32>(b + at));
}

/** Numbers of the four draws that are made at a time. */
// @ts-ignore: decorator
@inline
function fourFrom(first: u32): v128 {
  return i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
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
  for (let b: u32 = 0; b < nRows; b++) {
    const rows = i32x4.splat(b);
    for (let h: u32 = 0; h < nUnits; h += 16) {
      generate(seed, DROPOUT_STREAM, rows, fourFrom(h >>> 2), layers, steps);
      // The words of each draw side by side.
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
