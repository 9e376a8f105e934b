import { describe, expect, it } from "vitest";
import type { CsrMatrix } from "../../../src/features/csr-matrix.js";
import { loadDefaultMlp } from "../../../src/io/assets.js";
import { Philox } from "../../../src/kernels/random.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { fitLinearMember, type LinearMember } from "../../../src/nn/linear-member.js";
import { type MlpWeights, oneNetwork } from "../../../src/nn/weights.js";
import { scoreRows } from "../../../src/training/score-rows.js";

/** Two documents, each of one term and of its own label. */
const TWO_DOCUMENTS: CsrMatrix = {
  nRows: 2,
  nColumns: 2,
  indptr: Uint32Array.of(0, 1, 2),
  indices: Uint32Array.of(0, 1),
  data: Float32Array.of(1, 1),
};
const TWO_LABELS = Int32Array.of(0, 1);

/** Runs a fit on the reference kernels to its end and returns the network. */
function fit(
  matrix: CsrMatrix,
  labels: Int32Array,
  nLabels: number,
  seed: number,
  pseudoWeights?: Float64Array,
  kinds = new Uint8Array(matrix.nColumns),
): MlpWeights {
  const run = fitLinearMember({ matrix, labels, pseudoWeights }, kinds, nLabels, seed, createReferenceMlp);
  for (;;) {
    const { done, value } = run.next();
    if (done) return value.weights;
  }
}

/** Says "stop" at each yield, and returns what comes of it and how often it was said. */
function fitStopped(): LinearMember & { readonly nYields: number } {
  const documents = { matrix: TWO_DOCUMENTS, labels: TWO_LABELS };
  const run = fitLinearMember(documents, new Uint8Array(2), 2, 1, createReferenceMlp);
  for (let nYields = 0; ; nYields++) {
    const { done, value } = run.next("stop");
    if (done) return { ...value, nYields };
  }
}

