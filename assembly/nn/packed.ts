import { fetchRows } from "./fetch";
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

/** out += x row, the row's numbers being whole. */
// @ts-ignore: decorator
@inline
function addInt8Row(out: usize, x: f32, row: usize, n: usize): void {
  const v = f32x4.splat(x);
  const vectored = n & ~7;
  let o: usize = 0;
  for (; o < vectored; o += 8) {
    const wide = v128.load_ext<i8>(row + o);
    const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(wide));
    const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(wide));
    const at = out + (o << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(v, low)));
    v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(v, high)), 16);
  }
  for (; o < n; o++) {
    const at = out + (o << 2);
    store<f32>(at, load<f32>(at) + x * <f32>load<i8>(row + o));
  }
}

/** Returns INDEX_OUT_OF_RANGE, the output unfinished, when a column is not below nInputs. */
export function float16LinearForward(
  out: usize,
  indptr: usize,
  columns: usize,
  values: usize,
  weight: usize,
  bias: usize,
  nRows: u32,
  nInputs: u32,
  nOutputs: u32,
): i32 {
  const rowBytes = <usize>nOutputs << 1;
  let begin = load<u32>(indptr);
  for (let b: u32 = 0; b < nRows; b++) {
    const end = load<u32>(indptr + (<usize>b << 2), 4);
    if (!fetchRows(weight, columns, begin, end, nInputs, rowBytes)) return INDEX_OUT_OF_RANGE;
    memory.copy(out, bias, <usize>nOutputs << 2);
    for (let k = begin; k < end; k++) {
      const at = <usize>k << 2;
      addHalfRow(out, load<f32>(values + at), weight + <usize>load<u32>(columns + at) * rowBytes, nOutputs);
    }
    out += <usize>nOutputs << 2;
    begin = end;
  }
  return OK;
}

/** Returns INDEX_OUT_OF_RANGE, the output unfinished, when a column is not below nInputs. */
export function int8LinearForward(
  out: usize,
  indptr: usize,
  columns: usize,
  values: usize,
  weight: usize,
  scales: usize,
  bias: usize,
  nRows: u32,
  nInputs: u32,
  nOutputs: u32,
): i32 {
  const rowBytes = <usize>nOutputs;
  let begin = load<u32>(indptr);
  for (let b: u32 = 0; b < nRows; b++) {
    const end = load<u32>(indptr + (<usize>b << 2), 4);
    if (!fetchRows(weight, columns, begin, end, nInputs, rowBytes)) return INDEX_OUT_OF_RANGE;
    memory.copy(out, bias, <usize>nOutputs << 2);
    for (let k = begin; k < end; k++) {
      const at = <usize>k << 2;
      const column = <usize>load<u32>(columns + at);
      addInt8Row(out, load<f32>(values + at) * load<f32>(scales + (column << 2)), weight + column * rowBytes, nOutputs);
    }
    out += <usize>nOutputs << 2;
    begin = end;
  }
  return OK;
}
