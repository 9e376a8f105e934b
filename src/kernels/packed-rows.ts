/**
 * Matrices whose numbers take two bytes or one: the first layer of a model in use, nearly all of its size. Rows stay packed
 * in memory; kernels unpack a row while they read it.
 *
 * float16 is IEEE 754 binary16. int8 is a whole number in [-127, 127] times a scale. Where matrices stand side by side, each
 * row has a scale for each of them.
 */
import { OptionError } from "../errors.js";

export interface Float16Rows {
  readonly type: "float16";
  readonly nColumns: number;
  /** `[rows, columns]`, the bits of binary16 numbers. */
  readonly bits: Uint16Array;
}

export interface Int8Rows {
  readonly type: "int8";
  readonly nColumns: number;
  /** `[rows, columns]` */
  readonly values: Int8Array;
  /** `[groups]` Neighbouring columns that share a scale; the sum is the number of columns. */
  readonly widths: Uint32Array;
  /** `[rows, groups]`, each ≥ 0. */
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

/** Number of rows. */
export function countRows(rows: PackedRows): number {
  return (rows.type === "float16" ? rows.bits.length : rows.values.length) / rows.nColumns;
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
export function packFloat16(values: Float32Array, nColumns: number): Float16Rows {
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
  return { type: "float16", nColumns, bits };
}

/** Returns the numbers of each row and group as whole multiples of a 127th of the greatest size among them, to nearest. */
export function packInt8(values: Float32Array, widths: Uint32Array): Int8Rows {
  const nColumns = widths.reduce((sum, width) => sum + width, 0);
  const packed = new Int8Array(values.length);
  const scales = new Float32Array((values.length / nColumns) * widths.length);
  let start = 0;
  for (let group = 0; group < scales.length; group++) {
    const end = start + widths[group % widths.length];
    let greatest = 0;
    for (let i = start; i < end; i++) {
      const size = Math.abs(values[i]);
      if (size > greatest) greatest = size;
    }
    const scale = Math.fround(greatest / INT8_MAX);
    scales[group] = scale;
    for (let i = start; i < end && scale > 0; i++) {
      // Math.round(x) for what is above -128: a half is added, and the fraction of what is then above 0 cut off. Only where the
      // scale is rounded to a subnormal number is there something beyond the bounds.
      const multiple = ((values[i] / scale + 128.5) | 0) - 128;
      packed[i] = multiple > INT8_MAX ? INT8_MAX : multiple < -INT8_MAX ? -INT8_MAX : multiple;
    }
    start = end;
  }
  return { type: "int8", nColumns, values: packed, widths, scales };
}

/** A line of the processor's caches. */
const LINE_BYTES = 64;
/** A record begins at a multiple of this many bytes. */
const RECORD_ALIGNMENT_BYTES = 16;

/**
 * Bytes of a record of a row's scales and, behind them, its numbers, for kernels that keep them together: so many that no
 * record touches more lines of the cache than it must, where the first one begins with a line.
 */
export function recordBytes({ nColumns, widths }: Int8Rows): number {
  const needed = Float32Array.BYTES_PER_ELEMENT * widths.length + nColumns;
  const nLines = Math.ceil(needed / LINE_BYTES);
  let bytes = Math.ceil(needed / RECORD_ALIGNMENT_BYTES) * RECORD_ALIGNMENT_BYTES;
  for (; bytes < nLines * LINE_BYTES; bytes += RECORD_ALIGNMENT_BYTES) {
    // The places of records within a line repeat with every fourth one at the latest.
    const lastBytes = [0, 1, 2, 3].map((record) => ((record * bytes) % LINE_BYTES) + needed);
    if (Math.max(...lastBytes) <= nLines * LINE_BYTES) break;
  }
  return bytes;
}

/** Writes the numbers of all columns of one row. */
export function unpackRow(rows: PackedRows, row: number, out: Float32Array): void {
  const start = row * rows.nColumns;
  if (rows.type === "float16") {
    for (let i = 0; i < rows.nColumns; i++) out[i] = halfToNumber(rows.bits[start + i]);
    return;
  }
  const { values, widths, scales } = rows;
  let i = 0;
  for (let group = 0; group < widths.length; group++) {
    const scale = scales[row * widths.length + group];
    for (const end = i + widths[group]; i < end; i++) out[i] = values[start + i] * scale;
  }
}

/** Returns the numbers that packed rows stand for. */
export function unpackRows(rows: PackedRows): Float32Array {
  const { nColumns } = rows;
  const nRows = countRows(rows);
  const unpacked = new Float32Array(nRows * nColumns);
  for (let row = 0; row < nRows; row++) unpackRow(rows, row, unpacked.subarray(row * nColumns, (row + 1) * nColumns));
  return unpacked;
}
