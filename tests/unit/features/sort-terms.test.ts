import { describe, expect, it } from "vitest";
import { sortTerms } from "../../../src/features/sort-terms.js";
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
    const ids = terms.map((_, id) => id);
    expect(sortTerms(ids, log).map(({ term }) => term)).toEqual([...terms].sort());
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
    const ids = [...terms].map((_, id) => id).filter((id) => id % 2 === 1);
    const expected = ids.map((id) => log.term(id)).sort();
    const sorted = sortTerms(ids, log);
    expect(sorted.map(({ term }) => term)).toEqual(expected);
    expect(sorted.map(({ id }) => log.term(id))).toEqual(expected);
    expect(sortTerms([], log)).toEqual([]);
  });
});
