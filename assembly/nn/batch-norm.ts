import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from "./constants";

/** The upper two of four lanes, as the lower two. */
// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 0);
}

/** Four numbers rounded to float32 from two pairs of doubles. */
// @ts-ignore: decorator
@inline
function round(low: v128, high: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Sums in double; a second pass for the variance, as Σx² - (Σx)² loses all digits when the mean is large. */
export function batchNormForward(
  out: usize,
  mean: usize,
  scale: usize,
  runningMean: usize,
  runningVar: usize,
  input: usize,
  gamma: usize,
  beta: usize,
  nRows: u32,
  nUnits: u32,
): void {
  const rowBytes = <usize>nUnits << 2;
  const vectorBytes = rowBytes & ~15;
  const n = <f64>nRows;
  let o: usize = 0;
  for (; o < vectorBytes; o += 16) {
    let meanLow = f64x2.splat(0);
    let meanHigh = f64x2.splat(0);
    let at = input + o;
    for (let b: u32 = 0; b < nRows; b++) {
      const x = v128.load(at);
      meanLow = f64x2.add(meanLow, f64x2.promote_low_f32x4(x));
      meanHigh = f64x2.add(meanHigh, f64x2.promote_low_f32x4(upper(x)));
      at += rowBytes;
    }
    meanLow = f64x2.div(meanLow, f64x2.splat(n));
    meanHigh = f64x2.div(meanHigh, f64x2.splat(n));
    let squaresLow = f64x2.splat(0);
    let squaresHigh = f64x2.splat(0);
    at = input + o;
    for (let b: u32 = 0; b < nRows; b++) {
      const x = v128.load(at);
      const low = f64x2.sub(f64x2.promote_low_f32x4(x), meanLow);
      const high = f64x2.sub(f64x2.promote_low_f32x4(upper(x)), meanHigh);
      squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low));
      squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high));
      at += rowBytes;
    }
    const meanOfBatch = round(meanLow, meanHigh);
    const one = f64x2.splat(1);
    const epsilon = f64x2.splat(BATCH_NORM_EPSILON);
    const scaleOfBatch = round(
      f64x2.div(one, f64x2.sqrt(f64x2.add(f64x2.div(squaresLow, f64x2.splat(n)), epsilon))),
      f64x2.div(one, f64x2.sqrt(f64x2.add(f64x2.div(squaresHigh, f64x2.splat(n)), epsilon))),
    );
    v128.store(mean + o, meanOfBatch);
    v128.store(scale + o, scaleOfBatch);
    moveRunning(runningMean + o, meanLow, meanHigh);
    const unbiased = f64x2.splat(n - 1);
    moveRunning(runningVar + o, f64x2.div(squaresLow, unbiased), f64x2.div(squaresHigh, unbiased));

    const g = v128.load(gamma + o);
    const shift = v128.load(beta + o);
    at = input + o;
    let to = out + o;
    for (let b: u32 = 0; b < nRows; b++) {
      const normalized = f32x4.mul(f32x4.sub(v128.load(at), meanOfBatch), scaleOfBatch);
      v128.store(to, f32x4.add(f32x4.mul(g, normalized), shift));
      at += rowBytes;
      to += rowBytes;
    }
  }
  for (; o < rowBytes; o += 4) {
    let sum: f64 = 0;
    for (let at = input + o, b: u32 = 0; b < nRows; b++, at += rowBytes) sum += load<f32>(at);
    const meanOfBatch = sum / n;
    let squares: f64 = 0;
    for (let at = input + o, b: u32 = 0; b < nRows; b++, at += rowBytes) {
      const difference = <f64>load<f32>(at) - meanOfBatch;
      squares += difference * difference;
    }
    const roundedMean = <f32>meanOfBatch;
    const scaleOfBatch = <f32>(1 / sqrt<f64>(squares / n + BATCH_NORM_EPSILON));
    store<f32>(mean + o, roundedMean);
    store<f32>(scale + o, scaleOfBatch);
    const oldMean = <f64>load<f32>(runningMean + o);
    store<f32>(runningMean + o, <f32>(oldMean + BATCH_NORM_MOMENTUM * (meanOfBatch - oldMean)));
    const oldVar = <f64>load<f32>(runningVar + o);
    store<f32>(runningVar + o, <f32>(oldVar + BATCH_NORM_MOMENTUM * (squares / (n - 1) - oldVar)));
    const g = load<f32>(gamma + o);
    const shift = load<f32>(beta + o);
    for (let at = input + o, to = out + o, b: u32 = 0; b < nRows; b++, at += rowBytes, to += rowBytes) {
      store<f32>(to, g * ((load<f32>(at) - roundedMean) * scaleOfBatch) + shift);
    }
  }
}

