/**
 * Networks in use, side by side, one row at a time; see `bindScoring` of src/kernels/mlp.ts. First the sums of the first
 * layers, by one of `float32Sums`, `float16Sums` and `int8Sums`, then all else by `scoreSums`.
 */

import { reluForward } from "./elementwise";
import { fetchRows } from "./fetch";
import { addRows } from "./linear";
import { twoExponentials } from "./math";
import { INDEX_OUT_OF_RANGE, OK } from "./status";

/** out = bias + Σ_k values[k] weight[columns[k]]. Returns INDEX_OUT_OF_RANGE when a column is not below nTerms. */
export function float32Sums(
  out: usize,
  columns: usize,
  values: usize,
  nnz: u32,
  weight: usize,
  bias: usize,
  nTerms: u32,
  nUnits: u32,
): i32 {
  const rowBytes = <usize>nUnits << 2;
  if (!fetchRows(weight, columns, 0, nnz, nTerms, rowBytes)) return INDEX_OUT_OF_RANGE;
  memory.copy(out, bias, rowBytes);
  addRows(out, columns, values, 1, nnz, weight, rowBytes);
  return OK;
}

/** hidden = max(0, scale hidden + shift) by element. */
// @ts-ignore: decorator
@inline
function normalizeAndRectify(hidden: usize, scale: usize, shift: usize, nUnits: u32): void {
  const bytes = (<usize>nUnits) << 2;
  const vectorBytes = bytes & ~15;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    const scaled = f32x4.mul(v128.load(scale + at), v128.load(hidden + at));
    v128.store(hidden + at, f32x4.pmax(f32x4.add(scaled, v128.load(shift + at)), zero));
  }
  for (; at < bytes; at += 4) {
    const x = load<f32>(scale + at) * load<f32>(hidden + at) + load<f32>(shift + at);
    store<f32>(hidden + at, x < 0 ? 0 : x);
  }
}

/** out = bias + input weight for 32 outputs of a row of `rowBytes`: the sums stay in registers. */
// @ts-ignore: decorator
@inline
function linear32(out: usize, input: usize, nInputs: u32, weight: usize, rowBytes: usize, bias: usize): void {
  let s0 = v128.load(bias);
  let s1 = v128.load(bias, 16);
  let s2 = v128.load(bias, 32);
  let s3 = v128.load(bias, 48);
  let s4 = v128.load(bias, 64);
  let s5 = v128.load(bias, 80);
  let s6 = v128.load(bias, 96);
  let s7 = v128.load(bias, 112);
  const end = input + (<usize>nInputs << 2);
  for (; input < end; input += 4) {
    const x = v128.load32_splat(input);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(weight)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(weight, 16)));
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(weight, 32)));
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(weight, 48)));
    s4 = f32x4.add(s4, f32x4.mul(x, v128.load(weight, 64)));
    s5 = f32x4.add(s5, f32x4.mul(x, v128.load(weight, 80)));
    s6 = f32x4.add(s6, f32x4.mul(x, v128.load(weight, 96)));
    s7 = f32x4.add(s7, f32x4.mul(x, v128.load(weight, 112)));
    weight += rowBytes;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

/** The same for four outputs from the byte `first` of a row on, and four from `second` on; they may overlap. */
// @ts-ignore: decorator
@inline
function linear8(
  out: usize,
  input: usize,
  nInputs: u32,
  weight: usize,
  rowBytes: usize,
  bias: usize,
  first: usize,
  second: usize,
): void {
  let s0 = v128.load(bias + first);
  let s1 = v128.load(bias + second);
  let w0 = weight + first;
  let w1 = weight + second;
  const end = input + (<usize>nInputs << 2);
  for (; input < end; input += 4) {
    const x = v128.load32_splat(input);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(w0)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(w1)));
    w0 += rowBytes;
    w1 += rowBytes;
  }
  v128.store(out + first, s0);
  v128.store(out + second, s1);
}

/** out = bias + input weight, one input after the other for each output. */
function linear(out: usize, input: usize, nInputs: u32, weight: usize, bias: usize, nOutputs: u32): void {
  const rowBytes = <usize>nOutputs << 2;
  let at: usize = 0;
  for (; at + 128 <= rowBytes; at += 128) linear32(out + at, input, nInputs, weight + at, rowBytes, bias + at);
  if (rowBytes >= 16) {
    // The last four outputs are made twice in part where their number is no multiple of eight.
    for (; at < rowBytes; at += 32) {
      linear8(out, input, nInputs, weight, rowBytes, bias, min(at, rowBytes - 16), min(at + 16, rowBytes - 16));
    }
    return;
  }
  for (; at < rowBytes; at += 4) {
    let sum = load<f32>(bias + at);
    let w = weight + at;
    for (let x = input; x < input + (<usize>nInputs << 2); x += 4) {
      sum += load<f32>(x) * load<f32>(w);
      w += rowBytes;
    }
    store<f32>(out + at, sum);
  }
}

