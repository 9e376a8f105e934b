import { describe, expect, it } from "vitest";
import { TermLog, TermNumbering } from "../../../src/features/term-log.js";

/** The terms of each document, as the log holds them. */
function documentsOf(log: TermLog): string[][] {
  const terms = [...log.terms()];
  return Array.from({ length: log.nDocuments }, (_, document) =>
    Array.from(
      { length: log.start(document + 1) - log.start(document) },
      (__, i) => terms[log.termAt(log.start(document) + i)] as string,
    ),
  );
}

describe("TermLog", () => {
  it("reads the array of an added document without keeping it", () => {
    const log = new TermLog();
    const terms = ["a", "b", "a"];
    log.add(terms);
    terms.length = 0;
    log.add(terms);
    terms.push("c");
    log.add(terms);
    expect(documentsOf(log)).toEqual([["a", "b", "a"], [], ["c"]]);
    expect(log.nTerms).toBe(3);
  });

  it("joins batches of several numberings", () => {
    const [first, second] = [new TermNumbering(0), new TermNumbering(1)];
    const log = new TermLog();
    first.add(["a", "b"]);
    log.addBatch(first.takeBatch());
    // "b" has number 1 there and 0 here; "c" 2 and 1.
    second.add(["b", "c"]);
    second.add([]);
    log.addBatch(second.takeBatch());
    first.add(["b", "c", "b"]);
    log.addBatch(first.takeBatch());
    expect(documentsOf(log)).toEqual([["a", "b"], ["b", "c"], [], ["b", "c", "b"]]);
    expect([...log.terms()]).toEqual(["a", "b", "c"]);
  });
});

describe("TermNumbering", () => {
  it("names a term once and goes on with the numbers in the next batch", () => {
    const numbering = new TermNumbering(7);
    numbering.add(["a", "b", "a"]);
    expect(numbering.takeBatch()).toEqual({
      numbering: 7,
      newTerms: ["a", "b"],
      termNumbers: Uint32Array.of(0, 1, 0),
      documentEnds: Uint32Array.of(3),
    });
    numbering.add(["c", "b"]);
    numbering.add([]);
    expect(numbering.takeBatch()).toEqual({
      numbering: 7,
      newTerms: ["c"],
      termNumbers: Uint32Array.of(2, 1),
      documentEnds: Uint32Array.of(2, 2),
    });
  });

  it("takes documents longer than what it has room for", () => {
    const numbering = new TermNumbering(0);
    numbering.add(Array.from({ length: 10_000 }, (_, i) => `${i}`));
    const { termNumbers, newTerms } = numbering.takeBatch();
    expect([termNumbers.length, termNumbers[9999], newTerms.length]).toEqual([10_000, 9999, 10_000]);
  });
});
