/**
 * Linear support vector machines side by side. All but the values is in double, in the order of the reference, so that both give the
 * same bits.
 */

import { INDEX_OUT_OF_RANGE, OK } from "./status";

/** Two machines, which fill a register. */
const PAIR_BYTES: usize = 16;
/** Two words of `isActive`. */
const PAIR_WORD_BYTES: usize = 8;

/** The steps of a pair of machines for a row, 0 where there is none; moves alpha and furthest. */
// @ts-ignore: decorator
@inline
function stepOf(
  pair: u32,
  decision: v128,
  curvature: v128,
  label: u32,
  alpha: usize,
  furthest: usize,
  slackWithin: usize,
  slackWithout: usize,
  isActive: usize,
  sampleWeight: v128,
): v128 {
  const at = <usize>pair * PAIR_BYTES;
  const zero = f64x2.splat(0);
  const isWithin = i64x2.eq(i64x2.splat(<i64>label), i64x2(<i64>(2 * pair), <i64>(2 * pair + 1)));
  const sign = v128.bitselect(f64x2.splat(1), f64x2.splat(-1), isWithin);
  const ofSide = v128.bitselect(v128.load(slackWithin + at), v128.load(slackWithout + at), isWithin);
  const slack = f64x2.div(ofSide, sampleWeight);
  const before = v128.load(alpha + at);
  const gradient = f64x2.add(f64x2.sub(f64x2.mul(sign, decision), f64x2.splat(1)), f64x2.mul(before, slack));
  // At the bound only a gradient that points inwards counts.
  const isHeld = v128.and(f64x2.eq(before, zero), f64x2.ge(gradient, zero));
  const words = v128.load_ext<u32>(isActive + <usize>pair * PAIR_WORD_BYTES);
  const counts = v128.andnot(i64x2.ne(words, i64x2.splat(0)), isHeld);
  const distance = v128.and(f64x2.abs(gradient), counts);
  v128.store(furthest + at, f64x2.max(v128.load(furthest + at), distance));
  const after = f64x2.max(zero, f64x2.sub(before, f64x2.div(gradient, f64x2.add(curvature, slack))));
  v128.store(alpha + at, v128.bitselect(after, before, counts));
  return v128.and(f64x2.mul(f64x2.sub(after, before), sign), counts);
}

/** sum + weight x */
// @ts-ignore: decorator
@inline
function addWeight(sum: v128, weight: usize, x: v128): v128 {
  return f64x2.add(sum, f64x2.mul(v128.load(weight), x));
}

/** sum + ratio x² */
// @ts-ignore: decorator
@inline
function addSquare(sum: v128, ratio: usize, x: v128): v128 {
  return f64x2.add(sum, f64x2.mul(f64x2.mul(v128.load(ratio), x), x));
}

/** weight += step ratio x */
// @ts-ignore: decorator
@inline
function moveWeight(weight: usize, step: v128, ratio: usize, x: v128): void {
  v128.store(weight, f64x2.add(v128.load(weight), f64x2.mul(f64x2.mul(step, v128.load(ratio)), x)));
}

/**
 * The pairs are written out, so that their sums stay in registers; `nPairs` is known when this is compiled. Decision and
 * curvature come from one loop, which waits for the lines of both tables at once.
 */
