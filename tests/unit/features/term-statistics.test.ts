import { describe, expect, it } from "vitest";
import { countByLabel, signedChiSquare, topTerms } from "../../../src/features/term-statistics.js";
import { Vocabulary } from "../../../src/features/vocabulary.js";

describe("countByLabel", () => {
  it("counts documents, not weights, by label and term", () => {
    // Rows: {0, 1} of label 1, {1} of label 0, {} of label 1.
    const matrix = {
      nRows: 3,
      nColumns: 2,
      indptr: Uint32Array.of(0, 2, 3, 3),
      indices: Uint32Array.of(0, 1, 1),
      data: Float32Array.of(5, 0.5, 7),
    };
    const counts = countByLabel(matrix, [1, 0, 1], 2);
    expect([...counts.labelDocumentFrequency]).toEqual([0, 1, 1, 1]);
    expect([...counts.nLabelDocuments]).toEqual([1, 2]);
  });
});

describe("signedChiSquare", () => {
  it("gives the textbook's 284 for export and poultry in Reuters-RCV1", () => {
    // Manning, Raghavan and Schütze (2008), example 13.4: 49 documents of the class hold the term, 27,652 others do,
    // 141 of the class do not, 774,106 do neither.
    const counts = {
      labelDocumentFrequency: Uint32Array.of(49, 27_652),
      nLabelDocuments: Uint32Array.of(49 + 141, 27_652 + 774_106),
    };
    const [value] = signedChiSquare(counts, 0);
    expect(Math.round(value as number)).toBe(284);
    // Two labels: what speaks for one speaks against the other, as strongly.
    expect(signedChiSquare(counts, 1)[0]).toBeCloseTo(-(value as number), 9);
  });

  it("is 0 for a term of all documents, of none, and for one as frequent within as without", () => {
    const counts = { labelDocumentFrequency: Uint32Array.of(2, 0, 1, 4, 0, 2), nLabelDocuments: Uint32Array.of(2, 4) };
    expect([...signedChiSquare(counts, 0)].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it("is N for a term of all documents of a label and no other", () => {
    const counts = { labelDocumentFrequency: Uint32Array.of(3, 0, 0), nLabelDocuments: Uint32Array.of(3, 4, 5) };
    expect(signedChiSquare(counts, 0)[0]).toBeCloseTo(12, 12);
  });
});

describe("topTerms", () => {
  const vocabulary = Vocabulary.fromTerms(["a", "b", "c", "d"]);

  it("ranks by value, and equal values by column", () => {
    expect(topTerms(vocabulary, [1, 3, 3, 2], 3)).toEqual([
      { term: "b", value: 3 },
      { term: "c", value: 3 },
      { term: "d", value: 2 },
    ]);
  });

  it("gives all terms when there are fewer than asked for", () => {
    expect(topTerms(vocabulary, new Float64Array(4), 9).map(({ term }) => term)).toEqual(["a", "b", "c", "d"]);
  });
});
