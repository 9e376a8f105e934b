import type { StoredMatrix } from "./stored-matrix.js";

/** Where the rows of a sparse matrix in compressed-sparse-row form begin and end. */
export interface RowLayout {
  /** Number of rows (documents). */
  readonly nRows: number;
  /** Number of columns (terms). */
  readonly nColumns: number;
  /** `[nRows + 1]`, never falls. It starts at 0 and ends at nnz, but for rows of a larger matrix; see {@link countValues}. */
  readonly indptr: Uint32Array;
}

/** Stored values of all rows. */
export function countValues({ nRows, indptr }: RowLayout): number {
  return (indptr[nRows] as number) - (indptr[0] as number);
}

/**
 * Sparse matrix in compressed-sparse-row form; scipy.sparse.csr_matrix with typed arrays.
 *
 * Row i holds `indices[indptr[i] … indptr[i + 1])` with the values at the same places of `data`.
 * Within a row the column indices rise strictly; there are no explicit zeros.
 */
export interface CsrMatrix extends RowLayout {
  /** `[nnz]` column of each stored value. */
  readonly indices: Uint32Array;
  /** `[nnz]` stored values. */
  readonly data: Float32Array;
}

/** A matrix that is read row by row, in memory or in a file. */
export type RowSource = CsrMatrix | StoredMatrix;

/** Other rows over the same columns and values. */
function withRows(matrix: RowSource, indptr: Uint32Array): RowSource {
  return "indices" in matrix ? { ...matrix, nRows: indptr.length - 1, indptr } : matrix.withRows(indptr);
}

/** The rows [begin, end) of a matrix, over its own arrays or file. */
export function sliceRows(matrix: RowSource, begin: number, end: number): RowSource {
  return withRows(matrix, matrix.indptr.subarray(begin, end + 1));
}

/** The matrix without those of its first `nFirst` rows that hold nothing, over its own arrays or file. */
export function dropEmptyRows(matrix: RowSource, nFirst: number): RowSource {
  const { indptr } = matrix;
  return withRows(
    matrix,
    indptr.filter((start, row) => row >= nFirst || (indptr[row + 1] as number) > start),
  );
}

/** Copies a row's columns and values to the arrays from `at` on, where there must be room; returns where they end. */
export function copyRow(
  matrix: RowSource,
  row: number,
  columns: Uint32Array,
  values: Float32Array | Float64Array,
  at: number,
): number {
  if (!("indices" in matrix)) return matrix.copyRow(row, columns, values, at);
  const { indptr, indices, data } = matrix;
  const end = indptr[row + 1] as number;
  let place = at;
  for (let k = indptr[row] as number; k < end; k++) {
    columns[place] = indices[k] as number;
    values[place] = data[k] as number;
    place++;
  }
  return place;
}

/** Elements of a row between two that are read ahead: those of a line of the cache. */
const ELEMENTS_PER_LINE = 16;

/** Takes the sum of what is read ahead, so that no engine leaves the reading out. */
const SINK = new Float64Array(1);

/**
 * Copies the rows order[begin … end - 1], one after another, and where each ends: row b lies at indptr[b] … indptr[b + 1] - 1 of
 * columns and values. Returns their stored values.
 *
 * Rows in an order of chance lie anywhere in a large matrix: reading a number of each line of the cache first lets the processor
 * wait for many lines at once.
 */
export function copyRows(
  matrix: RowSource,
  order: Uint32Array,
  begin: number,
  end: number,
  indptr: Uint32Array,
  columns: Uint32Array,
  values: Float32Array | Float64Array,
): number {
  if ("indices" in matrix) {
    let sum = 0;
    for (let place = begin; place < end; place++) {
      const row = order[place] as number;
      const rowEnd = matrix.indptr[row + 1] as number;
      for (let k = matrix.indptr[row] as number; k < rowEnd; k += ELEMENTS_PER_LINE) {
        sum += (matrix.indices[k] as number) + (matrix.data[k] as number);
      }
    }
    SINK[0] = sum;
  }
  let nnz = 0;
  indptr[0] = 0;
  for (let place = begin; place < end; place++) {
    nnz = copyRow(matrix, order[place] as number, columns, values, nnz);
    indptr[place - begin + 1] = nnz;
  }
  return nnz;
}

/** Stored values of the row that has most. */
export function longestRow({ nRows, indptr }: RowLayout): number {
  let longest = 0;
  for (let row = 0; row < nRows; row++) {
    longest = Math.max(longest, (indptr[row + 1] as number) - (indptr[row] as number));
  }
  return longest;
}
