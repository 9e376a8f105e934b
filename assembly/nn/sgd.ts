import { fetchRows } from "./fetch";
import { INDEX_OUT_OF_RANGE, OK } from "./status";

/** One step for `bytes` of parameters. */
// @ts-ignore: decorator
@inline
function updateRow(
  weight: usize,
  moment: usize,
  gradient: usize,
  kept: f32,
  rate: f32,
  momentum: f32,
  gradientShare: f32,
  momentShare: f32,
  bytes: usize,
): void {
  const vectorBytes = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    const g = v128.load(gradient + at);
    const m = f32x4.add(f32x4.mul(f32x4.splat(momentum), v128.load(moment + at)), g);
    v128.store(moment + at, m);
    const direction = f32x4.add(
      f32x4.mul(f32x4.splat(gradientShare), g),
      f32x4.mul(f32x4.splat(momentShare), m),
    );
    const change = f32x4.mul(f32x4.splat(rate), direction);
    v128.store(weight + at, f32x4.sub(f32x4.mul(v128.load(weight + at), f32x4.splat(kept)), change));
  }
  for (; at < bytes; at += 4) {
    const g = load<f32>(gradient + at);
    const m = momentum * load<f32>(moment + at) + g;
    store<f32>(moment + at, m);
    const change = rate * (gradientShare * g + momentShare * m);
    store<f32>(weight + at, load<f32>(weight + at) * kept - change);
  }
}

/**
 * kept = 1 - decay; the step goes along gradientShare · gradient + momentShare · moment: 0 and 1, or 1 and momentum for
 * Nesterov's.
 */
export function sgdUpdate(
  weight: usize,
  moment: usize,
  gradient: usize,
  kept: f32,
  rate: f32,
  momentum: f32,
  gradientShare: f32,
  momentShare: f32,
  n: u32,
): void {
  updateRow(weight, moment, gradient, kept, rate, momentum, gradientShare, momentShare, <usize>n << 2);
}

/** Returns INDEX_OUT_OF_RANGE, with nothing done, when a row is not below nTerms. */
export function sgdUpdateRows(
  weight: usize,
  moment: usize,
  gradient: usize,
  rows: usize,
  rate: f32,
  momentum: f32,
  gradientShare: f32,
  momentShare: f32,
  beginSlot: u32,
  endSlot: u32,
  nTerms: u32,
  nUnits: u32,
): i32 {
  const rowBytes = <usize>nUnits << 2;
  if (!fetchRows(weight, rows, beginSlot, endSlot, nTerms, rowBytes)) return INDEX_OUT_OF_RANGE;
  fetchRows(moment, rows, beginSlot, endSlot, nTerms, rowBytes);
  for (let s = beginSlot; s < endSlot; s++) {
    const at = <usize>load<u32>(rows + (<usize>s << 2)) * rowBytes;
    updateRow(weight + at, moment + at, gradient, 1, rate, momentum, gradientShare, momentShare, rowBytes);
    gradient += rowBytes;
  }
  return OK;
}
