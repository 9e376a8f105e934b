import { decodeUtf8 } from "./compact-protocol.js";
import type { StoredValue } from "./encodings.js";
import type { ColumnType, Meaning } from "./metadata.js";

const DAY_MS = 86_400_000;
/** Day number of 1970-01-01 in INT96. */
const EPOCH_JULIAN_DAY = 2_440_588;
/** Writers give 16, and 32 for the largest. */
const MAX_DECIMAL_BYTES = 64;
/** More decimal places than any writer gives. */
const MAX_SCALE = 1000;

function showDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw new Error(`a date is ${milliseconds} ms from 1970`);
  return date.toISOString();
}

function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length > MAX_DECIMAL_BYTES) throw new Error(`a number of ${bytes.length} bytes`);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return hex === "" ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
}

function showDecimal(unscaled: bigint, scale: number): string {
  if (scale < 0 || scale > MAX_SCALE) throw new Error(`a number of ${scale} decimal places`);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
}

/** @see IEEE 754, binary16 */
function float16(bytes: Uint8Array): number {
  const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 === 1 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function showJson(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error("a value is not JSON", { cause });
  }
  if (value === null) return "";
  return typeof value === "object" ? null : String(value);
}

function showBytes(bytes: Uint8Array, meaning: Meaning, { physicalType }: ColumnType): string | null {
  if (physicalType === "INT96") {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
    const nanoseconds = Number(view.getBigInt64(0, true));
    return showDate((view.getInt32(8, true) - EPOCH_JULIAN_DAY) * DAY_MS + Math.floor(nanoseconds / 1e6));
  }
  switch (meaning.kind) {
    case "decimal":
      return showDecimal(bigEndian(bytes), meaning.scale);
    case "float16":
      return String(float16(bytes));
    case "json":
      return showJson(decodeUtf8(bytes));
    case "uuid":
      return Buffer.from(bytes)
        .toString("hex")
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    case "not-text":
      return null;
    default:
      return physicalType === "BYTE_ARRAY" || meaning.kind === "text" ? decodeUtf8(bytes) : null;
  }
}

/**
 * A value as it prints: numbers with all their digits, dates in ISO 8601; null for what is no text.
 * @throws {Error} when it is not what its column says
 */
export function showValue(value: StoredValue, type: ColumnType): string | null {
  const { meaning, physicalType } = type;
  if (value instanceof Uint8Array) return showBytes(value, meaning, type);
  if (meaning.kind === "not-text") return null;
  if (typeof value === "boolean" || physicalType === "FLOAT" || physicalType === "DOUBLE") return String(value);
  switch (meaning.kind) {
    case "date":
      return showDate(Number(value) * DAY_MS);
    case "timestamp": {
      const { perMillisecond } = meaning;
      // Whole milliseconds, rounded down: the rest of a division is below 0 before 1970.
      const rest = BigInt.asIntN(64, BigInt(value)) % BigInt(perMillisecond);
      const down = rest < 0n ? rest + BigInt(perMillisecond) : rest;
      return showDate(Number((BigInt(value) - down) / BigInt(perMillisecond)));
    }
    case "decimal":
      return showDecimal(BigInt(value), meaning.scale);
    case "unsigned":
      return String(typeof value === "bigint" ? BigInt.asUintN(64, value) : value >>> 0);
    default:
      return String(value);
  }
}
