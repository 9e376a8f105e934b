import { describe, expect, it } from "vitest";
import { CsrBuilder } from "../../../src/features/csr-builder.js";
import { TermLog } from "../../../src/features/term-log.js";
import { smoothIdf, weightRow } from "../../../src/features/tf-idf.js";
import { FittedTfidfVectorizer, TfidfVectorizer } from "../../../src/features/tfidf-vectorizer.js";
import { Vocabulary } from "../../../src/features/vocabulary.js";

describe("smoothIdf", () => {
  it("is ln((1 + nDocuments) / (1 + df)) + 1", () => {
    // 3 documents: df 3 → ln(4/4) + 1 = 1; df 1 → ln(4/2) + 1 = 1.693147180559945.
    const idf = smoothIdf(Uint32Array.of(3, 1), 3);
    expect(idf[0]).toBe(1);
    expect(idf[1]).toBeCloseTo(1.693147180559945, 14);
  });
});

describe("weightRow", () => {
  it("overwrites the counts of its slice alone", () => {
    // Counts 3 and 2 with idf 1 and 2: weights 3 and 4, norm 5.
    const values = Float32Array.of(9, 3, 2, 9);
    weightRow(Uint32Array.of(0, 0, 1, 0), values, 1, 3, Float64Array.of(1, 2), false);
    expect([...values]).toEqual([9, Math.fround(0.6), Math.fround(0.8), 9]);
  });

  it("uses 1 + ln(count) when sublinear", () => {
    // Counts 1 and 8: 1 and 1 + ln 8 = 3.0794415; norm = √(1 + 9.4829599) = 3.2377400.
    const values = Float32Array.of(1, 8);
    weightRow(Uint32Array.of(0, 1), values, 0, 2, Float64Array.of(1, 1), true);
    expect(values[0]).toBeCloseTo(1 / 3.23774, 6);
    expect(values[1]).toBeCloseTo(3.0794415 / 3.23774, 6);
  });

  it("leaves an empty row empty", () => {
    const values = Float32Array.of(7);
    weightRow(Uint32Array.of(0), values, 0, 0, Float64Array.of(1), true);
    expect([...values]).toEqual([7]);
  });
});

describe("TfidfVectorizer", () => {
  const documents = [["a", "b", "b"], ["a", "c"], ["b", "c"], ["d"]];

  it("uses the defaults of the option table: minDf 2 and maxDfFraction 0.5", () => {
    // Each of a, b, c is in 2 of 4 documents; d is in 1.
    expect([...new TfidfVectorizer().fit(documents).vocabulary]).toEqual(["a", "b", "c"]);
  });

  it("rejects options outside their range and unknown ones", () => {
    expect(() => new TfidfVectorizer({ minDf: 0.5 })).toThrow("vectorizer.minDf must be");
    expect(() => new TfidfVectorizer(Object.fromEntries([["min_df", 1]]))).toThrow(
      "vectorizer.min_df is not an option",
    );
  });

  it("gives the same numbers when made anew from what a model file holds", () => {
    const { fitted, matrix } = new TfidfVectorizer().fitTransform(documents);
    const restored = new FittedTfidfVectorizer({
      vocabulary: Vocabulary.fromTerms(fitted.vocabulary),
      documentFrequency: fitted.documentFrequency,
      nDocuments: fitted.nDocuments,
      sublinearTf: fitted.sublinearTf,
    });
    expect(restored.idf).toEqual(fitted.idf);
    expect(restored.transform(documents)).toEqual(matrix);
  });

  it("fits on some documents of a log and gives rows of any", () => {
    const log = new TermLog();
    for (const terms of documents) log.add(terms);
    expect(log.nDocuments).toBe(4);
    const vectorizer = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1 });
    const { fitted, matrixOf, rowsOf } = vectorizer.fitLog(log, Uint32Array.of(0, 2));
    const some = [documents[0] as string[], documents[2] as string[]];
    const alone = new TfidfVectorizer({ minDf: 1, maxDfFraction: 1 }).fitTransform(some);
    expect([...fitted.vocabulary]).toEqual([...alone.fitted.vocabulary]);
    expect(matrixOf(Uint32Array.of(0, 2))).toEqual(alone.matrix);
    const others = alone.fitted.transform([documents[3] as string[], documents[1] as string[]]);
    expect(matrixOf(Uint32Array.of(3, 1))).toEqual(others);
    const builder = new CsrBuilder(fitted.vocabulary.nTerms);
    for (const row of rowsOf(Uint32Array.of(3, 1))) builder.append(row);
    expect(builder.finish()).toEqual(others);
  });

  it("gives an empty row for a document of unknown terms", () => {
    expect(new TfidfVectorizer().fit(documents).transformDocument(["x", "constructor"]).nnz).toBe(0);
  });
});
