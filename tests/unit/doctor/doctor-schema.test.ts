import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { type Dataset, examine } from "../../../src/doctor/examine.js";
import { DOCTOR_TYPE, renderSchema } from "../../../tools/json-schema.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const text = readFileSync(path.join(ROOT, DOCTOR_TYPE.schema), "utf8");
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(text));

/** What the schema has against a value; empty when it is valid. */
function faultsOf(value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Eight articles of a label in two spellings, and of another one; two are equal, one row cannot be used. */
function makeDataset(name: string): Dataset {
  const articles = Array.from({ length: 16 }, (_, place) => ({
    title: `${place < 8 ? "은행 금리" : "축구 감독"} ${Math.max(place, 1)} (서울=가온통신)`,
    body: "",
    label: place < 8 ? (place === 3 ? "경 제" : "경제") : "체육",
  }));
  const file = {
    source: name,
    encoding: "utf-8",
    sha256: null,
    nRows: 17,
    nBlankLines: 0,
    rejected: [{ reason: "empty-label", nRows: 1, lines: [18] }],
  };
  const lines = articles.map((_, place) => place + 2);
  return { name, articles, sources: articles.map(() => name), lines, files: [file] };
}

const training = {
  vectorizer: { minDf: 1, maxDfFraction: 1 },
  network: { hiddenUnits: [4, 4, 4] },
  optimizer: { epochs: 1, minSteps: 1, batchSize: 8 },
} as const;

describe("schema/doctor.schema.json", () => {
  it("is the type of the report; renew it with: npm run docs:schema", () => {
    expect(text).toBe(renderSchema(ROOT, DOCTOR_TYPE));
  });

  it("holds the reports that are made, with little and with much in them", async () => {
    expect(faultsOf(await examine(makeDataset("a.csv"), { labelErrors: false }))).toEqual([]);
    const report = await examine(
      makeDataset("a.csv"),
      { folds: 2 },
      { against: makeDataset("b.csv"), training: { ...training, ensemble: 1, validationFraction: 0 } },
    );
    expect(report.against?.nCopies).toBeGreaterThan(0);
    expect(report.labelErrors?.nTried).toBe(16);
    expect(report.copies.exact.nGroups).toBe(1);
    expect(faultsOf(JSON.parse(JSON.stringify(report)))).toEqual([]);
  });

  it("leaves out what a reader knows of a file beyond the report", async () => {
    const dataset = makeDataset("a.csv");
    const files = dataset.files.map((file) => ({ ...file, delimiter: "comma" }));
    expect(faultsOf(await examine({ ...dataset, files }, { labelErrors: false }))).toEqual([]);
  });

  it("refuses a report with a field too many, one too few, or a value out of its range", async () => {
    const report = await examine(makeDataset("a.csv"), { labelErrors: false });
    expect(faultsOf({ ...report, more: 1 })).toEqual([" must NOT have additional properties"]);
    const { leaks, ...less } = report;
    expect(leaks).toBeInstanceOf(Array);
    expect(faultsOf(less)).toEqual([" must have required property 'leaks'"]);
    expect(faultsOf({ ...report, nArticles: 0.5 })).toEqual(["/nArticles must be integer"]);
  });

  it("is in the package", () => {
    const { exports } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
    expect(exports["./doctor.schema.json"]).toBe(`./${DOCTOR_TYPE.schema}`);
  });
});
