import { describe, expect, it } from "vitest";
import { hashUnits } from "../../../src/features/term-hash.js";
import { TermLog, TermNumbering } from "../../../src/features/term-log.js";
import { MemorySpool } from "./memory-spool.js";

/** The terms of each document, as the log holds them. */
function documentsOf(log: TermLog): string[][] {
  return Array.from({ length: log.nDocuments }, (_, document) =>
    Array.from(log.numbersOf(document), (number) => log.term(number)),
  );
}

function addDocument(numbering: TermNumbering, terms: readonly string[]): void {
  for (const term of terms) {
    const units = Uint16Array.from(term, (_, i) => term.charCodeAt(i));
    numbering.add(units, 0, units.length, hashUnits(units, 0, units.length));
  }
  numbering.endDocument();
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

  it("gives the same from a spool", () => {
    const log = new TermLog(new MemorySpool());
    log.add(["a", "b", "a"]);
    log.add([]);
    log.add(["c", "b"]);
    expect(documentsOf(log)).toEqual([["a", "b", "a"], [], ["c", "b"]]);
  });

  it("joins batches of several numberings", () => {
    const [first, second] = [new TermNumbering(0), new TermNumbering(1)];
    const log = new TermLog();
    addDocument(first, ["a", "b"]);
    log.addBatch(first.takeBatch());
    // "b" has number 1 there and 0 here; "c" 2 and 1.
    addDocument(second, ["b", "c"]);
    addDocument(second, []);
    log.addBatch(second.takeBatch());
    addDocument(first, ["b", "c", "b"]);
    log.addBatch(first.takeBatch());
    expect(documentsOf(log)).toEqual([["a", "b"], ["b", "c"], [], ["b", "c", "b"]]);
    expect([0, 1, 2].map((number) => log.term(number))).toEqual(["a", "b", "c"]);
  });
});

describe("TermNumbering", () => {
  it("names a term once and goes on with the numbers in the next batch", () => {
    const numbering = new TermNumbering(7);
    addDocument(numbering, ["a", "bc", "a"]);
    expect(numbering.takeBatch()).toEqual({
      numbering: 7,
      beginsAnew: true,
      newUnits: Uint16Array.of(97, 98, 99),
      newTermEnds: Uint32Array.of(1, 3),
      termNumbers: Uint32Array.of(0, 1, 0),
      documentEnds: Uint32Array.of(3),
    });
    addDocument(numbering, ["d", "bc"]);
    addDocument(numbering, []);
    expect(numbering.takeBatch()).toEqual({
      numbering: 7,
      beginsAnew: false,
      newUnits: Uint16Array.of(100),
      newTermEnds: Uint32Array.of(1),
      termNumbers: Uint32Array.of(2, 1),
      documentEnds: Uint32Array.of(2, 2),
    });
  });

  it("begins anew beyond some terms, which a log does not notice", () => {
    const numbering = new TermNumbering(3);
    const log = new TermLog();
    // More than the 2^18 terms that a numbering goes on for.
    const documents = [["a", "b"], Array.from({ length: 270_000 }, (_, i) => `${i}`), ["b", "269999", "c"], ["c", "a"]];
    const batches = documents.map((terms) => {
      addDocument(numbering, terms);
      return numbering.takeBatch();
    });
    expect(batches.map(({ beginsAnew }) => beginsAnew)).toEqual([true, false, true, false]);
    expect(batches[2]?.newTermEnds.length).toBe(3);
    for (const batch of batches) log.addBatch(batch);
    expect(documentsOf(log)).toEqual(documents);
    expect(log.nTerms).toBe(270_003);
  });

  it("takes documents longer than what it has room for", () => {
    const numbering = new TermNumbering(0);
    addDocument(
      numbering,
      Array.from({ length: 10_000 }, (_, i) => `${i}`),
    );
    const { termNumbers, newTermEnds } = numbering.takeBatch();
    expect([termNumbers.length, termNumbers[9999], newTermEnds.length]).toEqual([10_000, 9999, 10_000]);
  });
});
