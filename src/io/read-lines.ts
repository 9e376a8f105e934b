import { DatasetError } from "../errors.js";
import { MAX_RECORD_LENGTH } from "./csv.js";
import { type DecodeOptions, decodeText } from "./decode-text.js";
import { type ByteSource, checkSource, openFile } from "./files.js";
import { unpack } from "./unpack.js";

/**
 * Yields the lines of a text, also of a gzip file, without their ends, one document each, empty ones included.
 *
 * Lines end at "\n" or "\r\n" and nowhere else: not at U+2028 or a lone "\r", which occur inside articles. A line break at the end of the
 * text begins no further line. A line is read from the source only when it is asked for; memory is one chunk and one line.
 *
 * @param source path of the file, or an open source such as standard input
 * @throws {OptionError} when the source is neither of them
 * @throws {FileError} when the source cannot be read
 * @throws {DatasetError} with code DATASET_ENCODING when its bytes are not in the encoding, DATASET_FORMAT
 *   when it is no text, DATASET_SYNTAX when a line is longer than 16 Mi characters
 */
export async function* readLines(
  source: string | ByteSource,
  options: DecodeOptions = {},
): AsyncGenerator<string, void> {
  checkSource("source", source);
  const bytes = typeof source === "string" ? openFile(source) : source;
  yield* splitLines(decodeText(unpack(bytes), options), bytes.name);
}

/** A line without its end. */
export interface ScannedLine {
  /** Cut off at the limit where the line is longer. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  readonly isTooLong: boolean;
}

/**
 * Yields the lines of text that comes in pieces, those longer than `maxLength` characters cut off.
 * @param waits whether a line that is too long is told at its end, so that reading can go on; otherwise it is told as soon
 *   as it is known, and nothing follows
 */
export async function* scanLines(
  pieces: AsyncIterable<string>,
  maxLength: number,
  waits: boolean,
): AsyncGenerator<ScannedLine, void> {
  let begun = "";
  let nLines = 0;

  function finish(text: string): ScannedLine {
    nLines++;
    const isTooLong = text.length > maxLength;
    return { text: isTooLong ? text.slice(0, maxLength) : text.replace(/\r$/, ""), line: nLines, isTooLong };
  }

  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", start)) {
      const line = begun + piece.slice(start, end);
      begun = "";
      start = end + 1;
      yield finish(line);
    }
    begun += piece.slice(start);
    if (begun.length <= maxLength) continue;
    if (!waits) {
      yield finish(begun);
      return;
    }
    // One more than the limit is enough to know it by.
    begun = begun.slice(0, maxLength + 1);
  }
  // A "\r" at the very end ends no line.
  if (begun !== "")
    yield begun.length > maxLength ? finish(begun) : { text: begun, line: nLines + 1, isTooLong: false };
}

/** The error for a line of plain text that is longer than `maxLength` characters. */
export function lineTooLong(source: string, line: number, maxLength: number): DatasetError {
  return new DatasetError(
    "DATASET_SYNTAX",
    { source, line },
    `the line is longer than ${maxLength} characters; give one document per line`,
  );
}

/** The lines of text that comes in pieces; `readLines` after decoding. */
export async function* splitLines(pieces: AsyncIterable<string>, sourceName: string): AsyncGenerator<string, void> {
  for await (const lines of groupLines(pieces, sourceName)) yield* lines;
}

/**
 * Yields the lines as `readLines` does, those that end in one piece of the source together, so that none waits for more
 * input: for whoever has work to hand out. Throws what `readLines` throws.
 */
export async function* readLineGroups(
  source: string | ByteSource,
  options: DecodeOptions = {},
): AsyncGenerator<readonly string[], void> {
  const bytes = typeof source === "string" ? openFile(source) : source;
  yield* groupLines(decodeText(unpack(bytes), options), bytes.name);
}

async function* groupLines(pieces: AsyncIterable<string>, sourceName: string): AsyncGenerator<readonly string[], void> {
  let begun = "";
  let nLines = 0;
  for await (const piece of pieces) {
    const lines: string[] = [];
    let start = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", start)) {
      const line = begun + piece.slice(start, end);
      begun = "";
      start = end + 1;
      if (line.length > MAX_RECORD_LENGTH) {
        throw lineTooLong(sourceName, nLines + lines.length + 1, MAX_RECORD_LENGTH);
      }
      lines.push(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    begun += piece.slice(start);
    nLines += lines.length;
    if (lines.length > 0) yield lines;
    if (begun.length > MAX_RECORD_LENGTH) throw lineTooLong(sourceName, nLines + 1, MAX_RECORD_LENGTH);
  }
  // A "\r" at the very end ends no line.
  if (begun !== "") yield [begun];
}
