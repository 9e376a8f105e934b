import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ReferenceNumbering } from "../../../src/features/reference-numbering.js";
import { type TermBatch, TermLog, TermNumbering } from "../../../src/features/term-log.js";
import { createWasmNumbering } from "../../../src/kernels/wasm-numbering.js";
import { MemorySpool } from "./memory-spool.js";

const MODULE = readFileSync(path.resolve(import.meta.dirname, "../../../assets/numbering.wasm"));

/** The terms of each document, as the log holds them. */
function documentsOf(log: TermLog): string[][] {
  return Array.from({ length: log.nDocuments }, (_, document) =>
    Array.from(log.numbersOf(document), (number) => log.term(number)),
  );
}

/** A numbering of documents that are given as terms, each a word. */
class WordNumbering {
  readonly #kernel = new ReferenceNumbering({ words: [1, 1], characters: null });
  readonly #numbering: TermNumbering;

  constructor(numbering: number) {
    this.#numbering = new TermNumbering(numbering, this.#kernel);
  }

  addDocument(terms: readonly string[]): void {
    const words = terms.map((term) => {
      const units = this.#kernel.wordInput(term.length);
      for (let i = 0; i < term.length; i++) units[i] = term.charCodeAt(i);
      return this.#kernel.addWord(term.length);
    });
    this.#kernel.reserve(0, words.length);
    this.#kernel.words.set(words);
    this.#numbering.addDocument(0, words.length, 0);
  }

  takeBatch(): TermBatch {
    return this.#numbering.takeBatch();
  }
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
    const log = new TermLog(null, new MemorySpool());
    log.add(["a", "b", "a"]);
    log.add([]);
    log.add(["c", "b"]);
    expect(documentsOf(log)).toEqual([["a", "b", "a"], [], ["c", "b"]]);
  });

  it("gives the same with another kernel, also after more documents", () => {
    const log = new TermLog(createWasmNumbering(MODULE));
    log.add(["a", "한국/NNG", "a"]);
    expect(documentsOf(log)).toEqual([["a", "한국/NNG", "a"]]);
    const many = Array.from({ length: 50_000 }, (_, i) => `${i}`);
    log.add(many);
    expect(documentsOf(log)).toEqual([["a", "한국/NNG", "a"], many]);
    expect([log.nTerms, log.nOccurrences]).toEqual([50_002, 50_003]);
  });

  it("joins batches of several numberings", () => {
    const [first, second] = [new WordNumbering(0), new WordNumbering(1)];
    const log = new TermLog();
    first.addDocument(["a", "b"]);
    log.addBatch(first.takeBatch());
    // "b" has number 1 there and 0 here; "c" 2 and 1.
    second.addDocument(["b", "c"]);
    second.addDocument([]);
    log.addBatch(second.takeBatch());
    first.addDocument(["b", "c", "b"]);
    log.addBatch(first.takeBatch());
    expect(documentsOf(log)).toEqual([["a", "b"], ["b", "c"], [], ["b", "c", "b"]]);
    expect([0, 1, 2].map((number) => log.term(number))).toEqual(["a", "b", "c"]);
  });
});

describe("TermNumbering", () => {
  it("names a term once and goes on with the numbers in the next batch", () => {
    const numbering = new WordNumbering(7);
    numbering.addDocument(["a", "bc", "a"]);
    expect(numbering.takeBatch()).toEqual({
      numbering: 7,
      beginsAnew: true,
      newUnits: Uint16Array.of(97, 98, 99),
      newTermEnds: Uint32Array.of(1, 3),
      termNumbers: Uint32Array.of(0, 1, 0),
      documentEnds: Uint32Array.of(3),
    });
    numbering.addDocument(["d", "bc"]);
    numbering.addDocument([]);
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
    const numbering = new WordNumbering(3);
    const log = new TermLog();
    // More than the 2^18 terms that a numbering goes on for.
    const documents = [["a", "b"], Array.from({ length: 270_000 }, (_, i) => `${i}`), ["b", "269999", "c"], ["c", "a"]];
    const batches = documents.map((terms) => {
      numbering.addDocument(terms);
      return numbering.takeBatch();
    });
    expect(batches.map(({ beginsAnew }) => beginsAnew)).toEqual([true, false, true, false]);
    expect(batches[2]?.newTermEnds.length).toBe(3);
    for (const batch of batches) log.addBatch(batch);
    expect(documentsOf(log)).toEqual(documents);
    expect(log.nTerms).toBe(270_003);
  });

  it("takes documents longer than what it has room for", () => {
    const numbering = new WordNumbering(0);
    numbering.addDocument(Array.from({ length: 10_000 }, (_, i) => `${i}`));
    const { termNumbers, newTermEnds } = numbering.takeBatch();
    expect([termNumbers.length, termNumbers[9999], newTermEnds.length]).toEqual([10_000, 9999, 10_000]);
  });
});
