import type { RowLayout } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import type { Spool, SpoolReader } from "./spool.js";
import { Uint32List } from "./uint32-list.js";

/** Of a stored value: a column and a single-precision number. */
export const BYTES_PER_STORED_VALUE = 8;

/** Bytes written at a time. */
const BLOCK_BYTES = 1 << 18;

/** A sparse matrix whose columns and values lie in a spool, row by row: first all columns of a row, then its values. */
export class StoredMatrix implements RowLayout {
  readonly nRows: number;
  readonly nColumns: number;
  readonly indptr: Uint32Array;
  readonly spool: SpoolReader;
  #row = new Uint32Array(0);
  #values = new Float32Array(0);
  #bytes = new Uint8Array(0);

  /** @param spool begins with the first row */
  constructor({ nRows, nColumns, indptr }: RowLayout, spool: SpoolReader) {
    this.nRows = nRows;
    this.nColumns = nColumns;
    this.indptr = indptr;
    this.spool = spool;
  }

  /** See the function of this name beside `CsrMatrix`. */
  copyRow(row: number, columns: Uint32Array, values: Float32Array | Float64Array, at: number): number {
    const begin = this.indptr[row] as number;
    const nnz = (this.indptr[row + 1] as number) - begin;
    if (2 * nnz > this.#row.length) this.#makeRoom(4 * nnz);
    this.spool.read(BYTES_PER_STORED_VALUE * begin, this.#bytes.subarray(0, BYTES_PER_STORED_VALUE * nnz));
    for (let i = 0; i < nnz; i++) {
      columns[at + i] = this.#row[i] as number;
      values[at + i] = this.#values[nnz + i] as number;
    }
    return at + nnz;
  }

  /** Other rows of the same file. */
  withRows(indptr: Uint32Array): StoredMatrix {
    return new StoredMatrix({ nRows: indptr.length - 1, nColumns: this.nColumns, indptr }, this.spool);
  }

  #makeRoom(length: number): void {
    const buffer = new ArrayBuffer(4 * length);
    this.#row = new Uint32Array(buffer);
    this.#values = new Float32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }
}

/** Writes a {@link StoredMatrix} row by row. */
export class StoredMatrixBuilder {
  readonly #nColumns: number;
  readonly #spool: Spool;
  readonly #rowEnds = new Uint32List();
  #nnz = 0;
  #block = new Uint8Array(BLOCK_BYTES);
  #nBlockBytes = 0;

  /** @param spool empty */
  constructor(nColumns: number, spool: Spool) {
    this.#nColumns = nColumns;
    this.#spool = spool;
  }

  /** Copies the row to the end of the matrix. */
  append({ nnz, indices, values }: SparseRow): void {
    if (this.#nBlockBytes + BYTES_PER_STORED_VALUE * nnz > this.#block.length) {
      this.#flush();
      if (BYTES_PER_STORED_VALUE * nnz > this.#block.length)
        this.#block = new Uint8Array(2 * BYTES_PER_STORED_VALUE * nnz);
    }
    for (const numbers of [indices, values]) {
      this.#block.set(new Uint8Array(numbers.buffer, numbers.byteOffset, 4 * nnz), this.#nBlockBytes);
      this.#nBlockBytes += 4 * nnz;
    }
    this.#nnz += nnz;
    this.#rowEnds.push(this.#nnz);
  }

  /** Returns the matrix; the builder must not be used afterwards. */
  finish(): StoredMatrix {
    this.#flush();
    const nRows = this.#rowEnds.count;
    const indptr = new Uint32Array(nRows + 1);
    for (let row = 0; row < nRows; row++) indptr[row + 1] = this.#rowEnds.at(row);
    return new StoredMatrix({ nRows, nColumns: this.#nColumns, indptr }, this.#spool);
  }

  #flush(): void {
    this.#spool.append(this.#block.subarray(0, this.#nBlockBytes));
    this.#nBlockBytes = 0;
  }
}
