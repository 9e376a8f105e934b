import { describe, expect, it } from "vitest";
import { mergeTerms, sortTerms } from "../../../src/features/sort-terms.js";
import { TermLog } from "../../../src/features/term-log.js";
import { Philox } from "../../../src/kernels/random.js";

describe("sortTerms", () => {
  it("sorts by code unit, shorter terms first, also beyond the units that are counted", () => {
    const log = new TermLog();
    // U+10000 begins with a lower unit than U+FFFF; the last but two differ in their tenth unit.
    const terms = [
      "한국",
      "\uffff",
      "",
      "한",
      "\u{10000}",
      "a\0",
      "a",
      "aaaaaaaab",
      "aaaaaaaaab",
      "aaaaaaaa",
      "\0",
      "b",
    ];
    log.add(terms);
    const sorted = sortTerms(
      Uint32Array.from(terms, (_, id) => id),
      log.terms,
    );
    expect(Array.from(sorted, (id) => log.term(id))).toEqual([...terms].sort());
  });

  it("sorts the terms that are asked for, with their numbers", () => {
    const philox = new Philox().withKey(1, 98);
    const log = new TermLog();
    const terms = new Set<string>();
    for (let i = 0; i < 3000; i++) {
      philox.generate(i, 0, 0, 0);
      const units = [...philox.words, i].map((word) => String.fromCharCode(0xac00 + (word % 5)));
      terms.add(
        units
          .join("")
          .repeat(1 + (i % 3))
          .slice(i % 4),
      );
    }
    log.add([...terms]);
    const odd = Uint32Array.from({ length: terms.size >> 1 }, (_, i) => 2 * i + 1);
    const expected = Array.from(odd, (id) => log.term(id)).sort();
    expect(Array.from(sortTerms(odd, log.terms), (id) => log.term(id))).toEqual(expected);
    expect(sortTerms(new Uint32Array(0), log.terms)).toEqual(new Uint32Array(0));
  });
});

describe("mergeTerms", () => {
  it("gives two sorted lists as one", () => {
    const log = new TermLog();
    const terms = ["나", "다", "가나", "가", "라"];
    log.add(terms);
    const merge = (one: readonly number[], other: readonly number[]) =>
      Array.from(mergeTerms(Uint32Array.from(one), Uint32Array.from(other), log.terms), (id) => log.term(id));
    expect(merge([3, 0, 4], [2, 1])).toEqual(["가", "가나", "나", "다", "라"]);
    expect(merge([], [3, 2])).toEqual(["가", "가나"]);
    expect(merge([3, 2], [])).toEqual(["가", "가나"]);
  });
});
