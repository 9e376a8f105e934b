import { describe, expect, it } from "vitest";
import {
  type CsrMatrix,
  copyRows,
  countValues,
  dropEmptyRows,
  longestRow,
  type RowSource,
  sliceRows,
} from "../../../src/features/csr-matrix.js";
import { StoredMatrixBuilder } from "../../../src/features/stored-matrix.js";
import { MemorySpool } from "./memory-spool.js";

/** Rows {0: 1, 2: 2}, {}, {1: 3} and one of 20 values, which are more than a line of the cache. */
const LONG_ROW = Array.from({ length: 20 }, (_, column) => column);
const MATRIX: CsrMatrix = {
  nRows: 4,
  nColumns: 20,
  indptr: Uint32Array.of(0, 2, 2, 3, 23),
  indices: Uint32Array.from([0, 2, 1, ...LONG_ROW]),
  data: Float32Array.from([1, 2, 3, ...LONG_ROW.map((column) => column + 0.5)]),
};

function store({ indptr, indices, data, nRows, nColumns }: CsrMatrix): RowSource {
  const builder = new StoredMatrixBuilder(nColumns, new MemorySpool());
  for (let row = 0; row < nRows; row++) {
    const [begin, end] = [indptr[row], indptr[row + 1]];
    const [own, values] = [indices.slice(begin, end), Float32Array.from(data.slice(begin, end))];
    builder.append({ nnz: own.length, indices: own, values });
  }
  return builder.finish();
}

describe.each([
  ["in memory", MATRIX],
  ["in a spool", store(MATRIX)],
])("copyRows of a matrix %s", (_, matrix) => {
  it("puts the rows of a part of an order one after another", () => {
    const [indptr, columns, values] = [new Uint32Array(4).fill(9), new Uint32Array(24), new Float32Array(24)];
    expect(copyRows(matrix, Uint32Array.of(2, 3, 1, 0), 1, 4, indptr, columns, values)).toBe(22);
    expect([...indptr]).toEqual([0, 20, 20, 22]);
    expect([...columns.subarray(0, 22)]).toEqual([...LONG_ROW, 0, 2]);
    expect([...values.subarray(0, 22)]).toEqual([...LONG_ROW.map((column) => column + 0.5), 1, 2]);
  });
});

/** Columns and values of each row. */
function contentOf(matrix: RowSource): readonly (readonly [number, number])[][] {
  const order = Uint32Array.from({ length: matrix.nRows }, (_, row) => row);
  const nnz = countValues(matrix);
  const [indptr, columns, values] = [
    new Uint32Array(order.length + 1),
    new Uint32Array(nnz),
    new Float32Array(nnz),
  ] as const;
  copyRows(matrix, order, 0, order.length, indptr, columns, values);
  const places = Array.from(columns, (column, k) => [column, values[k] as number] as const);
  return Array.from(order, (row) => places.slice(indptr[row], indptr[row + 1]));
}

describe.each([
  ["in memory", MATRIX],
  ["in a spool", store(MATRIX)],
])("rows of a matrix %s", (_, matrix) => {
  it("are the same cut out of it, by themselves, with a number of values and a longest row of their own", () => {
    const all = contentOf(matrix);
    const middle = sliceRows(matrix, 1, 3);
    expect(contentOf(middle)).toEqual(all.slice(1, 3));
    expect([countValues(middle), longestRow(middle), middle.nColumns]).toEqual([1, 1, 20]);
    expect(contentOf(sliceRows(sliceRows(matrix, 1, 4), 1, 3))).toEqual(all.slice(2));
    expect(sliceRows(matrix, 4, 4).nRows).toBe(0);
  });

  it("lose the empty ones among the first, and no others", () => {
    const all = contentOf(matrix);
    const full = [all[0], all[2], all[3]];
    expect(contentOf(dropEmptyRows(matrix, 2))).toEqual(full);
    expect(contentOf(dropEmptyRows(matrix, 4))).toEqual(full);
    expect(contentOf(dropEmptyRows(matrix, 1))).toEqual(all);
    expect(contentOf(dropEmptyRows(sliceRows(matrix, 1, 4), 1))).toEqual(full.slice(1));
  });
});
