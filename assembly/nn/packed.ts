import { fetchRows } from "./fetch";
import { wordsScratch } from "./scratch";
import { INDEX_OUT_OF_RANGE, OK } from "./status";

/**
 * 2^112. The bits of a binary16 number, moved to the places of a binary32 one, stand for the number times 2^-112, since the
 * exponents' offsets are 15 and 127; the factor goes into the value that the row is multiplied with.
 */
const HALF_FACTOR: f32 = reinterpret<f32>((112 + 127) << 23);
/** Sign, and what the shift by three places leaves of exponent and fraction. */
const HALF_BITS: u32 = 0x8fffe000;

/** out += x row, the row's numbers being binary16. */
// @ts-ignore: decorator
@inline
function addHalfRow(out: usize, x: f32, row: usize, n: usize): void {
  const factor = x * HALF_FACTOR;
  const v = f32x4.splat(factor);
  const mask = i32x4.splat(HALF_BITS);
  const vectored = n & ~3;
  let o: usize = 0;
  for (; o < vectored; o += 4) {
    const bits = i32x4.shr_s(i32x4.shl(v128.load_ext<u16>(row + (o << 1)), 16), 3);
    const at = out + (o << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(v, v128.and(bits, mask))));
  }
  for (; o < n; o++) {
    const bits = (<i32>(<u32>load<u16>(row + (o << 1)) << 16) >> 3) & HALF_BITS;
    const at = out + (o << 2);
    store<f32>(at, load<f32>(at) + factor * reinterpret<f32>(bits));
  }
}

/** out = bias + Σ_k values[k] weight[columns[k]], binary16. Returns INDEX_OUT_OF_RANGE when a column is not below nTerms. */
export function float16Sums(
  out: usize,
  columns: usize,
  values: usize,
  nnz: u32,
  weight: usize,
  bias: usize,
  nTerms: u32,
  nUnits: u32,
): i32 {
  const rowBytes = <usize>nUnits << 1;
  if (!fetchRows(weight, columns, 0, nnz, nTerms, rowBytes)) return INDEX_OUT_OF_RANGE;
  memory.copy(out, bias, <usize>nUnits << 2);
  for (let at: usize = 0; at < <usize>nnz << 2; at += 4) {
    addHalfRow(out, load<f32>(values + at), weight + <usize>load<u32>(columns + at) * rowBytes, nUnits);
  }
  return OK;
}

/** Bytes of the sums of 32 and of 8 units. */
const SUMS_32: usize = 128;
const SUMS_8: usize = 32;

/**
 * out += Σ_k values[k] scale[columns[k]] weight[columns[k]] for 32 units: their sums stay in registers, and the records, read
 * ahead before, in the first cache. `scale` and `weight` are those of the first record.
 */
// @ts-ignore: decorator
@inline
function addInt8Rows32(
  out: usize,
  columns: usize,
  values: usize,
  nnz: u32,
  recordBytes: usize,
  scale: usize,
  weight: usize,
): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  let s4 = v128.load(out, 64);
  let s5 = v128.load(out, 80);
  let s6 = v128.load(out, 96);
  let s7 = v128.load(out, 112);
  const end = columns + (<usize>nnz << 2);
  while (columns < end) {
    const record = <usize>load<u32>(columns) * recordBytes;
    const x = f32x4.splat(load<f32>(values) * load<f32>(scale + record));
    const row = weight + record;
    const w0 = v128.load_ext<i8>(row);
    const w1 = v128.load_ext<i8>(row, 8);
    const w2 = v128.load_ext<i8>(row, 16);
    const w3 = v128.load_ext<i8>(row, 24);
    s0 = f32x4.add(s0, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(w0))));
    s1 = f32x4.add(s1, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(w0))));
    s2 = f32x4.add(s2, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(w1))));
    s3 = f32x4.add(s3, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(w1))));
    s4 = f32x4.add(s4, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(w2))));
    s5 = f32x4.add(s5, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(w2))));
    s6 = f32x4.add(s6, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(w3))));
    s7 = f32x4.add(s7, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(w3))));
    columns += 4;
    values += 4;
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

/** The same for 8 units. */
// @ts-ignore: decorator
@inline
function addInt8Rows8(
  out: usize,
  columns: usize,
  values: usize,
  nnz: u32,
  recordBytes: usize,
  scale: usize,
  weight: usize,
): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  const end = columns + (<usize>nnz << 2);
  while (columns < end) {
    const record = <usize>load<u32>(columns) * recordBytes;
    const x = f32x4.splat(load<f32>(values) * load<f32>(scale + record));
    const w = v128.load_ext<i8>(weight + record);
    s0 = f32x4.add(s0, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(w))));
    s1 = f32x4.add(s1, f32x4.mul(x, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(w))));
    columns += 4;
    values += 4;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
}

/**
 * Writes `nRows` records from numbers i8 [nRows, nUnits] and scales f32 [nRows, nGroups]. Up to 15 bytes behind each are read and
 * written, those behind a record before the next one is.
 */
export function placeInt8(
  records: usize,
  recordBytes: u32,
  numbers: usize,
  scales: usize,
  nRows: u32,
  nGroups: u32,
  nUnits: u32,
): void {
  const scaleBytes = <usize>nGroups << 2;
  const end = records + <usize>nRows * recordBytes;
  for (let record = records; record < end; record += recordBytes) {
    for (let at: usize = 0; at < scaleBytes; at += 4) store<u32>(record + at, load<u32>(scales + at));
    const out = record + scaleBytes;
    for (let at: usize = 0; at < <usize>nUnits; at += 16) v128.store(out + at, v128.load(numbers + at));
    scales += scaleBytes;
    numbers += nUnits;
  }
}

/**
 * out = bias + Σ_k values[k] row[columns[k]], the rows being records of {scales f32 [nGroups], numbers i8 [nUnits]} in groups
 * of `widths`. Returns INDEX_OUT_OF_RANGE when a column is not below nTerms. Up to seven bytes behind a record are read, and
 * not used.
 */
export function int8Sums(
  out: usize,
  columns: usize,
  values: usize,
  nnz: u32,
  records: usize,
  recordBytes: u32,
  widths: usize,
  nGroups: u32,
  bias: usize,
  nTerms: u32,
  nUnits: u32,
): i32 {
  if (!fetchRows(records, columns, 0, nnz, nTerms, recordBytes)) return INDEX_OUT_OF_RANGE;
  memory.copy(out, bias, <usize>nUnits << 2);
  let w = records + (<usize>nGroups << 2);
  for (let group: usize = 0; group < <usize>nGroups; group++) {
    const s = records + (group << 2);
    let width = <usize>load<u32>(widths + (group << 2));
    for (; width >= 32; width -= 32) {
      addInt8Rows32(out, columns, values, nnz, recordBytes, s, w);
      out += SUMS_32;
      w += 32;
    }
    for (; width >= 8; width -= 8) {
      addInt8Rows8(out, columns, values, nnz, recordBytes, s, w);
      out += SUMS_8;
      w += 8;
    }
    if (width > 0) {
      const sums = wordsScratch();
      memory.copy(sums, out, width << 2);
      addInt8Rows8(sums, columns, values, nnz, recordBytes, s, w);
      memory.copy(out, sums, width << 2);
      out += width << 2;
      w += width;
    }
  }
  return OK;
}
