import { describe, expect, it } from "vitest";
import { TermTable } from "../../../src/features/term-table.js";

describe("TermTable", () => {
  it("numbers terms in the order of their first appearance", () => {
    const table = new TermTable();
    expect(["b", "a", "b", "__proto__"].map((term) => table.add(term))).toEqual([0, 1, 0, 2]);
    expect(table.nTerms).toBe(3);
    expect(table.find("a")).toBe(1);
    expect(table.find("constructor")).toBe(-1);
  });

  it("goes on past the largest Map", () => {
    const table = new TermTable(2);
    const terms = ["a", "b", "c", "d", "e"];
    for (const term of [...terms, ...terms]) table.add(term);
    expect(table.nTerms).toBe(5);
    expect(terms.map((term) => table.find(term))).toEqual([0, 1, 2, 3, 4]);
    expect([...table.terms()]).toEqual(terms);
  });
});
