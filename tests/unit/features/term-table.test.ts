import { describe, expect, it } from "vitest";
import { hashUnits } from "../../../src/features/term-hash.js";
import { TermTable } from "../../../src/features/term-table.js";

const unitsOf = (term: string) => Uint16Array.from(term, (_, i) => term.charCodeAt(i));

function add(table: TermTable, term: string): number {
  const units = unitsOf(term);
  return table.addUnits(units, 0, units.length, hashUnits(units, 0, units.length));
}

function termAt({ units, starts }: TermTable, number: number): string {
  return Array.from(units.subarray(starts[number], starts[number + 1]), (unit) => String.fromCharCode(unit)).join("");
}

describe("TermTable", () => {
  it("numbers terms in the order of their first appearance", () => {
    const table = new TermTable();
    expect(["b", "a", "b", "", "__proto__", ""].map((term) => add(table, term))).toEqual([0, 1, 0, 2, 3, 2]);
    expect(table.nTerms).toBe(4);
    expect([0, 1, 2, 3].map((number) => termAt(table, number))).toEqual(["b", "a", "", "__proto__"]);
  });

  it("takes units for the term that they spell, lone surrogates included", () => {
    const table = new TermTable();
    const units = unitsOf("x한국\ud800");
    expect(table.addUnits(units, 1, 3, hashUnits(units, 1, 3))).toBe(0);
    expect(add(table, "한국")).toBe(0);
    expect(table.addUnits(units, 3, 4, hashUnits(units, 3, 4))).toBe(1);
    expect(add(table, "\ud800")).toBe(1);
    expect(add(table, "한")).toBe(2);
  });

  it("keeps terms apart and known as it grows", () => {
    const table = new TermTable();
    const terms = Array.from({ length: 20_000 }, (_, i) => `${i % 7}/${i}`);
    terms.push("긴".repeat(50_000));
    expect(terms.map((term) => add(table, term))).toEqual(terms.map((_, i) => i));
    expect(terms.map((term) => add(table, term))).toEqual(terms.map((_, i) => i));
    expect(terms.every((term, i) => termAt(table, i) === term)).toBe(true);
  });

  it("copies the units of the terms from a number on", () => {
    const table = new TermTable();
    for (const term of ["가", "나다", "", "라"]) add(table, term);
    expect(table.unitsFrom(1)).toEqual({ units: unitsOf("나다라"), ends: Uint32Array.of(2, 2, 3) });
    expect(table.unitsFrom(4)).toEqual({ units: new Uint16Array(0), ends: new Uint32Array(0) });
  });
});
