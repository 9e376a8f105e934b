/**
 * The rows of one batch, by row and by term.
 *
 * Legend: B rows of the batch, V terms; slot s is the s-th distinct term of the batch, in order of first appearance.
 */

import { copyRows, countValues, longestRow, type RowLayout, type RowSource } from "../features/csr-matrix.js";
import type { BufferAllocator, FloatArray, MlpKernels } from "../kernels/mlp.js";
import type { TaughtRows } from "./teacher.js";

/** Largest batch that can come up. */
export interface BatchCapacity {
  readonly nRows: number;
  readonly nnz: number;
  /** Distinct terms. */
  readonly nSlots: number;
}

/** Returns what any `nRows` rows of a matrix need at most. */
export function batchCapacity(matrix: RowLayout, nRows: number): BatchCapacity {
  const nnz = Math.min(longestRow(matrix) * nRows, countValues(matrix));
  // At least one slot, also for a matrix without values: settling w1 goes through the slots.
  return { nRows, nnz, nSlots: Math.max(1, Math.min(nnz, matrix.nColumns)) };
}

/** Buffers of a batch, planned once and overwritten by each {@link gather}. */
export class SparseBatch<A extends FloatArray = Float32Array> {
  /** `[2]` nRows and nSlots, where all threads see them. */
  readonly #counts: Uint32Array;
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
  /** `[V]` scratch, all 0 between calls. */
  readonly #slotOfTerm: Uint32Array;
  readonly #nTerms: number;

  /** @param slotOfTerm `[V]` zeros, which several batches may share */
  constructor(allocator: BufferAllocator<A>, capacity: BatchCapacity, slotOfTerm: Uint32Array, nTerms: number) {
    this.#counts = allocator.allocateIndices(2);
    this.indptr = allocator.allocateIndices(capacity.nRows + 1);
    this.columns = allocator.allocateIndices(capacity.nnz);
    this.values = allocator.allocate(capacity.nnz);
    this.labels = allocator.allocateIndices(capacity.nRows);
    this.terms = allocator.allocateIndices(capacity.nSlots);
    this.slotIndptr = allocator.allocateIndices(capacity.nSlots + 1);
    this.slotRows = allocator.allocateIndices(capacity.nnz);
    this.slotValues = allocator.allocate(capacity.nnz);
    this.#slotOfTerm = slotOfTerm;
    this.#nTerms = nTerms;
  }

  get nRows(): number {
    return this.#counts[0];
  }

  /** Distinct terms. */
  get nSlots(): number {
    return this.#counts[1];
  }

  /**
   * Takes the rows order[begin … end - 1] of a matrix. With input dropout each stored value is left out with
   * probability `dropout`, else divided by 1 - dropout; see `dropInputs` of the kernels, which must be those that the
   * buffers come from.
   * @param revise is called with what is left and may change the values
   */
  gather(
    kernels: MlpKernels<A>,
    matrix: RowSource,
    labels: ArrayLike<number>,
    order: Uint32Array,
    begin: number,
    end: number,
    dropout: number,
    seed: number,
    step: number,
    revise?: (rows: TaughtRows) => void,
  ): void {
    const { indptr, columns, values } = this;
    const nRows = end - begin;
    for (let b = 0; b < nRows; b++) this.labels[b] = labels[order[begin + b]];
    copyRows(matrix, order, begin, end, indptr, columns, values);
    this.#counts[0] = nRows;
    if (dropout > 0) kernels.dropInputs(indptr, columns, values, dropout, seed, step, nRows);
    revise?.(this);
    const { terms, slotIndptr, slotRows, slotValues } = this;
    this.#counts[1] = kernels.groupByTerm(
      terms,
      slotIndptr,
      slotRows,
      slotValues,
      this.#slotOfTerm,
      indptr,
      columns,
      values,
      nRows,
      this.#nTerms,
    );
  }
}
