import { fetchRows } from "./fetch";
import { indicesScratch, LIST_CAPACITY, valuesScratch } from "./scratch";
import { INDEX_OUT_OF_RANGE, OK } from "./status";

/**
 * out += Σ_k scale values[k] weight[columns[k]], one k after the other for each output.
 *
 * Four rows at a time: the sums are loaded and stored once for four products, and four streams of memory are open.
 */
// @ts-ignore: decorator
@inline
export function addRows(
  out: usize,
  columns: usize,
  values: usize,
  scale: f32,
  n: u32,
  weight: usize,
  rowBytes: usize,
): void {
  const vectorBytes = rowBytes & ~15;
  let k: u32 = 0;
  for (; k + 4 <= n; k += 4) {
    const at = <usize>k << 2;
    const w0 = weight + <usize>load<u32>(columns + at) * rowBytes;
    const w1 = weight + <usize>load<u32>(columns + at, 4) * rowBytes;
    const w2 = weight + <usize>load<u32>(columns + at, 8) * rowBytes;
    const w3 = weight + <usize>load<u32>(columns + at, 12) * rowBytes;
    const x0 = load<f32>(values + at) * scale;
    const x1 = load<f32>(values + at, 4) * scale;
    const x2 = load<f32>(values + at, 8) * scale;
    const x3 = load<f32>(values + at, 12) * scale;
    const v0 = f32x4.splat(x0);
    const v1 = f32x4.splat(x1);
    const v2 = f32x4.splat(x2);
    const v3 = f32x4.splat(x3);
    let o: usize = 0;
    for (; o < vectorBytes; o += 16) {
      let sum = v128.load(out + o);
      sum = f32x4.add(sum, f32x4.mul(v0, v128.load(w0 + o)));
      sum = f32x4.add(sum, f32x4.mul(v1, v128.load(w1 + o)));
      sum = f32x4.add(sum, f32x4.mul(v2, v128.load(w2 + o)));
      sum = f32x4.add(sum, f32x4.mul(v3, v128.load(w3 + o)));
      v128.store(out + o, sum);
    }
    for (; o < rowBytes; o += 4) {
      let sum = load<f32>(out + o);
      sum += x0 * load<f32>(w0 + o);
      sum += x1 * load<f32>(w1 + o);
      sum += x2 * load<f32>(w2 + o);
      sum += x3 * load<f32>(w3 + o);
      store<f32>(out + o, sum);
    }
  }
  for (; k < n; k++) {
    const at = <usize>k << 2;
    addRow(out, load<f32>(values + at) * scale, weight + <usize>load<u32>(columns + at) * rowBytes, rowBytes);
  }
}

/** out += x row */
// @ts-ignore: decorator
@inline
function addRow(out: usize, x: f32, row: usize, rowBytes: usize): void {
  const vectorBytes = rowBytes & ~15;
  const v = f32x4.splat(x);
  let o: usize = 0;
  for (; o < vectorBytes; o += 16) {
    v128.store(out + o, f32x4.add(v128.load(out + o), f32x4.mul(v, v128.load(row + o))));
  }
  for (; o < rowBytes; o += 4) store<f32>(out + o, load<f32>(out + o) + x * load<f32>(row + o));
}

/** Lists which of n inputs are not zero (NaN is listed); returns how many. */
// @ts-ignore: decorator
@inline
function listNonZero(input: usize, first: u32, n: u32): u32 {
  const listIndices = indicesScratch();
  const listValues = valuesScratch();
  let at: usize = 0;
  for (let i: u32 = 0; i < n; i++) {
    const x = load<f32>(input + (<usize>i << 2));
    store<u32>(listIndices + at, first + i);
    store<f32>(listValues + at, x);
    // No branch: whether an input is zero cannot be predicted.
    at += <usize>(x != 0) << 2;
  }
  return <u32>(at >> 2);
}

/** Returns INDEX_OUT_OF_RANGE, the output unfinished, when a column is not below nInputs. */
export function sparseLinearForward(
  out: usize,
  indptr: usize,
  columns: usize,
  values: usize,
  weight: usize,
  bias: usize,
  weightScale: f32,
  nRows: u32,
  nInputs: u32,
  nOutputs: u32,
): i32 {
  const rowBytes = <usize>nOutputs << 2;
  let begin = load<u32>(indptr);
  for (let b: u32 = 0; b < nRows; b++) {
    const end = load<u32>(indptr + (<usize>b << 2), 4);
    if (!fetchRows(weight, columns, begin, end, nInputs, rowBytes)) return INDEX_OUT_OF_RANGE;
    memory.copy(out, bias, rowBytes);
    const skipped = <usize>begin << 2;
    addRows(out, columns + skipped, values + skipped, weightScale, end - begin, weight, rowBytes);
    out += rowBytes;
    begin = end;
  }
  return OK;
}