/** running += momentum (batch - running) for four units. */
// @ts-ignore: decorator
@inline
function moveRunning(running: usize, low: v128, high: v128): void {
  const old = v128.load(running);
  const momentum = f64x2.splat(BATCH_NORM_MOMENTUM);
  const oldLow = f64x2.promote_low_f32x4(old);
  const oldHigh = f64x2.promote_low_f32x4(upper(old));
  v128.store(
    running,
    round(
      f64x2.add(oldLow, f64x2.mul(momentum, f64x2.sub(low, oldLow))),
      f64x2.add(oldHigh, f64x2.mul(momentum, f64x2.sub(high, oldHigh))),
    ),
  );
}

/** Sums in double. */
export function batchNormBackward(
  dInput: usize,
  dGamma: usize,
  dBeta: usize,
  dOut: usize,
  input: usize,
  mean: usize,
  scale: usize,
  gamma: usize,
  nRows: u32,
  nUnits: u32,
): void {
  const rowBytes = <usize>nUnits << 2;
  const vectorBytes = rowBytes & ~15;
  const n = <f64>nRows;
  let o: usize = 0;
  for (; o < vectorBytes; o += 16) {
    const meanOfBatch = v128.load(mean + o);
    const scaleOfBatch = v128.load(scale + o);
    let gammaLow = f64x2.splat(0);
    let gammaHigh = f64x2.splat(0);
    let betaLow = f64x2.splat(0);
    let betaHigh = f64x2.splat(0);
    for (let at = o, b: u32 = 0; b < nRows; b++, at += rowBytes) {
      const d = v128.load(dOut + at);
      const normalized = f32x4.mul(f32x4.sub(v128.load(input + at), meanOfBatch), scaleOfBatch);
      const product = f32x4.mul(d, normalized);
      betaLow = f64x2.add(betaLow, f64x2.promote_low_f32x4(d));
      betaHigh = f64x2.add(betaHigh, f64x2.promote_low_f32x4(upper(d)));
      gammaLow = f64x2.add(gammaLow, f64x2.promote_low_f32x4(product));
      gammaHigh = f64x2.add(gammaHigh, f64x2.promote_low_f32x4(upper(product)));
    }
    v128.store(dGamma + o, round(gammaLow, gammaHigh));
    v128.store(dBeta + o, round(betaLow, betaHigh));
    const divisor = f64x2.splat(n);
    const meanGamma = round(f64x2.div(gammaLow, divisor), f64x2.div(gammaHigh, divisor));
    const meanBeta = round(f64x2.div(betaLow, divisor), f64x2.div(betaHigh, divisor));
    const factor = f32x4.mul(v128.load(gamma + o), scaleOfBatch);
    for (let at = o, b: u32 = 0; b < nRows; b++, at += rowBytes) {
      const normalized = f32x4.mul(f32x4.sub(v128.load(input + at), meanOfBatch), scaleOfBatch);
      const centered = f32x4.sub(v128.load(dOut + at), f32x4.add(meanBeta, f32x4.mul(normalized, meanGamma)));
      v128.store(dInput + at, f32x4.mul(factor, centered));
    }
  }
  for (; o < rowBytes; o += 4) {
    const meanOfBatch = load<f32>(mean + o);
    const scaleOfBatch = load<f32>(scale + o);
    let gammaSum: f64 = 0;
    let betaSum: f64 = 0;
    for (let at = o, b: u32 = 0; b < nRows; b++, at += rowBytes) {
      const d = load<f32>(dOut + at);
      betaSum += d;
      gammaSum += d * ((load<f32>(input + at) - meanOfBatch) * scaleOfBatch);
    }
    store<f32>(dGamma + o, <f32>gammaSum);
    store<f32>(dBeta + o, <f32>betaSum);
    const meanGamma = <f32>(gammaSum / n);
    const meanBeta = <f32>(betaSum / n);
    const factor = load<f32>(gamma + o) * scaleOfBatch;
    for (let at = o, b: u32 = 0; b < nRows; b++, at += rowBytes) {
      const normalized = (load<f32>(input + at) - meanOfBatch) * scaleOfBatch;
      store<f32>(dInput + at, factor * (load<f32>(dOut + at) - (meanBeta + normalized * meanGamma)));
    }
  }
}
