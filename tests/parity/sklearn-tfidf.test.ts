import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CsrMatrix } from "../../src/features/csr-matrix.js";
import { TermExtractor } from "../../src/features/term-extractor.js";
import { FittedTfidfVectorizer, TfidfVectorizer } from "../../src/features/tfidf-vectorizer.js";
import { Vocabulary } from "../../src/features/vocabulary.js";

interface FrozenMatrix {
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  readonly data: readonly number[];
}

interface Fixture {
  readonly scikitLearn: string;
  readonly documents: readonly (readonly string[])[];
  readonly newDocuments: readonly (readonly string[])[];
  readonly tied: { readonly maxFeatures: number; readonly vocabulary: readonly string[] };
  readonly cases: readonly {
    readonly minDf: number;
    readonly maxDfFraction: number;
    readonly maxFeatures: number | null;
    readonly sublinearTf: boolean;
    readonly ngramRange: readonly [number, number];
    readonly ngramsOfFirst: readonly string[];
    readonly vocabulary: readonly string[];
    readonly idf: readonly number[];
    readonly matrix: FrozenMatrix;
    readonly transformed: FrozenMatrix;
  }[];
}

const FIXTURE_URL = new URL("../fixtures/sklearn/tfidf.json", import.meta.url);
const fixture = JSON.parse(readFileSync(FIXTURE_URL, "utf8")) as Fixture;

/** Weights are in [0, 1] and stored in single precision, whose spacing below 1 is 6e-8. */
const WEIGHT_TOLERANCE = 1e-7;
/** Double precision on both sides; the logarithms are within a few units in the last place. */
const IDF_TOLERANCE = 1e-14;

/** Joins terms into n-grams by the extractor itself; the tag is cut off and put back. */
function ngrams(documents: readonly (readonly string[])[], ngramRange: readonly [number, number]): string[][] {
  const extractor = new TermExtractor(
    { isContentTag: () => true, isLatinTag: () => false, stopWords: new Set(), decompose: () => [] },
    { ngramRange },
  );
  return documents.map((terms) => {
    const tokens = terms.map((term) => {
      const slash = term.lastIndexOf("/");
      return { surface: term.slice(0, slash), tag: term.slice(slash + 1), start: 0, end: slash };
    });
    return [...extractor.extract(tokens)];
  });
}

/** Rows as term → weight, which do not depend on the order of columns. */
function rowsByTerm(matrix: FrozenMatrix | CsrMatrix, vocabulary: readonly string[]): Map<string, number>[] {
  return Array.from({ length: matrix.indptr.length - 1 }, (_, row) => {
    const cells = new Map<string, number>();
    for (let i = matrix.indptr[row] as number; i < (matrix.indptr[row + 1] as number); i++) {
      cells.set(vocabulary[matrix.indices[i] as number] as string, matrix.data[i] as number);
    }
    return cells;
  });
}

function expectSameMatrix(
  actual: CsrMatrix,
  actualTerms: readonly string[],
  expected: FrozenMatrix,
  expectedTerms: readonly string[],
): void {
  const actualRows = rowsByTerm(actual, actualTerms);
  const expectedRows = rowsByTerm(expected, expectedTerms);
  expect(actualRows.length).toBe(expectedRows.length);
  for (const [row, expectedCells] of expectedRows.entries()) {
    const cells = actualRows[row] as Map<string, number>;
    expect([...cells.keys()].sort()).toEqual([...expectedCells.keys()].sort());
    for (const [term, weight] of expectedCells) {
      expect(Math.abs((cells.get(term) as number) - weight), `row ${row}, ${term}`).toBeLessThanOrEqual(
        WEIGHT_TOLERANCE,
      );
    }
  }
}

describe("scikit-learn's TfidfVectorizer", () => {
  it("is the frozen version with all option combinations", () => {
    expect(fixture.scikitLearn).toBe("1.9.1");
    expect(fixture.cases).toHaveLength(10);
  });

  it.each(fixture.cases)(
    "has the same weights for minDf $minDf, maxDfFraction $maxDfFraction, maxFeatures $maxFeatures, sublinearTf $sublinearTf, ngramRange $ngramRange",
    (frozen) => {
      const { minDf, maxDfFraction, maxFeatures, sublinearTf, ngramRange } = frozen;
      const documents = ngrams(fixture.documents, ngramRange);
      const newDocuments = ngrams(fixture.newDocuments, ngramRange);
      expect(documents[0]).toEqual(frozen.ngramsOfFirst);

      const options = { minDf, maxDfFraction, sublinearTf, ...(maxFeatures === null ? {} : { maxFeatures }) };
      const { fitted, matrix } = new TfidfVectorizer(options).fitTransform(documents);
      const terms = [...fitted.vocabulary];
      expect(terms).toEqual([...frozen.vocabulary].sort());
      for (const [column, idf] of frozen.idf.entries()) {
        const ownColumn = fitted.vocabulary.columnOf(frozen.vocabulary[column] as string);
        expect(Math.abs((fitted.idf[ownColumn] as number) - idf)).toBeLessThanOrEqual(IDF_TOLERANCE);
      }
      expectSameMatrix(matrix, terms, frozen.matrix, frozen.vocabulary);
      expectSameMatrix(fitted.transform(newDocuments), terms, frozen.transformed, frozen.vocabulary);

      const restored = new FittedTfidfVectorizer({
        vocabulary: Vocabulary.fromUnits(fitted.vocabulary.toUnits()),
        documentFrequency: fitted.documentFrequency,
        nDocuments: fitted.nDocuments,
        sublinearTf: fitted.sublinearTf,
      });
      expect(restored.transform(newDocuments)).toEqual(fitted.transform(newDocuments));
    },
  );

  it("keeps terms of the same corpus frequencies where maxFeatures cuts through equal ones", () => {
    const { maxFeatures, vocabulary } = fixture.tied;
    const fitted = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1, maxFeatures }).fit(fixture.documents);
    const frequencies = (terms: Iterable<string>) =>
      [...terms].map((term) => fixture.documents.flat().filter((other) => other === term).length).sort();
    expect(frequencies(fitted.vocabulary)).toEqual(frequencies(vocabulary));
    // Of constructor, 감독, 선수 and 승리 (2 each) the first two in column order.
    expect([...fitted.vocabulary]).toEqual([
      "constructor/SL",
      "감독/NNG",
      "경기/NNG",
      "금리/NNG",
      "대표/NNG",
      "물가/NNG",
    ]);
  });
});
