import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../../src/evaluation/evaluator.js";
import { formatReportJson } from "../../../src/evaluation/format-report-json.js";
import { REPORT_TYPE, renderSchema } from "../../../tools/json-schema.js";
import { smallModelCard } from "./small-model-card.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const text = readFileSync(path.join(ROOT, "schema/report.schema.json"), "utf8");
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(text));

/** What the schema has against a value; empty when it is valid. */
function faultsOf(value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function smallReport() {
  const evaluator = createEvaluator(["가", "나"], { nReplicates: 10 });
  evaluator.addScores("가", [0.75, 0.25], {
    title: "제목",
    body: "",
    line: 2,
    explain: () => ({ title: [[0, 1, -0.5]], body: [] }),
  });
  evaluator.addScores("모름", [0.25, 0.75]);
  const epoch = {
    epoch: 1,
    learningRate: 0.001,
    trainLoss: 1,
    validationLoss: null,
    validationAccuracy: null,
    validationMacroF1: null,
  };
  return evaluator.finish({
    split: { kind: "test", source: "a.csv" },
    trainSupport: [3, 1],
    learningCurve: [epoch],
    selectedEpoch: 1,
    model: { ...smallModelCard(), selectedEpochs: [epoch] },
    run: { command: ["newsclf"], version: "1.0.0", runtime: "node", durationMs: 5, documentsPerSecond: 400 },
  });
}

describe("schema/report.schema.json", () => {
  it("is the type of the report; renew it with: npm run docs:schema", () => {
    expect(text).toBe(renderSchema(ROOT, REPORT_TYPE));
  });

  it("holds the reports that are made, with little and with much in them", () => {
    expect(faultsOf(JSON.parse(readFileSync(path.join(ROOT, "tests/golden/report.json"), "utf8")))).toEqual([]);
    expect(faultsOf(JSON.parse(formatReportJson(smallReport())))).toEqual([]);
    const bare = createEvaluator(["가"], { nReplicates: 0 });
    bare.add("가", [{ label: "가", score: 1 }]);
    expect(faultsOf(JSON.parse(formatReportJson(bare.finish())))).toEqual([]);
  });

  it("refuses a report with a field too many, one too few, or a value out of its range", () => {
    const report = smallReport();
    expect(faultsOf({ ...report, more: 1 })).toEqual([" must NOT have additional properties"]);
    const { accuracy, ...less } = report;
    expect(accuracy).toBe(0.5);
    expect(faultsOf(less)).toEqual([" must have required property 'accuracy'"]);
    expect(faultsOf({ ...report, accuracy: 1.5 })).toEqual(["/accuracy must be <= 1"]);
    expect(faultsOf({ ...report, nErrors: 0.5 })).toEqual(["/nErrors must be integer"]);
  });

  it("is in the package", () => {
    const { files, exports } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
    expect(files).toContain("schema");
    expect(exports["./report.schema.json"]).toBe("./schema/report.schema.json");
  });
});
