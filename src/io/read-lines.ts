import { DatasetError } from "../errors.js";
import { MAX_RECORD_LENGTH } from "./csv.js";
import { decodeText } from "./decode-text.js";
import { type ByteSource, openFile } from "./files.js";

/**
 * Yields the lines of a UTF-8 text without their ends, one document each, empty ones included.
 *
 * Lines end at "\n" or "\r\n" and nowhere else: not at U+2028 or a lone "\r", which occur inside articles. A line break at the end of the
 * text begins no further line. A line is read from the source only when it is asked for; memory is one chunk and one line.
 *
 * @param source path of the file, or an open source such as standard input
 * @throws {FileError} when the source cannot be read
 * @throws {DatasetError} with code DATASET_ENCODING when it is not UTF-8, DATASET_SYNTAX when a line is longer than 16 Mi characters
 */
export async function* readLines(source: string | ByteSource): AsyncGenerator<string, void> {
  const bytes = typeof source === "string" ? openFile(source) : source;
  yield* splitLines(decodeText(bytes), bytes.name);
}

/** The lines of text that comes in pieces; `readLines` after decoding. */
export async function* splitLines(pieces: AsyncIterable<string>, sourceName: string): AsyncGenerator<string, void> {
  let begun = "";
  let nLines = 0;

  function finish(line: string): string {
    nLines++;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
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
    if (begun.length > MAX_RECORD_LENGTH) {
      throw new DatasetError(
        "DATASET_SYNTAX",
        { source: sourceName, line: nLines + 1 },
        `the line is longer than ${MAX_RECORD_LENGTH} characters; give one document per line`,
      );
    }
  }
  if (begun !== "") yield begun;
}