/**
 * Overwrites each x of `powers` (f64, room for an even number) by e^(x - greatest) and returns the sum of these, added one after
 * the other. `greatest` is the greatest or NaN.
 */
// @ts-ignore: decorator
@inline
function sumPowers(powers: usize, greatest: f64, n: u32): f64 {
  let sum: f64 = 0;
  for (let c: u32 = 0; c < n; c += 2) {
    const at = powers + (<usize>c << 3);
    const two = twoExponentials(f64x2.sub(v128.load(at), f64x2.splat(greatest)));
    v128.store(at, two);
    sum += f64x2.extract_lane(two, 0);
    if (c + 1 < n) sum += f64x2.extract_lane(two, 1);
  }
  return sum;
}

/**
 * scores_c = (1 - flattenedShare) e^l_c / Σ_k e^l_k + flattenedShare √e^l_c / Σ_k √e^l_k of
 * l_c = (Σ_m votes[m] logits[m, c]) / nVotes / temperature + labelBias[c], in double; `powers` (f64, room for an even number) is
 * scratch.
 */
// @ts-ignore: decorator
@inline
function scoreLogits(
  scores: usize,
  logits: usize,
  votes: usize,
  calibration: usize,
  powers: usize,
  nNetworks: u32,
  nLabels: u32,
): void {
  const temperature = load<f64>(calibration);
  let nVotes: f64 = 0;
  for (let m: usize = 0; m < <usize>nNetworks; m++) nVotes += <f64>load<u32>(votes + (m << 2));
  let greatest: f64 = -Infinity;
  for (let c: usize = 0; c < <usize>nLabels; c++) {
    let sum: f64 = 0;
    for (let m: usize = 0; m < <usize>nNetworks; m++) {
      sum += <f64>load<u32>(votes + (m << 2)) * <f64>load<f32>(logits + ((m * <usize>nLabels + c) << 2));
    }
    const mean = sum / nVotes / temperature + load<f64>(calibration + (c << 3), 16);
    store<f64>(powers + (c << 3), mean);
    greatest = max<f64>(greatest, mean);
  }
  const total = sumPowers(powers, greatest, nLabels);
  const flattenedShare = load<f64>(calibration, 8);
  if (flattenedShare == 0) {
    for (let c: usize = 0; c < <usize>nLabels; c++) store<f32>(scores + (c << 2), <f32>(load<f64>(powers + (c << 3)) / total));
    return;
  }
  let rootTotal: f64 = 0;
  for (let c: usize = 0; c < <usize>nLabels; c++) rootTotal += sqrt<f64>(load<f64>(powers + (c << 3)));
  for (let c: usize = 0; c < <usize>nLabels; c++) {
    const power = load<f64>(powers + (c << 3));
    const score = (1 - flattenedShare) * power / total + flattenedShare * sqrt<f64>(power) / rootTotal;
    store<f32>(scores + (c << 2), <f32>score);
  }
}

/** From the first layers' sums in `hidden1` to the scores; `powers` (f64 [nLabels], or one more for an even number) is scratch. */
export function scoreSums(
  scores: usize,
  logits: usize,
  hidden3: usize,
  hidden2: usize,
  hidden1: usize,
  scale1: usize,
  shift1: usize,
  w2: usize,
  b2: usize,
  w3: usize,
  b3: usize,
  w4: usize,
  b4: usize,
  widths: usize,
  votes: usize,
  calibration: usize,
  powers: usize,
  nNetworks: u32,
  nUnits: u32,
  nLabels: u32,
): void {
  normalizeAndRectify(hidden1, scale1, shift1, nUnits);
  const layerBytes = <usize>nNetworks << 2;
  const rowBytes = <usize>nLabels << 2;
  let z = logits;
  for (let m: usize = 0; m < layerBytes; m += 4) {
    const n1 = load<u32>(widths + m);
    const n2 = load<u32>(widths + layerBytes + m);
    const n3 = load<u32>(widths + 2 * layerBytes + m);
    linear(hidden2, hidden1, n1, w2, b2, n2);
    reluForward(hidden2, hidden2, n2);
    linear(hidden3, hidden2, n2, w3, b3, n3);
    reluForward(hidden3, hidden3, n3);
    linear(z, hidden3, n3, w4, b4, nLabels);
    hidden1 += <usize>n1 << 2;
    hidden2 += <usize>n2 << 2;
    hidden3 += <usize>n3 << 2;
    w2 += <usize>(n1 * n2) << 2;
    b2 += <usize>n2 << 2;
    w3 += <usize>(n2 * n3) << 2;
    b3 += <usize>n3 << 2;
    w4 += <usize>(n3 * nLabels) << 2;
    b4 += rowBytes;
    z += rowBytes;
  }
  scoreLogits(scores, logits, votes, calibration, powers, nNetworks, nLabels);
}