describe("fitLinearMember", () => {
  it("weights terms by their log-count ratio, separates at the minimum of the squared hinge loss, and adds Bayes", () => {
    const { w1, b1, w4 } = fit(TWO_DOCUMENTS, TWO_LABELS, 2, 1);
    // Sums within label 0: 1.1 and 0.1 of 1.2; without: 0.1 and 1.1 of 1.2. r = ln 11 = 2.3979 for both terms.
    // By symmetry α is the same for both documents and the bias 0: the decision for the first is α r, its curvature r + 1,
    // and 1 / (2 K) is n / (K N) = 1 / (0.06 · 2) = 8.3333 for documents of few terms. α r - 1 + 8.3333 α = 0 gives
    // α = 1 / 10.731 = 0.093186. The weight that meets x is α r = 0.22345, within what the tolerance of 0.02 leaves open.
    // Sums without label 0 for term 0: 0.1 of 1.2, without label 1: 1.1 of 1.2. -ln: 2.4849 and 0.0870, 1.1989 from their mean;
    // times 0.15 it is 0.17984, and the weights are ±0.40329.
    expect(w1[0]).toBeCloseTo(0.40329, 3);
    expect(w1[2]).toBeCloseTo(-0.40329, 3);
    expect(w1[1]).toBeCloseTo(-0.40329, 3);
    expect(w1[3]).toBeCloseTo(0.40329, 3);
    // The lift is the greater norm of the weights, √2 · 0.40329 = 0.57034.
    expect(b1[0]).toBeCloseTo(0.57034, 3);
    expect([...w4]).toEqual([5, 0, 0, 5]);
    // A unit for each label in each layer.
    expect(b1).toHaveLength(2);
  });

  it("lets losses weigh by the terms of a document", () => {
    // Two documents of 100 terms each, of length 1: K = 0.0024 · 100, so that 1 / (2 K) is 1 / (0.24 · 2) = 2.0833.
    const matrix: CsrMatrix = {
      nRows: 2,
      nColumns: 200,
      indptr: Uint32Array.of(0, 100, 200),
      indices: Uint32Array.from({ length: 200 }, (_, i) => i),
      data: new Float32Array(200).fill(0.1),
    };
    const { w1 } = fit(matrix, TWO_LABELS, 2, 1);
    // Sums within: 0.2 of 30; without: 0.1 of 30. r = ln 2 = 0.69315. α = 1 / (r + 2.0833) = 0.36017, and a term's weight is
    // α r / 10 = 0.02497. Bayes: (ln 300 - ln 150) / 2 = 0.34657, times 0.15 it is 0.05199.
    expect(w1[0]).toBeCloseTo(0.07695, 3);
  });

  it("gives terms of each kind the same say, however great their part in the rows", () => {
    // Two documents with a term of either kind each: 0.36 of the square of a row is of the first kind, 0.64 of the second. So
    // s² = 1 / (2 · 0.36) = 1.3889 and 1 / (2 · 0.64) = 0.78125: half of the square is of either.
    const matrix: CsrMatrix = {
      nRows: 2,
      nColumns: 4,
      indptr: Uint32Array.of(0, 2, 4),
      indices: Uint32Array.of(0, 1, 2, 3),
      data: Float32Array.of(0.6, 0.8, 0.6, 0.8),
    };
    const { w1 } = fit(matrix, TWO_LABELS, 2, 1, undefined, Uint8Array.of(7, 0, 7, 0));
    // r = ln (0.7 / 0.1) = 1.9459 and ln (0.9 / 0.1) = 2.1972. α = 1 / ((1.9459 + 2.1972) / 2 + 8.3333) = 0.09611, and the
    // weights are α s² r x = 0.15585 and 0.13198; those of Bayes 0.15 r / 2 = 0.14594 and 0.16479.
    expect(w1[0]).toBeCloseTo(0.30179, 3);
    expect(w1[2]).toBeCloseTo(0.29678, 3);
    // All of one kind, whatever its number: 1 / (0.36 · 1.9459 + 0.64 · 2.1972 + 8.3333) = 0.09579; 0.11183 + 0.14594.
    const ofOne = fit(matrix, TWO_LABELS, 2, 1, undefined, new Uint8Array(4).fill(255));
    expect(ofOne.w1[0]).toBeCloseTo(0.25778, 3);
    expect(ofOne).toEqual(fit(matrix, TWO_LABELS, 2, 1));
  });

  it("is a network whose logits are 5 times the decision values, also for no terms", () => {
    const weights = fit(TWO_DOCUMENTS, TWO_LABELS, 2, 1);
    const matrix: CsrMatrix = { ...TWO_DOCUMENTS, nRows: 3, indptr: Uint32Array.of(0, 1, 2, 2) };
    const probabilities = scoreRows(oneNetwork(weights), matrix, createReferenceMlp);
    for (const [row, column] of [0, 1, null].entries()) {
      const decisions = [0, 1].map((c) => (column === null ? 0 : weights.w1[2 * column + c]!) + weights.b1[c]!);
      // softmax of two logits a and b: 1 / (1 + e^(b - a))
      const expected = 1 / (1 + Math.exp(5 * (decisions[1]! - decisions[0]!)));
      expect(probabilities[2 * row]).toBeCloseTo(expected, 5);
    }
    expect(probabilities[0]).toBeGreaterThan(0.8);
    expect(probabilities[2]).toBeLessThan(0.2);
  });

  it("gives documents of a rare label the same weight in all as the others", () => {
    // The same term in four documents of label 0 and one of label 1: nothing tells them apart, so the balanced losses meet
    // at a decision near 0 for both labels; without balance label 0 would have some 0.6.
    const matrix: CsrMatrix = {
      nRows: 5,
      nColumns: 1,
      indptr: Uint32Array.of(0, 1, 2, 3, 4, 5),
      indices: new Uint32Array(5),
      data: new Float32Array(5).fill(1),
    };
    const weights = fit(matrix, Int32Array.of(0, 0, 0, 0, 1), 2, 1);
    const [score] = scoreRows(oneNetwork(weights), matrix, createReferenceMlp);
    expect(score).toBeGreaterThan(0.3);
    expect(score).toBeLessThan(0.7);
  });

  it("separates more labels than are fitted side by side", () => {
    const nLabels = 11;
    const numbers = Uint32Array.from({ length: nLabels }, (_, i) => i);
    const matrix: CsrMatrix = {
      nRows: nLabels,
      nColumns: nLabels,
      indptr: Uint32Array.from({ length: nLabels + 1 }, (_, i) => i),
      indices: numbers,
      data: new Float32Array(nLabels).fill(1),
    };
    const weights = fit(matrix, Int32Array.from(numbers), nLabels, 1);
    const probabilities = scoreRows(oneNetwork(weights), matrix, createReferenceMlp);
    for (const label of numbers) expect(probabilities[label * nLabels + label]).toBeGreaterThan(0.8);
  });

  it("gives the same bytes with the WebAssembly kernels, for labels in two groups and more rows than are read at a time", async () => {
    const [nRows, nColumns, nLabels] = [300, 20, 11];
    const philox = new Philox().withKey(1, 99);
    const dense = Array.from({ length: nRows }, (_, row) => {
      philox.generate(row, 0, 0, 0);
      const columns = [...new Set([...philox.words, row].map((word) => word % nColumns))].sort((a, b) => a - b);
      return columns.map((column) => ({ column, value: Math.fround(1 / Math.sqrt(columns.length)) }));
    });
    const indptr = new Uint32Array(nRows + 1);
    for (const [row, { length }] of dense.entries()) indptr[row + 1] = indptr[row]! + length;
    const matrix: CsrMatrix = {
      nRows,
      nColumns,
      indptr,
      indices: Uint32Array.from(dense.flat(), ({ column }) => column),
      data: Float32Array.from(dense.flat(), ({ value }) => value),
    };
    const labels = Int32Array.from({ length: nRows }, (_, row) => (row * row) % nLabels || row % nLabels);
    const documents = { matrix, labels, pseudoWeights: Float64Array.of(0.4, 0.9) };
    const kinds = Uint8Array.from({ length: nColumns }, (_, column) => column % 3);
    const [byReference, byWasm] = [createReferenceMlp, await loadDefaultMlp()].map((kernels) => {
      const run = fitLinearMember(documents, kinds, nLabels, 3, kernels);
      for (;;) {
        const { done, value } = run.next();
        if (done) return value.weights;
      }
    });
    expect(byReference!.w1.some((weight) => weight !== 0)).toBe(true);
    expect(byWasm).toEqual(byReference);
  });

  it("takes a document of weight 2 for two of them", () => {
    // Two documents of one term each, which they share, and a third of its own: of label 0, 1 and 1.
    const matrixOf = (...columns: number[]): CsrMatrix => ({
      nRows: columns.length,
      nColumns: 2,
      indptr: Uint32Array.from({ length: columns.length + 1 }, (_, i) => i),
      indices: Uint32Array.from(columns),
      data: new Float32Array(columns.length).fill(1),
    });
    const twice = fit(matrixOf(0, 0, 0, 1), Int32Array.of(0, 0, 1, 1), 2, 1);
    const weighted = fit(matrixOf(0, 0, 1), Int32Array.of(0, 1, 1), 2, 1, Float64Array.of(2));
    const once = fit(matrixOf(0, 0, 1), Int32Array.of(0, 1, 1), 2, 1);
    for (const name of ["w1", "b1"] as const) {
      for (const [i, number] of twice[name].entries()) expect(weighted[name][i]).toBeCloseTo(number, 2);
    }
    // Seen once in each label, the term tells nothing; twice in label 0, it does.
    expect(twice.w1[0]! - twice.w1[1]!).toBeGreaterThan(once.w1[0]! - once.w1[1]! + 0.015);
  });

  it("gives the same bytes for weights of 1 as without weights, and the loss its weight by the terms of all documents", () => {
    const plain = fit(TWO_DOCUMENTS, TWO_LABELS, 2, 1);
    expect(fit(TWO_DOCUMENTS, TWO_LABELS, 2, 1, Float64Array.of(1))).toEqual(plain);
    // A first document of next to no weight says nothing but how many terms documents have: 1 or 51 on average.
    const weightOf = (nFirst: number): number => {
      const matrix: CsrMatrix = {
        nRows: 3,
        nColumns: 152,
        indptr: Uint32Array.of(0, nFirst, nFirst + 1, nFirst + 2),
        indices: Uint32Array.of(...Array.from({ length: nFirst }, (_, i) => i + 2), 0, 1),
        data: Float32Array.of(...new Array<number>(nFirst).fill(1 / Math.sqrt(nFirst)), 1, 1),
      };
      return fit(matrix, Int32Array.of(0, 0, 1), 2, 1, Float64Array.of(1e-9)).w1[0]!;
    };
    expect(weightOf(1)).toBeCloseTo(plain.w1[0]!, 2);
    expect(weightOf(150)).toBeGreaterThan(weightOf(1) + 0.1);
  });

  it("gives the same bytes for the same seed, and close ones for another", () => {
    const first = fit(TWO_DOCUMENTS, TWO_LABELS, 2, 1);
    expect(fit(TWO_DOCUMENTS, TWO_LABELS, 2, 1)).toEqual(first);
    const other = fit(TWO_DOCUMENTS, TWO_LABELS, 2, 2);
    for (const [i, weight] of first.w1.entries()) expect(Math.abs(other.w1[i]! - weight)).toBeLessThan(0.05);
  });
});

describe("fitLinearMember told to stop", () => {
  it("ends after one pass over the documents, which all labels take part in, and says so", () => {
    const { weights, isCutShort, nYields } = fitStopped();
    expect(isCutShort).toBe(true);
    expect(nYields).toBe(1);
    // Not at the minimum yet, but on the right side.
    expect(weights.w1[0]).toBeGreaterThan(0);
    expect(weights.w1[3]).toBeGreaterThan(0);
  });
});
