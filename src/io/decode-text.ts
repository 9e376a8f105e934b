import { isUtf8 } from "node:buffer";
import { DatasetError } from "../errors.js";
import type { ByteSource } from "./files.js";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const UTF8_REMEDY = 'save the file as UTF-8 (in Excel: "CSV UTF-8")';

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

/** Counts line ends as they come: "\n", "\r\n" and a lone "\r", also where a chunk ends between "\r" and "\n". */
class LineEndCounter {
  #nLineEnds = 0;
  #endedInCarriageReturn = false;

  get nLineEnds(): number {
    return this.#nLineEnds;
  }

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === CARRIAGE_RETURN || (byte === LINE_FEED && !this.#endedInCarriageReturn)) this.#nLineEnds++;
      this.#endedInCarriageReturn = byte === CARRIAGE_RETURN;
    }
  }
}

function encodingError(source: string, line: number, offset: number, byte: number): DatasetError {
  const shown = `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return new DatasetError(
    "DATASET_ENCODING",
    { source, line },
    `byte ${shown} at offset ${offset} is not UTF-8; ${UTF8_REMEDY}`,
  );
}

function checkByteOrderMark(source: string, bytes: Uint8Array): void {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  if (!isLittle && !isBig) return;
  const name = isLittle ? "UTF-16LE" : "UTF-16BE";
  throw new DatasetError(
    "DATASET_ENCODING",
    { source, line: 1 },
    `the byte order mark at offset 0 says ${name}; ${UTF8_REMEDY}`,
  );
}

/**
 * Yields the text of a UTF-8 source in pieces of whole characters, without a byte order mark at its start.
 *
 * Decoding is strict: no byte is replaced or dropped. Memory is one chunk.
 * @throws {DatasetError} with code DATASET_ENCODING at the first byte that is not UTF-8, naming its line and its 0-based
 *   offset, or at a byte order mark of UTF-16
 * @throws {FileError} when the source cannot be read
 */
export async function* decodeText(source: ByteSource): AsyncGenerator<string, void> {
  const lineEnds = new LineEndCounter();
  let offset = 0;
  let pending: Uint8Array = new Uint8Array(0);
  let isStart = true;

  function decode(bytes: Uint8Array): string {
    if (!isUtf8(bytes)) {
      const invalid = findInvalidByte(bytes);
      lineEnds.add(bytes.subarray(0, invalid));
      throw encodingError(source.name, lineEnds.nLineEnds + 1, offset + invalid, bytes[invalid] as number);
    }
    lineEnds.add(bytes);
    offset += bytes.length;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  }

  for await (const chunk of source.chunks) {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    // A byte order mark has at most three bytes.
    if (isStart && bytes.length < 3) {
      pending = bytes;
      continue;
    }
    if (isStart) checkByteOrderMark(source.name, bytes);
    const end = findIncompleteTail(bytes);
    const text = decode(bytes.subarray(0, end));
    pending = bytes.subarray(end);
    yield isStart && text.startsWith("\ufeff") ? text.slice(1) : text;
    isStart = false;
  }
  if (pending.length === 0) return;
  if (isStart) checkByteOrderMark(source.name, pending);
  yield decode(pending);
}
