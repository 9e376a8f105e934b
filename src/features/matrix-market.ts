import type { CsrMatrix } from "./csr-matrix.js";

/** A chunk is given out once it has this many UTF-16 units. */
const CHUNK_UNITS = 65_536;
/** Nine significant digits tell all single-precision numbers apart. */
const SINGLE_PRECISION_DIGITS = 9;

/**
 * Yields the matrix as text in Matrix Market exchange format, "coordinate real general": a header, the sizes, then one
 * `row column value` line per stored value, rows and columns counted from 1, row by row.
 *
 * Reading it back in single precision gives the same values. All text is ASCII if the comment is.
 * @param comment lines put below the header, each behind "%"
 * @see Boisvert, Pozo and Remington (1996), "The Matrix Market Exchange Formats", NISTIR 5935
 */
export function* formatMatrixMarket(matrix: CsrMatrix, comment = ""): Generator<string> {
  const { nRows, nColumns, indptr, indices, data } = matrix;
  let chunk = "%%MatrixMarket matrix coordinate real general\n";
  if (comment !== "") for (const line of comment.split("\n")) chunk += `% ${line}\n`;
  chunk += `${nRows} ${nColumns} ${indices.length}\n`;
  for (let row = 0; row < nRows; row++) {
    const end = indptr[row + 1] as number;
    for (let i = indptr[row] as number; i < end; i++) {
      const value = Number((data[i] as number).toPrecision(SINGLE_PRECISION_DIGITS));
      chunk += `${row + 1} ${(indices[i] as number) + 1} ${value}\n`;
      if (chunk.length >= CHUNK_UNITS) {
        yield chunk;
        chunk = "";
      }
    }
  }
  if (chunk !== "") yield chunk;
}
