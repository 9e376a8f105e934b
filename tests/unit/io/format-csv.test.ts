import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { formatCsvRow } from "../../../src/io/format-csv.js";

describe("formatCsvRow", () => {
  it("quotes only what would be read as something else", () => {
    expect(formatCsvRow(["제목", 3, 0.5, ""])).toBe("제목,3,0.5,\n");
    expect(formatCsvRow(['a "b"', "c,d", "e\nf"])).toBe('"a ""b""","c,d","e\nf"\n');
  });

  it("is read back as it was", () => {
    const fields = ["정치", 'a"b', "c,\r\nd", " e "];
    expect(parse(formatCsvRow(fields))).toEqual([fields]);
  });
});