/** Returns INDEX_OUT_OF_RANGE, the output unfinished, when a row is not below nRows. */
export function sparseLinearBackward(
  dWeight: usize,
  dOut: usize,
  slotIndptr: usize,
  slotRows: usize,
  slotValues: usize,
  beginSlot: u32,
  endSlot: u32,
  nRows: u32,
  nOutputs: u32,
): i32 {
  const rowBytes = <usize>nOutputs << 2;
  const vectorBytes = rowBytes & ~15;
  let begin = load<u32>(slotIndptr + (<usize>beginSlot << 2));
  for (let s = beginSlot; s < endSlot; s++) {
    const end = load<u32>(slotIndptr + (<usize>s << 2), 4);
    if (begin < end) {
      const first = load<u32>(slotRows + (<usize>begin << 2));
      if (first >= nRows) return INDEX_OUT_OF_RANGE;
      // Most terms are in one document of a batch: the first product is stored, not added to zero.
      const row = dOut + <usize>first * rowBytes;
      const x = load<f32>(slotValues + (<usize>begin << 2));
      const v = f32x4.splat(x);
      let o: usize = 0;
      for (; o < vectorBytes; o += 16) v128.store(dWeight + o, f32x4.mul(v, v128.load(row + o)));
      for (; o < rowBytes; o += 4) store<f32>(dWeight + o, x * load<f32>(row + o));
    } else {
      memory.fill(dWeight, 0, rowBytes);
    }
    for (let k = begin + 1; k < end; k++) {
      const b = load<u32>(slotRows + (<usize>k << 2));
      if (b >= nRows) return INDEX_OUT_OF_RANGE;
      addRow(dWeight, load<f32>(slotValues + (<usize>k << 2)), dOut + <usize>b * rowBytes, rowBytes);
    }
    dWeight += rowBytes;
    begin = end;
  }
  return OK;
}

export function linearForward(
  out: usize,
  input: usize,
  weight: usize,
  bias: usize,
  nRows: u32,
  nInputs: u32,
  nOutputs: u32,
): void {
  const rowBytes = <usize>nOutputs << 2;
  for (let b: u32 = 0; b < nRows; b++) {
    memory.copy(out, bias, rowBytes);
    for (let first: u32 = 0; first < nInputs; first += LIST_CAPACITY) {
      const nListed = listNonZero(input + (<usize>first << 2), first, min(LIST_CAPACITY, nInputs - first));
      addRows(out, indicesScratch(), valuesScratch(), 1, nListed, weight, rowBytes);
    }
    input += <usize>nInputs << 2;
    out += rowBytes;
  }
}

/**
 * Σ_o a[o] b[o] in four sums by o mod 4, added as (0 + 2) + (1 + 3); then the products of the last nOutputs mod 4.
 */
// @ts-ignore: decorator
@inline
function dotProduct(a: usize, b: usize, rowBytes: usize): f32 {
  const vectorBytes = rowBytes & ~15;
  let sums = f32x4.splat(0);
  let o: usize = 0;
  for (; o < vectorBytes; o += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(a + o), v128.load(b + o)));
  const halves = f32x4.add(sums, i64x2.shuffle(sums, sums, 1, 0));
  let sum = f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
  for (; o < rowBytes; o += 4) sum += load<f32>(a + o) * load<f32>(b + o);
  return sum;
}

