import { DROPOUT_STREAM, generate, word } from "./philox";

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

/** A word w drops its unit when w < threshold, ⌈rate 2^32⌉. */
export function dropoutMask(
  mask: usize,
  threshold: u64,
  keep: f32,
  seed: u32,
  step: u32,
  layer: u32,
  nRows: u32,
  nUnits: u32,
): void {
  for (let b: u32 = 0; b < nRows; b++) {
    for (let h: u32 = 0; h < nUnits; h += 4) {
      generate(seed, DROPOUT_STREAM, b, h >>> 2, layer, step);
      const n = min<u32>(4, nUnits - h);
      for (let i: u32 = 0; i < n; i++) {
        store<f32>(mask, <u64>word(i) < threshold ? 0 : keep);
        mask += 4;
      }
    }
  }
}
