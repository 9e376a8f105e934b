import { describe, expect, it } from "vitest";
import { ReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { batchCapacity, SparseBatch } from "../../../src/nn/sparse-batch.js";
import { csrOf } from "./small-matrix.js";

const MATRIX = csrOf(6, [
  [
    [1, 0.5],
    [4, 0.25],
  ],
  [],
  [
    [0, 1],
    [1, 2],
    [5, 3],
  ],
]);
const LABELS = Uint16Array.of(2, 0, 1);

const kernels = new ReferenceMlp(Float32Array, Infinity);

function createBatch(): SparseBatch {
  return new SparseBatch(kernels, batchCapacity(MATRIX, 3), kernels.allocateIndices(6), 6);
}

describe("SparseBatch", () => {
  it("takes rows in the given order and groups them by term", () => {
    const batch = createBatch();
    batch.gather(kernels, MATRIX, LABELS, Uint32Array.of(1, 2, 0), 1, 3, 0, 0, 1);
    expect(batch.nRows).toBe(2);
    expect([...batch.labels.subarray(0, 2)]).toEqual([1, 2]);
    expect([...batch.indptr.subarray(0, 3)]).toEqual([0, 3, 5]);
    expect([...batch.columns]).toEqual([0, 1, 5, 1, 4]);
    expect([...batch.values]).toEqual([1, 2, 3, 0.5, 0.25]);
    // Terms in order of first appearance: 0 in row 0; 1 in rows 0 and 1; 5 in row 0; 4 in row 1.
    expect([...batch.terms.subarray(0, batch.nSlots)]).toEqual([0, 1, 5, 4]);
    expect([...batch.slotIndptr.subarray(0, 5)]).toEqual([0, 1, 3, 4, 5]);
    expect([...batch.slotRows]).toEqual([0, 0, 1, 0, 1]);
    expect([...batch.slotValues]).toEqual([1, 2, 0.5, 3, 0.25]);
  });

  it("forgets the batch before", () => {
    const batch = createBatch();
    batch.gather(kernels, MATRIX, LABELS, Uint32Array.of(0, 1, 2), 0, 3, 0, 0, 1);
    batch.gather(kernels, MATRIX, LABELS, Uint32Array.of(1, 0), 0, 2, 0, 0, 2);
    expect([...batch.terms.subarray(0, batch.nSlots)]).toEqual([1, 4]);
    expect([...batch.slotRows.subarray(0, 2)]).toEqual([1, 1]);
    expect([...batch.indptr.subarray(0, 3)]).toEqual([0, 0, 2]);
  });

  it("leaves out the given share of terms and scales the others up, anew at each step", () => {
    const wide = csrOf(4000, [Array.from({ length: 4000 }, (_, column) => [column, 1] as const)]);
    const batch = new SparseBatch(kernels, batchCapacity(wide, 1), kernels.allocateIndices(4000), 4000);
    const gather = (seed: number, step: number) => {
      batch.gather(kernels, wide, [0], Uint32Array.of(0), 0, 1, 0.25, seed, step);
      return [...batch.columns.subarray(0, batch.indptr[1])];
    };
    const kept = gather(1, 1);
    // 3000 expected, standard deviation √(4000 · ¼ · ¾) = 27; four of them.
    expect(Math.abs(kept.length - 3000)).toBeLessThan(110);
    expect(batch.values[0]).toBe(Math.fround(1 / 0.75));
    expect(gather(1, 2)).not.toEqual(kept);
    expect(gather(2, 1)).not.toEqual(kept);
    expect(gather(1, 1)).toEqual(kept);
  });
});