/** The sums of {@link dotProduct} are in its order; those over rows in theirs. dBias is summed in double. */
export function linearBackward(
  dInput: usize,
  dWeight: usize,
  dBias: usize,
  dOut: usize,
  input: usize,
  weight: usize,
  nRows: u32,
  nInputs: u32,
  nOutputs: u32,
): void {
  const rowBytes = <usize>nOutputs << 2;
  const vectorBytes = rowBytes & ~15;
  const listIndices = indicesScratch();
  const listValues = valuesScratch();
  memory.fill(dInput, 0, (<usize>nRows * nInputs) << 2);
  memory.fill(dWeight, 0, <usize>nInputs * rowBytes);
  let d = dOut;
  for (let b: u32 = 0; b < nRows; b++) {
    for (let first: u32 = 0; first < nInputs; first += LIST_CAPACITY) {
      const nListed = listNonZero(input + (<usize>first << 2), first, min(LIST_CAPACITY, nInputs - first));
      const listEnd = <usize>nListed << 2;
      for (let at: usize = 0; at < listEnd; at += 4) {
        const i = <usize>load<u32>(listIndices + at);
        addRow(dWeight + i * rowBytes, load<f32>(listValues + at), d, rowBytes);
      }
      let at: usize = 0;
      for (; at + 16 <= listEnd; at += 16) {
        const i0 = <usize>load<u32>(listIndices + at);
        const i1 = <usize>load<u32>(listIndices + at, 4);
        const i2 = <usize>load<u32>(listIndices + at, 8);
        const i3 = <usize>load<u32>(listIndices + at, 12);
        const w0 = weight + i0 * rowBytes;
        const w1 = weight + i1 * rowBytes;
        const w2 = weight + i2 * rowBytes;
        const w3 = weight + i3 * rowBytes;
        let sums0 = f32x4.splat(0);
        let sums1 = f32x4.splat(0);
        let sums2 = f32x4.splat(0);
        let sums3 = f32x4.splat(0);
        let o: usize = 0;
        for (; o < vectorBytes; o += 16) {
          const g = v128.load(d + o);
          sums0 = f32x4.add(sums0, f32x4.mul(g, v128.load(w0 + o)));
          sums1 = f32x4.add(sums1, f32x4.mul(g, v128.load(w1 + o)));
          sums2 = f32x4.add(sums2, f32x4.mul(g, v128.load(w2 + o)));
          sums3 = f32x4.add(sums3, f32x4.mul(g, v128.load(w3 + o)));
        }
        // Lanes of two dot products side by side: (0 + 2 of one, 0 + 2 of the other, 1 + 3, 1 + 3).
        const halves01 = f32x4.add(
          i32x4.shuffle(sums0, sums1, 0, 4, 1, 5),
          i32x4.shuffle(sums0, sums1, 2, 6, 3, 7),
        );
        const halves23 = f32x4.add(
          i32x4.shuffle(sums2, sums3, 0, 4, 1, 5),
          i32x4.shuffle(sums2, sums3, 2, 6, 3, 7),
        );
        let sums = f32x4.add(i64x2.shuffle(halves01, halves23, 0, 2), i64x2.shuffle(halves01, halves23, 1, 3));
        for (; o < rowBytes; o += 4) {
          const column = f32x4(load<f32>(w0 + o), load<f32>(w1 + o), load<f32>(w2 + o), load<f32>(w3 + o));
          sums = f32x4.add(sums, f32x4.mul(f32x4.splat(load<f32>(d + o)), column));
        }
        store<f32>(dInput + (i0 << 2), f32x4.extract_lane(sums, 0));
        store<f32>(dInput + (i1 << 2), f32x4.extract_lane(sums, 1));
        store<f32>(dInput + (i2 << 2), f32x4.extract_lane(sums, 2));
        store<f32>(dInput + (i3 << 2), f32x4.extract_lane(sums, 3));
      }
      for (; at < listEnd; at += 4) {
        const i = <usize>load<u32>(listIndices + at);
        store<f32>(dInput + (i << 2), dotProduct(d, weight + i * rowBytes, rowBytes));
      }
    }
    input += <usize>nInputs << 2;
    dInput += <usize>nInputs << 2;
    d += rowBytes;
  }
  sumRows(dBias, dOut, nRows, nOutputs);
}

/** In double. */
export function sumRows(out: usize, input: usize, nRows: u32, nUnits: u32): void {
  const rowBytes = <usize>nUnits << 2;
  const vectorBytes = rowBytes & ~15;
  let o: usize = 0;
  for (; o < vectorBytes; o += 16) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let at = input + o;
    for (let b: u32 = 0; b < nRows; b++) {
      const x = v128.load(at);
      low = f64x2.add(low, f64x2.promote_low_f32x4(x));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 0)));
      at += rowBytes;
    }
    v128.store(
      out + o,
      i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2),
    );
  }
  for (; o < rowBytes; o += 4) {
    let sum: f64 = 0;
    let at = input + o;
    for (let b: u32 = 0; b < nRows; b++) {
      sum += load<f32>(at);
      at += rowBytes;
    }
    store<f32>(out + o, <f32>sum);
  }
}
