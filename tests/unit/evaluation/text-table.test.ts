import { describe, expect, it } from "vitest";
import { renderTextTable } from "../../../src/evaluation/text-table.js";

describe("renderTextTable", () => {
  it("aligns by columns of the terminal, not by characters", () => {
    const table = renderTextTable([
      ["Label", "F1"],
      ["IT과학", "0.5"],
      ["정치", "-"],
    ]);
    // First column 6 wide: "Label" + 1, "IT과학" + 0, "정치" + 2.
    expect(table).toBe("Label    F1\nIT과학  0.5\n정치      -\n");
  });

  it("has no spaces at the ends of lines", () => {
    expect(
      renderTextTable([
        ["a", "b"],
        ["long", ""],
      ]),
    ).toBe("a     b\nlong\n");
  });

  it("is empty without rows", () => {
    expect(renderTextTable([])).toBe("");
  });
});
