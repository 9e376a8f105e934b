import { describe, expect, it } from "vitest";
import { OptionError } from "../../../src/errors.js";
import { ConfusionMatrix, MAX_UNKNOWN_LABELS } from "../../../src/evaluation/confusion-matrix.js";

describe("ConfusionMatrix", () => {
  it("counts by true row and predicted column in the order of the labels", () => {
    const matrix = new ConfusionMatrix(["나", "가"]);
    matrix.add("나", 1);
    matrix.add("나", 1);
    matrix.add("가", 1);
    expect(matrix.toRows()).toEqual([
      [0, 2],
      [0, 1],
    ]);
    expect(matrix.count(0, 1)).toBe(2);
  });

  it("keeps documents with an unknown true label apart, largest label first, ties by code unit", () => {
    const matrix = new ConfusionMatrix(["가", "나"]);
    for (const label of ["하", "파", "타", "타"]) matrix.add(label, 1);
    expect(matrix.toRows()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(Array.from(matrix.unknownPredicted)).toEqual([0, 4]);
    expect(matrix.listUnknown()).toEqual([
      { label: "타", support: 2 },
      { label: "파", support: 1 },
      { label: "하", support: 1 },
    ]);
  });

  it("names a bounded number of unknown labels and counts all of their documents", () => {
    const matrix = new ConfusionMatrix(["가"]);
    for (let index = 0; index < MAX_UNKNOWN_LABELS + 5; index += 1) matrix.add(`label ${index}`, 0);
    matrix.add("label 3", 0); // one that is known by name still grows
    expect(matrix.listUnknown()).toHaveLength(MAX_UNKNOWN_LABELS);
    expect(matrix.listUnknown()[0]).toEqual({ label: "label 3", support: 2 });
    expect(matrix.unknownPredicted[0]).toBe(MAX_UNKNOWN_LABELS + 6);
  });

  it.each([["__proto__"], ["constructor"]])("takes %s for a label like any other", (label) => {
    const matrix = new ConfusionMatrix(["가"]);
    expect(matrix.indexOf(label)).toBeNull();
    matrix.add(label, 0);
    expect(matrix.listUnknown()).toEqual([{ label, support: 1 }]);
  });

  it.each([[[]], [["가", "가"]]])("rejects the labels %j", (labels) => {
    expect(() => new ConfusionMatrix(labels)).toThrow(OptionError);
    expect(() => new ConfusionMatrix(labels)).toThrow("labels must be one or more labels, all different");
  });
});
