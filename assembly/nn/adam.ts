import { ADAM_BETA1, ADAM_BETA2 } from "./constants";
import { fetchRows } from "./fetch";
import { INDEX_OUT_OF_RANGE, OK } from "./status";

/** One step for `bytes` of parameters; l2 of the weight is added to its gradient. */
// @ts-ignore: decorator
@inline
function updateRow(
  weight: usize,
  moment1: usize,
  moment2: usize,
  gradient: usize,
  kept: f32,
  l2: f32,
  stepSize: f32,
  rootScale: f32,
  epsilon: f32,
  bytes: usize,
): void {
  const vectorBytes = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    const w = v128.load(weight + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(f32x4.splat(l2), w));
    const m = f32x4.add(
      f32x4.mul(f32x4.splat(<f32>ADAM_BETA1), v128.load(moment1 + at)),
      f32x4.mul(f32x4.splat(<f32>(1 - ADAM_BETA1)), g),
    );
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(<f32>ADAM_BETA2), v128.load(moment2 + at)),
      f32x4.mul(f32x4.mul(f32x4.splat(<f32>(1 - ADAM_BETA2)), g), g),
    );
    v128.store(moment1 + at, m);
    v128.store(moment2 + at, v);
    const root = f32x4.add(
      f32x4.mul(f32x4.sqrt(v), f32x4.splat(rootScale)),
      f32x4.splat(epsilon),
    );
    const change = f32x4.div(f32x4.mul(f32x4.splat(stepSize), m), root);
    v128.store(weight + at, f32x4.sub(f32x4.mul(w, f32x4.splat(kept)), change));
  }
  for (; at < bytes; at += 4) {
    const w = load<f32>(weight + at);
    const g = load<f32>(gradient + at) + l2 * w;
    const m = <f32>ADAM_BETA1 * load<f32>(moment1 + at) + <f32>(1 - ADAM_BETA1) * g;
    const v = <f32>ADAM_BETA2 * load<f32>(moment2 + at) + <f32>(1 - ADAM_BETA2) * g * g;
    store<f32>(moment1 + at, m);
    store<f32>(moment2 + at, v);
    const change = (stepSize * m) / (sqrt<f32>(v) * rootScale + epsilon);
    store<f32>(weight + at, w * kept - change);
  }
}

/** kept = 1 - decay; stepSize = rate / correction1; rootScale = 1 / √correction2. */
export function adamUpdate(
  weight: usize,
  moment1: usize,
  moment2: usize,
  gradient: usize,
  kept: f32,
  l2: f32,
  stepSize: f32,
  rootScale: f32,
  epsilon: f32,
  n: u32,
): void {
  updateRow(weight, moment1, moment2, gradient, kept, l2, stepSize, rootScale, epsilon, <usize>n << 2);
}

/** Returns INDEX_OUT_OF_RANGE, with nothing done, when a row is not below nTerms. */
export function adamUpdateRows(
  weight: usize,
  moment1: usize,
  moment2: usize,
  gradient: usize,
  rows: usize,
  l2: f32,
  stepSize: f32,
  rootScale: f32,
  epsilon: f32,
  beginSlot: u32,
  endSlot: u32,
  nTerms: u32,
  nUnits: u32,
): i32 {
  const rowBytes = <usize>nUnits << 2;
  if (!fetchRows(weight, rows, beginSlot, endSlot, nTerms, rowBytes)) return INDEX_OUT_OF_RANGE;
  fetchRows(moment1, rows, beginSlot, endSlot, nTerms, rowBytes);
  fetchRows(moment2, rows, beginSlot, endSlot, nTerms, rowBytes);
  for (let s = beginSlot; s < endSlot; s++) {
    const at = <usize>load<u32>(rows + (<usize>s << 2)) * rowBytes;
    updateRow(weight + at, moment1 + at, moment2 + at, gradient, 1, l2, stepSize, rootScale, epsilon, rowBytes);
    gradient += rowBytes;
  }
  return OK;
}

/** values *= factor */
export function scale(values: usize, factor: f32, n: u32): void {
  const bytes = <usize>n << 2;
  const vectorBytes = bytes & ~15;
  const factors = f32x4.splat(factor);
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) v128.store(values + at, f32x4.mul(v128.load(values + at), factors));
  for (; at < bytes; at += 4) store<f32>(values + at, load<f32>(values + at) * factor);
}
