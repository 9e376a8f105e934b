import type { CsrMatrix } from "./csr-matrix.js";
import type { SparseRow } from "./sparse-row.js";
import { Uint32List } from "./uint32-list.js";

/** Share of the values' memory that may stay unused: less than copying all of it would take meanwhile. */
const MAX_SLACK = 1 / 8;

/** Builds a CSR matrix row by row. */
export class CsrBuilder {
  readonly #nColumns: number;
  readonly #rowEnds = new Uint32List();
  readonly #isShared: boolean;
  #indices: Uint32Array;
  #data: Float32Array;
  #nnz = 0;

  /**
   * @param nnz expected number of values; when it is right, or somewhat too great, nothing is copied
   * @param isShared whether threads are to share the arrays
   */
  constructor(nColumns: number, nnz = 1024, isShared = false) {
    this.#nColumns = nColumns;
    this.#isShared = isShared;
    this.#indices = this.#allocate(nnz, Uint32Array);
    this.#data = this.#allocate(nnz, Float32Array);
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
    const nnz = this.#nnz;
    if (this.#indices.length > nnz * (1 + MAX_SLACK)) this.#resize(nnz);
    const nRows = this.#rowEnds.count;
    const indptr = this.#allocate(nRows + 1, Uint32Array);
    for (let row = 0; row < nRows; row++) indptr[row + 1] = this.#rowEnds.at(row);
    const [indices, data] = [this.#indices.subarray(0, nnz), this.#data.subarray(0, nnz)];
    return { nRows, nColumns: this.#nColumns, indptr, indices, data };
  }

  #allocate<T>(length: number, type: new (buffer: ArrayBuffer | SharedArrayBuffer) => T): T {
    return new type(this.#isShared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length));
  }

  #resize(length: number): void {
    const indices = this.#allocate(length, Uint32Array);
    const data = this.#allocate(length, Float32Array);
    indices.set(this.#indices.subarray(0, this.#nnz));
    data.set(this.#data.subarray(0, this.#nnz));
    this.#indices = indices;
    this.#data = data;
  }
}
