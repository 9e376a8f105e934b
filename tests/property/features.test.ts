import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CsrMatrix } from "../../src/features/csr-matrix.js";
import { TfidfVectorizer } from "../../src/features/tfidf-vectorizer.js";
import { Vocabulary } from "../../src/features/vocabulary.js";

/** Rounding to single precision moves each of n squared weights by at most 2^-24 of itself. */
const NORM_TOLERANCE = 1e-6;

const trapTerm = fc.constantFrom("constructor", "__proto__", "", "\ufeff", "😀", "\ufb00", "가/NNG", "가/NNG 나/NNG");
const term = fc.oneof(
  fc.constantFrom("a", "b", "c", "d", "e", "f"),
  trapTerm,
  fc.string({ unit: "binary", maxLength: 3 }),
);
const documents = fc.array(fc.array(term, { maxLength: 90 }), { maxLength: 12 }).map((list) => [["a"], ...list]);
const options = fc.record({ sublinearTf: fc.boolean(), maxFeatures: fc.integer({ min: 1, max: 20 }) });

function row(matrix: CsrMatrix, index: number): readonly [readonly number[], readonly number[]] {
  const start = matrix.indptr[index];
  const end = matrix.indptr[index + 1];
  return [[...matrix.indices.subarray(start, end)], [...matrix.data.subarray(start, end)]];
}

describe("TfidfVectorizer", () => {
  it("gives rows with strictly rising columns, positive values and norm 1 or no value", () => {
    fc.assert(
      fc.property(documents, options, (list, given) => {
        const { fitted, matrix } = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1, ...given }).fitTransform(list);
        expect(matrix.nRows).toBe(list.length);
        expect(matrix.nColumns).toBe(fitted.vocabulary.nTerms);
        expect(matrix.indptr[0]).toBe(0);
        expect(matrix.indptr[matrix.nRows]).toBe(matrix.indices.length);
        expect(matrix.data.length).toBe(matrix.indices.length);
        for (let i = 0; i < matrix.nRows; i++) {
          const [columns, values] = row(matrix, i);
          for (const [k, column] of columns.entries()) {
            expect(column).toBeGreaterThan(columns[k - 1] ?? -1);
            expect(column).toBeLessThan(matrix.nColumns);
          }
          for (const value of values) expect(value).toBeGreaterThan(0);
          const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
          if (values.length > 0) expect(Math.abs(norm - 1)).toBeLessThan(NORM_TOLERANCE);
        }
      }),
    );
  });

  it("gives from transform what fitTransform gave, bit for bit, and document frequencies that add up", () => {
    fc.assert(
      fc.property(documents, options, (list, given) => {
        const { fitted, matrix } = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1, ...given }).fitTransform(list);
        expect(fitted.transform(list)).toEqual(matrix);
        const columnCounts = new Uint32Array(matrix.nColumns);
        for (const column of matrix.indices) (columnCounts[column] as number)++;
        expect(fitted.documentFrequency).toEqual(columnCounts);
      }),
    );
  });

  it("only permutes rows when the documents come in another order", () => {
    fc.assert(
      fc.property(documents, options, (list, given) => {
        const vectorizer = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1, ...given });
        const forward = vectorizer.fitTransform(list);
        const backward = vectorizer.fitTransform([...list].reverse());
        expect([...backward.fitted.vocabulary]).toEqual([...forward.fitted.vocabulary]);
        for (let i = 0; i < list.length; i++) {
          expect(row(backward.matrix, list.length - 1 - i)).toEqual(row(forward.matrix, i));
        }
      }),
    );
  });
});

describe("Vocabulary", () => {
  it("is the same after encoding and decoding", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(trapTerm, fc.string({ unit: "binary" }))), (list) => {
        const terms = list.sort();
        const vocabulary = Vocabulary.fromUnits(Vocabulary.fromTerms(terms).toUnits());
        expect([...vocabulary]).toEqual(terms);
        for (const [column, known] of terms.entries()) expect(vocabulary.columnOf(known)).toBe(column);
      }),
    );
  });
});
