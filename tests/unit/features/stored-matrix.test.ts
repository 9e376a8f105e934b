import { describe, expect, it } from "vitest";
import { type CsrMatrix, copyRow, longestRow } from "../../../src/features/csr-matrix.js";
import { StoredMatrixBuilder } from "../../../src/features/stored-matrix.js";
import { MemorySpool } from "./memory-spool.js";

/** Rows of 0, 1, 2 … values. */
const NNZ_OF_ROWS = [2, 0, 40_000, 3];

const MATRIX: CsrMatrix = (() => {
  const indptr = Uint32Array.of(0, 2, 2, 40_002, 40_005);
  const indices = Uint32Array.from({ length: 40_005 }, (_, k) => k);
  return { nRows: 4, nColumns: 40_005, indptr, indices, data: Float32Array.from(indices, (k) => 1 / (k + 1)) };
})();

function store(matrix: CsrMatrix) {
  const builder = new StoredMatrixBuilder(matrix.nColumns, new MemorySpool());
  for (let row = 0; row < matrix.nRows; row++) {
    const [start, end] = [matrix.indptr[row] as number, matrix.indptr[row + 1] as number];
    const [indices, values] = [matrix.indices.subarray(start, end), matrix.data.subarray(start, end)];
    builder.append({ nnz: end - start, indices, values });
  }
  return builder.finish();
}

describe("StoredMatrix", () => {
  it("has the layout of the matrix in memory", () => {
    const { nRows, nColumns, indptr } = store(MATRIX);
    expect({ nRows, nColumns, indptr }).toEqual({ nRows: 4, nColumns: 40_005, indptr: MATRIX.indptr });
    expect(longestRow(store(MATRIX))).toBe(40_000);
  });

  it("gives each row in any order as the matrix in memory does, rows longer than a block included", () => {
    const stored = store(MATRIX);
    for (const row of [3, 2, 0, 1, 2, 3]) {
      const nnz = NNZ_OF_ROWS[row] as number;
      const [columns, values] = [new Uint32Array(nnz + 2), new Float64Array(nnz + 2)];
      const [expectedColumns, expectedValues] = [columns.slice(), values.slice()];
      expect(copyRow(stored, row, columns, values, 1)).toBe(nnz + 1);
      expect(copyRow(MATRIX, row, expectedColumns, expectedValues, 1)).toBe(nnz + 1);
      expect(columns).toEqual(expectedColumns);
      expect(values).toEqual(expectedValues);
    }
  });
});
