/**
 * The rows of one batch, by row and by term.
 *
 * Legend: B rows of the batch, V terms; slot s is the s-th distinct term of the batch, in order of first appearance.
 */

import type { CsrMatrix } from "../features/csr-matrix.js";
import type { BufferAllocator, FloatArray } from "../kernels/mlp.js";
import { Philox, RANDOM_STREAM } from "../kernels/random.js";

/** The layer number of the input in counters of dropout; hidden layers are 1 … 3. */
const INPUT_LAYER = 0;
const NO_SLOT = -1;

/** Largest batch that can come up. */
export interface BatchCapacity {
  readonly nRows: number;
  readonly nnz: number;
  /** Distinct terms. */
  readonly nSlots: number;
}

/** Returns what any `nRows` rows of a matrix need at most. */
export function batchCapacity(matrix: CsrMatrix, nRows: number): BatchCapacity {
  let longestRow = 0;
  for (let row = 0; row < matrix.nRows; row++) {
    longestRow = Math.max(longestRow, matrix.indptr[row + 1] - matrix.indptr[row]);
  }
  const nnz = Math.min(longestRow * nRows, matrix.indptr[matrix.nRows]);
  // At least one slot, also for a matrix without values: settling w1 goes through the slots.
  return { nRows, nnz, nSlots: Math.max(1, Math.min(nnz, matrix.nColumns)) };
}

/** Buffers of a batch, planned once and overwritten by each {@link gather}. */
export class SparseBatch<A extends FloatArray = Float32Array> {
  nRows = 0;
  nSlots = 0;
  /** `[B + 1]` */
  readonly indptr: Uint32Array;
  /** `[nnz]` terms by row. */
  readonly columns: Uint32Array;
  /** `[nnz]` values by row. */
  readonly values: A;
  /** `[B]` */
  readonly labels: Uint32Array;
  /** `[nSlots]` distinct terms. */
  readonly terms: Uint32Array;
  /** `[nSlots + 1]` */
  readonly slotIndptr: Uint32Array;
  /** `[nnz]` rows of the batch by slot. */
  readonly slotRows: Uint32Array;
  /** `[nnz]` values by slot. */
  readonly slotValues: A;
  /** `[V]` slot of a term, NO_SLOT between calls. */
  readonly #slotOfTerm: Int32Array;
  readonly #philox = new Philox();

  constructor(allocator: BufferAllocator<A>, capacity: BatchCapacity, nTerms: number) {
    this.indptr = allocator.allocateIndices(capacity.nRows + 1);
    this.columns = allocator.allocateIndices(capacity.nnz);
    this.values = allocator.allocate(capacity.nnz);
    this.labels = allocator.allocateIndices(capacity.nRows);
    this.terms = allocator.allocateIndices(capacity.nSlots);
    this.slotIndptr = allocator.allocateIndices(capacity.nSlots + 1);
    this.slotRows = allocator.allocateIndices(capacity.nnz);
    this.slotValues = allocator.allocate(capacity.nnz);
    this.#slotOfTerm = new Int32Array(nTerms).fill(NO_SLOT);
  }

  /**
   * Takes the rows order[begin … end - 1] of a matrix. With input dropout each stored value is left out with
   * probability `dropout`, else divided by 1 - dropout; the draw is the word t mod 4 of counter (place in the batch,
   * ⌊t / 4⌋, 0, step) for term t, so it does not depend on the row's other terms.
   */
  gather(
    matrix: CsrMatrix,
    labels: ArrayLike<number>,
    order: Uint32Array,
    begin: number,
    end: number,
    dropout: number,
    seed: number,
    step: number,
  ): void {
    const { indptr, columns, values } = this;
    const philox = this.#philox.withKey(seed, RANDOM_STREAM.dropout);
    const threshold = dropout * 2 ** 32;
    const scale = 1 / (1 - dropout);
    let nnz = 0;
    indptr[0] = 0;
    for (let b = 0; b < end - begin; b++) {
      const row = order[begin + b];
      this.labels[b] = labels[row];
      for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) {
        const term = matrix.indices[k];
        if (dropout > 0) {
          philox.generate(b, term >>> 2, INPUT_LAYER, step);
          if (philox.words[term & 3] < threshold) continue;
        }
        columns[nnz] = term;
        values[nnz] = matrix.data[k] * scale;
        nnz++;
      }
      indptr[b + 1] = nnz;
    }
    this.nRows = end - begin;
    this.#groupByTerm();
  }

  /** Fills the slot arrays from the row arrays: a counting sort by term, rows of a term in order. */
  #groupByTerm(): void {
    const { indptr, columns, values, terms, slotIndptr, slotRows, slotValues, nRows } = this;
    const slotOfTerm = this.#slotOfTerm;
    const nnz = indptr[nRows];
    let nSlots = 0;
    for (let k = 0; k < nnz; k++) {
      const term = columns[k];
      if (slotOfTerm[term] === NO_SLOT) {
        slotOfTerm[term] = nSlots;
        terms[nSlots] = term;
        slotIndptr[nSlots + 1] = 0;
        nSlots++;
      }
      slotIndptr[slotOfTerm[term] + 1]++;
    }
    slotIndptr[0] = 0;
    for (let s = 0; s < nSlots; s++) slotIndptr[s + 1] += slotIndptr[s];
    // Each slot is filled from its end, so that its beginning is left in place of its end: shifted back below.
    for (let b = nRows - 1; b >= 0; b--) {
      for (let k = indptr[b + 1] - 1; k >= indptr[b]; k--) {
        const place = --slotIndptr[slotOfTerm[columns[k]] + 1];
        slotRows[place] = b;
        slotValues[place] = values[k];
      }
    }
    for (let s = 1; s < nSlots; s++) slotIndptr[s] = slotIndptr[s + 1];
    if (nSlots > 0) slotIndptr[nSlots] = nnz;
    for (let s = 0; s < nSlots; s++) slotOfTerm[terms[s]] = NO_SLOT;
    this.nSlots = nSlots;
  }
}
