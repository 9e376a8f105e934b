import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/io/csv.js";
import { decodeText } from "../../src/io/decode-text.js";

const PARAMETERS = { seed: 20261123, numRuns: 500 };

const field = fc.oneof(
  fc.array(fc.constantFrom(..."a가힣😀,\"\r\n \t\u2028\u0000é;'"), { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const table = fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 6 });

/** RFC 4180: a field with a comma, quote or line break must be quoted; any other may be. */
function writeField(value: string, isQuoted: boolean): string {
  return isQuoted || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

async function* inChunks(text: string, chunkSize: number): AsyncGenerator<Uint8Array, void> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize);
}

describe("parseCsv", () => {
  it("reads back what was written, for any line end, quoting and chunk size", async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 20 }),
        async (rows, lineEnd, isQuoted, endsInLineEnd, chunkSize) => {
          const lines = rows.map((row) => row.map((value) => writeField(value, isQuoted)).join(","));
          // A last row of one empty, unquoted field cannot be told from the end of the file.
          const needsLineEnd = lines.at(-1) === "";
          const text = lines.join(lineEnd) + (rows.length > 0 && (endsInLineEnd || needsLineEnd) ? lineEnd : "");
          const read: (readonly string[])[] = [];
          const starts: number[] = [];
          const source = { name: "test.csv", chunks: inChunks(`\ufeff${text}`, chunkSize) };
          for await (const { fields, line } of parseCsv(decodeText(source), "test.csv")) {
            read.push(fields);
            starts.push(line);
          }
          expect(read).toEqual(rows);
          const nLinesBefore = (i: number) => `${lines.slice(0, i).join(lineEnd)}${i > 0 ? lineEnd : ""}`;
          // A "\r" at the end of a quoted field is followed by a quote, so no pair is split by this count.
          expect(starts).toEqual(rows.map((_, i) => 1 + (nLinesBefore(i).match(/\r\n|\r|\n/g)?.length ?? 0)));
        },
      ),
      PARAMETERS,
    );
  });
});
