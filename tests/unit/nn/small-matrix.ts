import type { CsrMatrix } from "../../../src/features/csr-matrix.js";

/** Returns the matrix whose rows hold the given [column, value] pairs, columns ascending. */
export function csrOf(nColumns: number, rows: readonly (readonly (readonly [number, number])[])[]): CsrMatrix {
  const indptr = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    indptr[i + 1] = indptr[i]! + row.length;
  });
  return {
    nRows: rows.length,
    nColumns,
    indptr,
    indices: Uint32Array.from(rows.flatMap((row) => row.map(([column]) => column))),
    data: Float32Array.from(rows.flatMap((row) => row.map(([, value]) => value))),
  };
}

/** Four documents over seven terms; the second is empty. */
export const SEVEN_TERMS = csrOf(7, [
  [
    [0, 0.6],
    [3, 0.8],
  ],
  [],
  [
    [1, 0.5],
    [5, 0.5],
    [6, 0.7],
  ],
  [[2, 1]],
]);
