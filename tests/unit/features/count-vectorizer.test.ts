import { describe, expect, it } from "vitest";
import { NewsclfError, OptionError } from "../../../src/errors.js";
import { CountVectorizer, FittedCountVectorizer, type TermLimits } from "../../../src/features/count-vectorizer.js";
import type { CsrMatrix } from "../../../src/features/csr-matrix.js";
import { Vocabulary } from "../../../src/features/vocabulary.js";

const ALL: TermLimits = { minDf: 1, maxDfFraction: 1, maxFeatures: 1000 };

function rows(matrix: CsrMatrix): (readonly [column: number, value: number])[][] {
  return Array.from({ length: matrix.nRows }, (_, row) =>
    Array.from(matrix.indices.slice(matrix.indptr[row], matrix.indptr[row + 1]), (column, i) => [
      column,
      matrix.data[(matrix.indptr[row] as number) + i] as number,
    ]),
  );
}

function keptTerms(documents: readonly (readonly string[])[], limits: Partial<TermLimits>): string[] {
  return [...new CountVectorizer({ ...ALL, ...limits }).fit(documents).vocabulary];
}

function errorOf(action: () => unknown): NewsclfError {
  try {
    action();
  } catch (error) {
    if (error instanceof NewsclfError) return error;
  }
  throw new Error("no NewsclfError was thrown");
}

describe("CountVectorizer", () => {
  it("counts terms per document under sorted columns", () => {
    const { fitted, matrix } = new CountVectorizer(ALL).fitTransform([["b", "a", "b"], [], ["c"]]);
    expect([...fitted.vocabulary]).toEqual(["a", "b", "c"]);
    expect([...fitted.documentFrequency]).toEqual([1, 1, 1]);
    expect(fitted.nDocuments).toBe(3);
    expect(rows(matrix)).toEqual([
      [
        [0, 1],
        [1, 2],
      ],
      [],
      [[2, 1]],
    ]);
    expect(matrix.nColumns).toBe(3);
  });

  it("drops terms found in fewer than minDf documents, however often they occur in one", () => {
    expect(keptTerms([["a", "b", "b", "b"], ["a"]], { minDf: 2 })).toEqual(["a"]);
  });

  it("drops terms found in more than maxDfFraction of the documents and keeps those at the limit", () => {
    // Of 4 documents a is in 3 and b in 2; 0.5 of 4 is 2.
    expect(keptTerms([["a", "b"], ["a", "b"], ["a"], ["c"]], { maxDfFraction: 0.5 })).toEqual(["b", "c"]);
  });

  it("keeps the maxFeatures terms of highest corpus frequency", () => {
    // c occurs 3 times, though in one document only; b twice.
    expect(keptTerms([["a", "b", "c", "c", "c"], ["b"]], { maxFeatures: 2 })).toEqual(["b", "c"]);
  });

  it("keeps the first in column order where maxFeatures cuts through equal corpus frequencies", () => {
    expect(keptTerms([["d", "c", "b", "a", "e", "e"]], { maxFeatures: 3 })).toEqual(["a", "b", "e"]);
  });

  it("applies maxFeatures after the limits on document frequency", () => {
    expect(keptTerms([["a", "a", "a", "b"], ["b"]], { minDf: 2, maxFeatures: 1 })).toEqual(["b"]);
  });

  it("takes the names that every object has as terms like others", () => {
    expect(keptTerms([["constructor", "__proto__", "toString"]], {})).toEqual(["__proto__", "constructor", "toString"]);
  });

  it("drops terms with a lone surrogate, which a model file cannot hold", () => {
    expect(keptTerms([["a", "\ud800", "😀"]], {})).toEqual(["a", "😀"]);
  });

  it("says what to change when the limits leave no term", () => {
    const error = errorOf(() => new CountVectorizer({ ...ALL, minDf: 2 }).fit([["a"], ["b"]]));
    expect(error.code).toBe("VOCABULARY_EMPTY");
    expect(error.message).toBe(
      "at least one term must remain; none of 2 is in at least minDf 2 and at most maxDfFraction 1 of 2 documents; " +
        "try a lower minDf or a higher maxDfFraction",
    );
  });

  it("says so when the documents hold no terms or there are none", () => {
    expect(errorOf(() => new CountVectorizer(ALL).fit([[], []])).message).toContain("the 2 documents hold none");
    expect(errorOf(() => new CountVectorizer(ALL).fit([])).code).toBe("VOCABULARY_EMPTY");
  });
});

describe("FittedCountVectorizer", () => {
  const fitted = new CountVectorizer(ALL).fit([["a", "b", "c"]]);

  it("drops unknown terms", () => {
    expect(rows(fitted.transform([["c", "x", "a", "c"], ["x"], []]))).toEqual([
      [
        [0, 1],
        [2, 2],
      ],
      [],
      [],
    ]);
  });

  it("gives one row into arrays that the next call overwrites", () => {
    const first = fitted.transformDocument(["b", "b"]);
    expect([first.nnz, first.indices[0], first.values[0]]).toEqual([1, 1, 2]);
    const { indices } = first;
    const second = fitted.transformDocument(["c"]);
    expect(second.indices).toBe(indices);
    expect([second.nnz, second.indices[0], second.values[0]]).toEqual([1, 2, 1]);
  });

  it("sorts rows longer than those that are sorted by insertion", () => {
    const terms = Array.from({ length: 300 }, (_, i) => String.fromCharCode(0xac00 + i));
    const long = new CountVectorizer(ALL).fit([terms]).transformDocument([...terms, ...terms].reverse());
    expect(long.nnz).toBe(300);
    expect([...long.indices.subarray(0, 300)]).toEqual(terms.map((_, i) => i));
    expect(new Set(long.values.subarray(0, 300))).toEqual(new Set([2]));
  });

  it("rejects document frequencies that do not fit the vocabulary or the number of documents", () => {
    const vocabulary = Vocabulary.fromTerms(["a", "b"]);
    const make = (frequencies: number[]) =>
      new FittedCountVectorizer({ vocabulary, documentFrequency: Uint32Array.from(frequencies), nDocuments: 3 });
    expect(() => make([1])).toThrow(OptionError);
    expect(() => make([1, 4])).toThrow("documentFrequency must be numbers in [1, 3]; got 4");
    expect(() => make([0, 1])).toThrow("got 0");
    expect(make([1, 3]).nDocuments).toBe(3);
  });
});
