/**
 * Matrices whose numbers take two bytes or one: the first layer of a model in use, nearly all of its size. Rows stay packed
 * in memory; kernels unpack a row while they read it.
 *
 * float16 is IEEE 754 binary16. int8 is a whole number in [-127, 127] times the scale of its row.
 */
import { OptionError } from "../errors.js";

export interface Float16Rows {
  readonly type: "float16";
  /** `[rows, columns]`, the bits of binary16 numbers. */
  readonly bits: Uint16Array;
}

export interface Int8Rows {
  readonly type: "int8";
  /** `[rows, columns]` */
  readonly values: Int8Array;
  /** `[rows]`, each ≥ 0. */
  readonly scales: Float32Array;
}

export type PackedRows = Float16Rows | Int8Rows;

/** Bits of binary16: 1 sign, 5 exponent, 10 fraction. Those of binary32: 1, 8, 23. */
const FRACTION_BITS_LOST = 13;
const EXPONENT_DIFFERENCE = 127 - 15;
/** Least number with a full fraction, 2^-14, as bits of binary32. */
const LEAST_NORMAL = (EXPONENT_DIFFERENCE + 1) << 23;
/** 65520, the least number that rounds to infinity. */
const OVERFLOW = 0x477ff000;
const INT8_MAX = 127;

/** Number of stored numbers. */
export function countPacked(rows: PackedRows): number {
  return rows.type === "float16" ? rows.bits.length : rows.values.length;
}

/** The number that bits of binary16 stand for; finite unless the exponent's five bits are all 1. */
export function halfToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Returns the numbers in binary16, to nearest, ties to even. Numbers below 2^-14 in size become 0: kernels are slow at
 * numbers without a full fraction, and as weights they are nothing.
 * @throws {OptionError} when a number is 65520 or more in size, which binary16 cannot hold
 */
export function packFloat16(values: Float32Array): Float16Rows {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const size = words[i] & 0x7fff_ffff;
    if (size >= OVERFLOW) throw new OptionError("quantize", "int8, for float16 holds no number this large", values[i]);
    if (size < LEAST_NORMAL) continue;
    const isOdd = (size >>> FRACTION_BITS_LOST) & 1;
    // Half of the last place less one, and one more where the last place is odd: a carry moves on into the exponent.
    const rounded = size - (EXPONENT_DIFFERENCE << 23) + ((1 << (FRACTION_BITS_LOST - 1)) - 1) + isOdd;
    bits[i] = ((words[i] >>> 16) & 0x8000) | (rounded >>> FRACTION_BITS_LOST);
  }
  return { type: "float16", bits };
}

/** Returns the numbers of each row as whole multiples of a 127th of the row's greatest size, to nearest. */
export function packInt8(values: Float32Array, nColumns: number): Int8Rows {
  const nRows = values.length / nColumns;
  const packed = new Int8Array(values.length);
  const scales = new Float32Array(nRows);
  for (let row = 0; row < nRows; row++) {
    const start = row * nColumns;
    let greatest = 0;
    for (let i = start; i < start + nColumns; i++) greatest = Math.max(greatest, Math.abs(values[i]));
    const scale = Math.fround(greatest / INT8_MAX);
    if (scale === 0) continue;
    scales[row] = scale;
    for (let i = start; i < start + nColumns; i++) {
      packed[i] = Math.max(-INT8_MAX, Math.min(INT8_MAX, Math.round(values[i] / scale)));
    }
  }
  return { type: "int8", values: packed, scales };
}

/** Writes the numbers of one row, `[columns]`. */
export function unpackRow(rows: PackedRows, row: number, out: Float32Array): void {
  const start = row * out.length;
  for (let i = 0; i < out.length; i++) {
    out[i] = rows.type === "float16" ? halfToNumber(rows.bits[start + i]) : rows.values[start + i] * rows.scales[row];
  }
}

/** Returns the numbers that packed rows stand for. */
export function unpackRows(rows: PackedRows): Float32Array {
  if (rows.type === "float16") return Float32Array.from(rows.bits, halfToNumber);
  const nColumns = rows.values.length / rows.scales.length;
  return Float32Array.from(rows.values, (value, i) => value * rows.scales[Math.floor(i / nColumns)]);
}
