/**
 * Sparse matrix in compressed-sparse-row form; scipy.sparse.csr_matrix with typed arrays.
 *
 * Row i holds `indices[indptr[i] … indptr[i + 1])` with the values at the same places of `data`.
 * Within a row the column indices rise strictly; there are no explicit zeros.
 */
export interface CsrMatrix {
  /** Number of rows (documents). */
  readonly nRows: number;
  /** Number of columns (terms). */
  readonly nColumns: number;
  /** `[nRows + 1]`, starts at 0, never falls; the last element is nnz. */
  readonly indptr: Uint32Array;
  /** `[nnz]` column of each stored value. */
  readonly indices: Uint32Array;
  /** `[nnz]` stored values. */
  readonly data: Float32Array;
}
