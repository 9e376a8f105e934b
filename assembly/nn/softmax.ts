import { exponential, naturalLogarithm } from "./math";

/** NaN where a value is NaN. */
// @ts-ignore: decorator
@inline
function maximum(values: usize, n: u32): f32 {
  let largest = load<f32>(values);
  for (let i: u32 = 1; i < n; i++) largest = max<f32>(largest, load<f32>(values + (<usize>i << 2)));
  return largest;
}

/** Fills e^(z - max z), rounded to float32, and returns their sum in double. */
// @ts-ignore: decorator
@inline
function exponentials(out: usize, logits: usize, largest: f32, nLabels: u32): f64 {
  let sum: f64 = 0;
  for (let c: u32 = 0; c < nLabels; c++) {
    const e = exponential(<f64>load<f32>(logits + (<usize>c << 2)) - <f64>largest);
    sum += e;
    store<f32>(out + (<usize>c << 2), <f32>e);
  }
  return sum;
}

/** p = e / sum */
// @ts-ignore: decorator
@inline
function normalize(probabilities: usize, sum: f64, nLabels: u32): void {
  for (let c: u32 = 0; c < nLabels; c++) {
    const place = probabilities + (<usize>c << 2);
    store<f32>(place, <f32>(<f64>load<f32>(place) / sum));
  }
}

/** The loss, in double. */
export function softmaxCrossEntropyForward(
  probabilities: usize,
  logits: usize,
  labels: usize,
  labelWeights: usize,
  labelSmoothing: f64,
  nRows: u32,
  nLabels: u32,
): f64 {
  const rowBytes = <usize>nLabels << 2;
  let loss: f64 = 0;
  let weightSum: f64 = 0;
  for (let b: u32 = 0; b < nRows; b++) {
    const label = load<u32>(labels + (<usize>b << 2));
    const largest = maximum(logits, nLabels);
    const sum = exponentials(probabilities, logits, largest, nLabels);
    normalize(probabilities, sum, nLabels);
    const logSum = naturalLogarithm(sum) + <f64>largest;
    let smoothLoss: f64 = 0;
    for (let c: u32 = 0; c < nLabels; c++) {
      const at = <usize>c << 2;
      smoothLoss += <f64>load<f32>(labelWeights + at) * (logSum - <f64>load<f32>(logits + at));
    }
    const weight = <f64>load<f32>(labelWeights + (<usize>label << 2));
    const labelLoss = weight * (logSum - <f64>load<f32>(logits + (<usize>label << 2)));
    loss += (1 - labelSmoothing) * labelLoss + (labelSmoothing / <f64>nLabels) * smoothLoss;
    weightSum += weight;
    probabilities += rowBytes;
    logits += rowBytes;
  }
  return loss / weightSum;
}

/** In double. */
export function softmaxCrossEntropyBackward(
  dLogits: usize,
  probabilities: usize,
  labels: usize,
  labelWeights: usize,
  labelSmoothing: f64,
  nRows: u32,
  nLabels: u32,
): void {
  let batchWeight: f64 = 0;
  for (let b: u32 = 0; b < nRows; b++) {
    batchWeight += <f64>load<f32>(labelWeights + (<usize>load<u32>(labels + (<usize>b << 2)) << 2));
  }
  let weightSum: f64 = 0;
  for (let c: u32 = 0; c < nLabels; c++) weightSum += <f64>load<f32>(labelWeights + (<usize>c << 2));
  const smooth = labelSmoothing / <f64>nLabels;
  let at: usize = 0;
  for (let b: u32 = 0; b < nRows; b++) {
    const label = load<u32>(labels + (<usize>b << 2));
    const labelScale = (1 - labelSmoothing) * <f64>load<f32>(labelWeights + (<usize>label << 2));
    for (let c: u32 = 0; c < nLabels; c++) {
      const p = <f64>load<f32>(probabilities + at);
      const labelPart = labelScale * (c == label ? p - 1 : p);
      const smoothPart = smooth * (p * weightSum - <f64>load<f32>(labelWeights + (<usize>c << 2)));
      store<f32>(dLogits + at, <f32>((labelPart + smoothPart) / batchWeight));
      at += 4;
    }
  }
}

/** The loss, in double. */
export function softTargetCrossEntropyForward(
  probabilities: usize,
  logits: usize,
  targets: usize,
  nRows: u32,
  nLabels: u32,
): f64 {
  const rowBytes = <usize>nLabels << 2;
  let loss: f64 = 0;
  for (let b: u32 = 0; b < nRows; b++) {
    const largest = maximum(logits, nLabels);
    const sum = exponentials(probabilities, logits, largest, nLabels);
    normalize(probabilities, sum, nLabels);
    const logSum = naturalLogarithm(sum) + <f64>largest;
    for (let at: usize = 0; at < rowBytes; at += 4) {
      loss += <f64>load<f32>(targets + at) * (logSum - <f64>load<f32>(logits + at));
    }
    probabilities += rowBytes;
    logits += rowBytes;
    targets += rowBytes;
  }
  return loss / <f64>nRows;
}

/** In double. */
export function softTargetCrossEntropyBackward(
  dLogits: usize,
  probabilities: usize,
  targets: usize,
  nRows: u32,
  nLabels: u32,
): void {
  const end = <usize>(nRows * nLabels) << 2;
  for (let at: usize = 0; at < end; at += 4) {
    const difference = <f64>load<f32>(probabilities + at) - <f64>load<f32>(targets + at);
    store<f32>(dLogits + at, <f32>(difference / <f64>nRows));
  }
}