// @ts-ignore: decorator
@inline
function descend(
  weights: usize,
  bias: usize,
  alpha: usize,
  furthest: usize,
  ratios: usize,
  slackWithin: usize,
  slackWithout: usize,
  isActive: usize,
  documents: usize,
  labels: usize,
  sampleWeights: usize,
  indptr: usize,
  columns: usize,
  values: usize,
  firstLabel: u32,
  nRows: u32,
  nDocuments: u32,
  nTerms: u32,
  nPairs: u32,
): i32 {
  const lineBytes = <usize>nPairs * PAIR_BYTES;
  let begin = load<u32>(indptr);
  for (let b: u32 = 0; b < nRows; b++) {
    const end = load<u32>(indptr + (<usize>b << 2), 4);
    const document = load<u32>(documents + (<usize>b << 2));
    if (document >= nDocuments) return INDEX_OUT_OF_RANGE;
    let decision0 = v128.load(bias);
    let decision1 = f64x2.splat(0);
    let decision2 = f64x2.splat(0);
    let decision3 = f64x2.splat(0);
    if (nPairs > 1) decision1 = v128.load(bias, 16);
    if (nPairs > 2) decision2 = v128.load(bias, 32);
    if (nPairs > 3) decision3 = v128.load(bias, 48);
    let curvature0 = f64x2.splat(1);
    let curvature1 = f64x2.splat(1);
    let curvature2 = f64x2.splat(1);
    let curvature3 = f64x2.splat(1);
    for (let k = begin; k < end; k++) {
      const column = load<u32>(columns + (<usize>k << 2));
      if (column >= nTerms) return INDEX_OUT_OF_RANGE;
      const x = f64x2.splat(<f64>load<f32>(values + (<usize>k << 2)));
      const weight = weights + <usize>column * lineBytes;
      const ratio = ratios + <usize>column * lineBytes;
      decision0 = addWeight(decision0, weight, x);
      curvature0 = addSquare(curvature0, ratio, x);
      if (nPairs > 1) {
        decision1 = addWeight(decision1, weight + 16, x);
        curvature1 = addSquare(curvature1, ratio + 16, x);
      }
      if (nPairs > 2) {
        decision2 = addWeight(decision2, weight + 32, x);
        curvature2 = addSquare(curvature2, ratio + 32, x);
      }
      if (nPairs > 3) {
        decision3 = addWeight(decision3, weight + 48, x);
        curvature3 = addSquare(curvature3, ratio + 48, x);
      }
    }
    const label = load<u32>(labels + (<usize>b << 2)) - firstLabel;
    const own = alpha + <usize>document * lineBytes;
    const sampleWeight = v128.load64_splat(sampleWeights + (<usize>b << 3));
    const step0 = stepOf(0, decision0, curvature0, label, own, furthest, slackWithin, slackWithout, isActive, sampleWeight);
    let step1 = f64x2.splat(0);
    let step2 = f64x2.splat(0);
    let step3 = f64x2.splat(0);
    if (nPairs > 1) step1 = stepOf(1, decision1, curvature1, label, own, furthest, slackWithin, slackWithout, isActive, sampleWeight);
    if (nPairs > 2) step2 = stepOf(2, decision2, curvature2, label, own, furthest, slackWithin, slackWithout, isActive, sampleWeight);
    if (nPairs > 3) step3 = stepOf(3, decision3, curvature3, label, own, furthest, slackWithin, slackWithout, isActive, sampleWeight);
    if (v128.any_true(v128.or(v128.or(step0, step1), v128.or(step2, step3)))) {
      v128.store(bias, f64x2.add(v128.load(bias), step0));
      if (nPairs > 1) v128.store(bias, f64x2.add(v128.load(bias, 16), step1), 16);
      if (nPairs > 2) v128.store(bias, f64x2.add(v128.load(bias, 32), step2), 32);
      if (nPairs > 3) v128.store(bias, f64x2.add(v128.load(bias, 48), step3), 48);
      for (let k = begin; k < end; k++) {
        const column = <usize>load<u32>(columns + (<usize>k << 2));
        const x = f64x2.splat(<f64>load<f32>(values + (<usize>k << 2)));
        const weight = weights + column * lineBytes;
        const ratio = ratios + column * lineBytes;
        moveWeight(weight, step0, ratio, x);
        if (nPairs > 1) moveWeight(weight + 16, step1, ratio + 16, x);
        if (nPairs > 2) moveWeight(weight + 32, step2, ratio + 32, x);
        if (nPairs > 3) moveWeight(weight + 48, step3, ratio + 48, x);
      }
    }
    begin = end;
  }
  return OK;
}

/** Returns INDEX_OUT_OF_RANGE, the rest undone, at a column that is not below nTerms or a document not below nDocuments. */
export function descendDual(
  weights: usize,
  bias: usize,
  alpha: usize,
  furthest: usize,
  ratios: usize,
  slackWithin: usize,
  slackWithout: usize,
  isActive: usize,
  documents: usize,
  labels: usize,
  sampleWeights: usize,
  indptr: usize,
  columns: usize,
  values: usize,
  firstLabel: u32,
  nRows: u32,
  nDocuments: u32,
  nTerms: u32,
  nPairs: u32,
): i32 {
  if (nPairs == 1) {
    return descend(
      weights,
      bias,
      alpha,
      furthest,
      ratios,
      slackWithin,
      slackWithout,
      isActive,
      documents,
      labels,
      sampleWeights,
      indptr,
      columns,
      values,
      firstLabel,
      nRows,
      nDocuments,
      nTerms,
      1,
    );
  }
  if (nPairs == 2) {
    return descend(
      weights,
      bias,
      alpha,
      furthest,
      ratios,
      slackWithin,
      slackWithout,
      isActive,
      documents,
      labels,
      sampleWeights,
      indptr,
      columns,
      values,
      firstLabel,
      nRows,
      nDocuments,
      nTerms,
      2,
    );
  }
  if (nPairs == 3) {
    return descend(
      weights,
      bias,
      alpha,
      furthest,
      ratios,
      slackWithin,
      slackWithout,
      isActive,
      documents,
      labels,
      sampleWeights,
      indptr,
      columns,
      values,
      firstLabel,
      nRows,
      nDocuments,
      nTerms,
      3,
    );
  }
  return descend(
    weights,
    bias,
    alpha,
    furthest,
    ratios,
    slackWithin,
    slackWithout,
    isActive,
    documents,
    labels,
    sampleWeights,
    indptr,
    columns,
    values,
    firstLabel,
    nRows,
    nDocuments,
    nTerms,
    4,
  );
}
