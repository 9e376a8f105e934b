import { isUtf8 } from "node:buffer";
import type { Encoding } from "../options/input-options.js";

export interface Decoded {
  /** The text of the first `nBytes` bytes. */
  readonly text: string;
  /** Bytes decoded, whole characters only: what is left over begins a character, or is the fault. */
  readonly nBytes: number;
  /** Whether the byte at `nBytes` is in no character of the encoding. */
  readonly isFault: boolean;
}

/**
 * Decodes whole characters from the start of `bytes`, up to the first fault.
 * @param isEnd whether no bytes follow: then a character cut off is a fault
 */
export type Decode = (bytes: Uint8Array, isEnd: boolean) => Decoded;

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** How many bytes the UTF-8 sequence has that `lead` begins, by its bits alone; 1 for a byte that begins none. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/** Where the last, still incomplete UTF-8 sequence of `bytes` begins; their length when they end with a whole character. */
function findIncompleteTail(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let start = end - 1; start >= 0 && start >= end - 3; start--) {
    const byte = bytes[start] as number;
    if (byte >= 0x80 && byte < 0xc0) continue;
    return start + sequenceLength(byte) > end ? start : end;
  }
  return end;
}

/** Where the first byte lies that is in no UTF-8 sequence. Sequences are short, so trying lengths 1 to 4 is linear. */
function findInvalidByte(bytes: Uint8Array): number {
  let start = 0;
  while (start < bytes.length) {
    const end = start + sequenceLength(bytes[start] as number);
    if (end > bytes.length || !isUtf8(bytes.subarray(start, end))) return start;
    start = end;
  }
  return start;
}

function decodeUtf8(bytes: Uint8Array, isEnd: boolean): Decoded {
  const whole = isEnd ? bytes : bytes.subarray(0, findIncompleteTail(bytes));
  const isFault = !isUtf8(whole);
  const nBytes = isFault ? findInvalidByte(whole) : whole.length;
  return { text: toBuffer(bytes).toString("utf8", 0, nBytes), nBytes, isFault };
}

/** A character that CP949 does not have, so the decoder writes it for bad bytes only. */
const REPLACEMENT = "\ufffd";

type DecodeCp949 = (bytes: Buffer) => string;

/**
 * Length without a lead byte at the end whose second byte is still to come. Second bytes below 0x80 end a run of high bytes, and
 * within a run characters are pairs, so an odd run ends in a lead byte.
 */
function wholeCp949Length(bytes: Uint8Array): number {
  let runStart = bytes.length;
  while (runStart > 0 && (bytes[runStart - 1] as number) >= 0x80) runStart--;
  // A lead byte before the run cannot be: the byte before the run is below 0x80.
  return bytes.length - ((bytes.length - runStart) % 2);
}

function findInvalidCp949(bytes: Buffer, decode: DecodeCp949): number {
  let start = 0;
  while (start < bytes.length) {
    if ((bytes[start] as number) < 0x80) {
      start++;
      continue;
    }
    if (start + 1 === bytes.length || decode(bytes.subarray(start, start + 2)).includes(REPLACEMENT)) return start;
    start += 2;
  }
  return start;
}

function cp949Decoder(decode: DecodeCp949): Decode {
  return (bytes, isEnd) => {
    const whole = toBuffer(isEnd ? bytes : bytes.subarray(0, wholeCp949Length(bytes)));
    const text = decode(whole);
    if (!text.includes(REPLACEMENT)) return { text, nBytes: whole.length, isFault: false };
    const nBytes = findInvalidCp949(whole, decode);
    return { text: decode(whole.subarray(0, nBytes)), nBytes, isFault: true };
  };
}

/** With the u flag, the category of surrogates is that of lone ones. */
const LONE_SURROGATE = /\p{Cs}/u;

function utf16Decoder(isBigEndian: boolean): Decode {
  return (bytes, isEnd) => {
    const units = toBuffer(bytes.subarray(0, bytes.length - (bytes.length % 2)));
    let text = (isBigEndian ? Buffer.from(units).swap16() : units).toString("utf16le");
    // The second half may come with the next bytes.
    if (!isEnd && /[\ud800-\udbff]$/.test(text)) text = text.slice(0, -1);
    const fault = text.search(LONE_SURROGATE);
    if (fault >= 0) return { text: text.slice(0, fault), nBytes: 2 * fault, isFault: true };
    return { text, nBytes: 2 * text.length, isFault: isEnd && 2 * text.length < bytes.length };
  };
}

/**
 * Returns the strict decoder of an encoding: no byte is replaced or dropped.
 *
 * CP949 is Microsoft's code page with all 11,172 syllables, without its user-defined rows; Node's own "euc-kr" has 2,350.
 */
export async function loadDecoder(encoding: Encoding): Promise<Decode> {
  switch (encoding) {
    case "utf-8":
      return decodeUtf8;
    case "utf-16le":
      return utf16Decoder(false);
    case "utf-16be":
      return utf16Decoder(true);
    case "cp949": {
      // Its tables take time and memory that a file in UTF-8 has no use for.
      const { default: iconv } = await import("iconv-lite");
      return cp949Decoder((bytes) => iconv.decode(bytes, "cp949"));
    }
  }
}
