import type { Encoding } from "../options/input-options.js";
import { type Decoded, loadDecoder } from "./text-decoders.js";

const BYTE_ORDER_MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** The encoding that the byte order mark at the start says, and the length of the mark; null when there is none. */
export function findMark(bytes: Uint8Array): { readonly encoding: Encoding; readonly nBytes: number } | null {
  for (const [encoding, mark] of BYTE_ORDER_MARKS) {
    if (mark.every((byte, i) => bytes[i] === byte)) return { encoding, nBytes: mark.length };
  }
  return null;
}

/** Whether bytes at the start, still few, may go on as a byte order mark. */
export function mayBecomeMark(bytes: Uint8Array): boolean {
  return BYTE_ORDER_MARKS.some(([, mark]) => bytes.length < mark.length && bytes.every((byte, i) => byte === mark[i]));
}

/** Whether a byte, as a whole UTF-16 unit, is a printable ASCII character or the white space of a table. */
function isTextUnit(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/**
 * The UTF-16 that bytes without a mark are in; null when they do not look like it.
 *
 * It shows by zero bytes: the high bytes of commas, digits and line ends. UTF-8 with a few NUL characters has far fewer.
 */
export async function findUtf16(bytes: Uint8Array): Promise<Encoding | null> {
  let nZero = 0;
  let nLittle = 0;
  let nBig = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const first = bytes[i] as number;
    const second = bytes[i + 1] as number;
    if (first === 0) nZero++;
    if (second === 0) nZero++;
    if (second === 0 && isTextUnit(first)) nLittle++;
    if (first === 0 && isTextUnit(second)) nBig++;
  }
  if (nLittle === nBig) return null;
  if (nZero * 4 < bytes.length) {
    const decodeUtf8 = await loadDecoder("utf-8");
    if (!decodeUtf8(bytes, false).isFault) return null;
  }
  const encoding = nLittle > nBig ? "utf-16le" : "utf-16be";
  const decode = await loadDecoder(encoding);
  const { text, isFault } = decode(bytes, false);
  return isFault || text.includes("\0") ? null : encoding;
}

/** What bytes look like that may be one encoding after another. */
export type EncodingChoice =
  | { readonly encoding: Encoding }
  | {
      readonly encoding: null;
      /** How far each encoding that was tried goes. */
      readonly tried: readonly { readonly encoding: Encoding; readonly decoded: Decoded }[];
    };

/** The multi-byte encodings in the order in which they are tried: hardly any text in CP949 is UTF-8 too. */
const TRIED: readonly Encoding[] = ["utf-8", "cp949"];

/**
 * The first encoding of UTF-8 and CP949 that the bytes are in without a fault.
 * @param isEnd whether no bytes follow
 */
export async function chooseMultiByte(bytes: Uint8Array, isEnd: boolean): Promise<EncodingChoice> {
  const tried: { readonly encoding: Encoding; readonly decoded: Decoded }[] = [];
  for (const encoding of TRIED) {
    const decode = await loadDecoder(encoding);
    const decoded = decode(bytes, isEnd);
    if (!decoded.isFault) return { encoding };
    tried.push({ encoding, decoded });
  }
  return { encoding: null, tried };
}
