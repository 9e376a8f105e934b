import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  DatasetError,
  ERROR_CODES,
  FileError,
  isNewsclfError,
  ModelFormatError,
  NewsclfError,
  OptionError,
  showValue,
  TrainingError,
} from "../../src/errors.js";

describe("error codes", () => {
  it("are the same, in the same order, in docs/errors.md", () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/errors.md"), "utf8");
    const documented = [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect(documented).toEqual([...ERROR_CODES]);
  });
});

describe("showValue", () => {
  it("shows any value, also one without a JSON form", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth++) deep = [deep];
    expect(showValue(circle)).toBe("an array that has no JSON form");
    expect(showValue({ big: 1n })).toBe("an object that has no JSON form");
    // JSON.stringify of some engines has no stack to overflow: Node 26 writes it.
    expect(showValue(deep)).toMatch(/^(?:an array that has no JSON form|\[{40,}\.\.\.)$/);
    expect(showValue({ toString: 1, valueOf: 1 })).toBe('{"toString":1,"valueOf":1}');
    expect([null, undefined, 1n, Symbol("x")].map(showValue)).toEqual(["null", "undefined", "1", "Symbol(x)"]);
  });
});

describe("error classes", () => {
  it("build the message from their data", () => {
    expect(new OptionError("minDf", "an integer ≥ 1 (documents)", 0.5).message).toBe(
      "minDf must be an integer ≥ 1 (documents); got 0.5",
    );
    expect(new FileError("FILE_NOT_FOUND", "a.csv", "there is no such file").message).toBe(
      "a.csv: there is no such file",
    );
    expect(new DatasetError("DATASET_SYNTAX", { source: "a.csv", line: 3 }, "a quote never ends").message).toBe(
      "a.csv:3: a quote never ends",
    );
    expect(new DatasetError("DATASET_COLUMN", { source: "a.csv", line: 3, column: 2 }, "is empty").message).toBe(
      "a.csv:3:2: is empty",
    );
    expect(new ModelFormatError(8, "JSON", "text", { hint: "copy it again" }).message).toBe(
      "byte 8: expected JSON; found text; copy it again",
    );
    expect(new TrainingError("TRAINING_NOT_FINITE", 2, 31, "the loss is NaN").message).toBe(
      "epoch 2, step 31: the loss is NaN",
    );
  });

  it("carry code, name and cause", () => {
    const cause = new Error("ENOSPC");
    const error = new FileError("FILE_NO_SPACE", "m", "the disk is full", { cause });
    expect(error).toBeInstanceOf(NewsclfError);
    expect(error).toMatchObject({ code: "FILE_NO_SPACE", name: "FileError", path: "m", cause });
  });
});

describe("isNewsclfError", () => {
  it("tells ours from others", () => {
    expect(isNewsclfError(new OptionError("seed", "an integer", "…"))).toBe(true);
    expect(isNewsclfError(new Error("…"))).toBe(false);
    expect(isNewsclfError(null)).toBe(false);
    expect(isNewsclfError("NewsclfError")).toBe(false);
  });

  it("holds for an error of another copy of the package", () => {
    const other = Object.assign(new Error("…"), { [Symbol.for("newsclf.error")]: true });
    expect(isNewsclfError(other)).toBe(true);
  });
});

describe("showValue", () => {
  it("quotes text, cuts what is long and shows what JSON leaves out", () => {
    expect(showValue("1,2")).toBe('"1,2"');
    expect(showValue(undefined)).toBe("undefined");
    expect(showValue(Number.NaN)).toBe("NaN");
    expect(showValue("x".repeat(100))).toHaveLength(80);
  });
});
