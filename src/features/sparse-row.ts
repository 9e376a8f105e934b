/** One row of a document-term matrix: the first `nnz` elements of both arrays, columns rising strictly, no zeros. */
export interface SparseRow {
  /** Stored values. */
  readonly nnz: number;
  /** Columns; may be longer than `nnz`. */
  readonly indices: Uint32Array;
  /** Values at the same places; may be longer than `nnz`. */
  readonly values: Float32Array;
}

/**
 * Up to here rows are sorted in place without a view of the array. The engine's sort takes 0.7 of the time at 64 numbers
 * and 0.3 at 256 (2026-11, Node 20.20).
 */
const INSERTION_SORT_LIMIT = 64;

/** Sorts the first `count` elements. */
function sortStart(values: Uint32Array, count: number): void {
  if (count > INSERTION_SORT_LIMIT) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i] as number;
    let place = i;
    for (; place > 0; place--) {
      const before = values[place - 1] as number;
      if (before <= value) break;
      values[place] = before;
    }
    values[place] = value;
  }
}

/** Turns the columns of one document's terms, in any order and with repeats, into a row of counts. Reused per document. */
export class RowCounter implements SparseRow {
  #nColumns = 0;
  nnz = 0;
  indices = new Uint32Array(INSERTION_SORT_LIMIT);
  values = new Float32Array(INSERTION_SORT_LIMIT);

  /** Begins a document. */
  clear(): void {
    this.#nColumns = 0;
    this.nnz = 0;
  }

  /** Notes one occurrence of a term. */
  push(column: number): void {
    if (this.#nColumns === this.indices.length) {
      const grown = new Uint32Array(this.indices.length * 2);
      grown.set(this.indices);
      this.indices = grown;
      this.values = new Float32Array(grown.length);
    }
    this.indices[this.#nColumns++] = column;
  }

  /** Sorts and counts what was pushed; from here to `clear` the fields are the row. */
  count(): void {
    const { indices, values } = this;
    sortStart(indices, this.#nColumns);
    let nnz = 0;
    for (let i = 0; i < this.#nColumns; ) {
      const column = indices[i] as number;
      const start = i;
      while (i < this.#nColumns && indices[i] === column) i++;
      indices[nnz] = column;
      values[nnz] = i - start;
      nnz++;
    }
    this.nnz = nnz;
  }
}
