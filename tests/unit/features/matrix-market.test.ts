import { describe, expect, it } from "vitest";
import { formatMatrixMarket } from "../../../src/features/matrix-market.js";

describe("formatMatrixMarket", () => {
  it("writes header, comment, sizes and one line per value, counted from 1", () => {
    const matrix = {
      nRows: 3,
      nColumns: 4,
      indptr: Uint32Array.of(0, 2, 2, 3),
      indices: Uint32Array.of(0, 3, 1),
      data: Float32Array.of(2, 0.1, 1e-7),
    };
    // In single precision 0.1 is 0.100000001490 and 1e-7 is 1.00000001168e-7.
    expect([...formatMatrixMarket(matrix, "terms\nsorted")].join("")).toBe(
      "%%MatrixMarket matrix coordinate real general\n% terms\n% sorted\n3 4 3\n1 1 2\n1 4 0.100000001\n3 2 1.00000001e-7\n",
    );
  });

  it("writes an empty matrix as its header and sizes", () => {
    const matrix = {
      nRows: 0,
      nColumns: 0,
      indptr: Uint32Array.of(0),
      indices: new Uint32Array(0),
      data: new Float32Array(0),
    };
    expect([...formatMatrixMarket(matrix)]).toEqual(["%%MatrixMarket matrix coordinate real general\n0 0 0\n"]);
  });

  it("gives large matrices in chunks of some 64 Ki characters that hold whole lines", () => {
    const n = 20_000;
    const data = Float32Array.from({ length: n }, (_, i) => 1 / (i + 3));
    const indices = Uint32Array.from({ length: n }, (_, i) => i);
    const chunks = [...formatMatrixMarket({ nRows: 1, nColumns: n, indptr: Uint32Array.of(0, n), indices, data })];
    expect(chunks.length).toBeGreaterThan(3);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThan(66_000);
      expect(chunk.endsWith("\n")).toBe(true);
    }
    const lines = chunks.join("").trimEnd().split("\n").slice(2);
    expect(lines.map((line) => Math.fround(Number(line.split(" ")[2])))).toEqual([...data]);
  });
});
