import type { CsrMatrix } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import { Uint32List } from "./uint32-list.js";

/** Builds a CSR matrix row by row. */
export class CsrBuilder {
  readonly #nColumns: number;
  readonly #rowEnds = new Uint32List();
  #indices: Uint32Array<ArrayBuffer>;
  #data: Float32Array<ArrayBuffer>;
  #nnz = 0;

  /** @param nnz expected number of values; when it is right, nothing is copied */
  constructor(nColumns: number, nnz = 1024) {
    this.#nColumns = nColumns;
    this.#indices = new Uint32Array(nnz);
    this.#data = new Float32Array(nnz);
  }

  /** Copies the row to the end of the matrix. */
  append(row: SparseRow): void {
    const end = this.#nnz + row.nnz;
    if (end > this.#indices.length) this.#resize(Math.max(end, this.#indices.length * 2));
    for (let i = 0; i < row.nnz; i++) {
      this.#indices[this.#nnz + i] = row.indices[i] as number;
      this.#data[this.#nnz + i] = row.values[i] as number;
    }
    this.#nnz = end;
    this.#rowEnds.push(end);
  }

  /** Returns the matrix; the builder must not be used afterwards. */
  finish(): CsrMatrix {
    if (this.#indices.length !== this.#nnz) this.#resize(this.#nnz);
    const nRows = this.#rowEnds.count;
    const indptr = new Uint32Array(nRows + 1);
    for (let row = 0; row < nRows; row++) indptr[row + 1] = this.#rowEnds.at(row);
    return { nRows, nColumns: this.#nColumns, indptr, indices: this.#indices, data: this.#data };
  }

  #resize(length: number): void {
    const indices = new Uint32Array(length);
    const data = new Float32Array(length);
    indices.set(this.#indices.subarray(0, this.#nnz));
    data.set(this.#data.subarray(0, this.#nnz));
    this.#indices = indices;
    this.#data = data;
  }
}
