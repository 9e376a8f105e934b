import { DatasetError } from "../errors.js";
import { JsonFault, type JsonPlace, type LocatedMember, parseLocatedJson } from "../json.js";
import type { ComparedReport } from "./comparison.js";

/** The fields that are read, of a report or a part of one. */
type Field = keyof ComparedReport | keyof ComparedReport["labels"][number] | keyof NonNullable<ComparedReport["split"]>;

type Fields = { readonly [name in Field]?: unknown };

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A file is not a report. */
export function reportError(
  source: string,
  problem: string,
  { place, ...options }: ErrorOptions & { readonly place?: JsonPlace } = {},
): DatasetError {
  const remedy = "give a report.json of newsclf train or evaluate";
  return new DatasetError("REPORT_FORMAT", { source, ...place }, `${problem}; ${remedy}`, options);
}

/** What is compared of a report: nothing else is made of its text. */
const COMPARED = [
  "nDocuments",
  "accuracy",
  "macroF1",
  "weightedF1",
  "logLoss",
  "split",
  "labels",
] as const satisfies readonly (keyof ComparedReport)[];

function readCompared(text: string, source: string): unknown {
  try {
    const { value } = parseLocatedJson(text);
    if (!(value instanceof Map)) return value;
    const members = value as ReadonlyMap<string, LocatedMember>;
    return Object.fromEntries(COMPARED.map((name) => [name, members.get(name)?.content.plain()]));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw reportError(source, error.message, { place: error.place, cause: error });
  }
}

/** Reads fields and says which one is wrong. */
class ReportReader {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  record(value: unknown, name: string): Fields {
    return isRecord(value) ? value : this.#fail(name, "an object");
  }

  share(value: unknown, name: string): number {
    return typeof value === "number" && value >= 0 && value <= 1 ? value : this.#fail(name, "a number in [0, 1]");
  }

  shareOrNull(value: unknown, name: string): number | null {
    return value === null ? null : this.share(value, name);
  }

  count(value: unknown, name: string): number {
    const isCount = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
    return isCount ? value : this.#fail(name, "an integer ≥ 0");
  }

  lossOrNull(value: unknown, name: string): number | null {
    if (value === null) return null;
    return typeof value === "number" && value >= 0 ? value : this.#fail(name, "a number ≥ 0 or null");
  }

  text(value: unknown, name: string): string {
    return typeof value === "string" ? value : this.#fail(name, "a string");
  }

  list(value: unknown, name: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.#fail(name, "a list");
  }

  #fail(name: string, constraint: string): never {
    throw reportError(this.#source, `${name} must be ${constraint}`);
  }
}

/**
 * Reads what of a `report.json` is compared; other fields are not looked at.
 * @param source name of the report, for messages
 * @throws {DatasetError} with code REPORT_FORMAT when it is not a report
 */
export function parseReport(text: string, source: string): ComparedReport {
  const reader = new ReportReader(source);
  const report = reader.record(readCompared(text, source), "the report");
  const split = report.split === null ? null : reader.record(report.split, "split");
  return {
    nDocuments: reader.count(report.nDocuments, "nDocuments"),
    accuracy: reader.share(report.accuracy, "accuracy"),
    macroF1: reader.share(report.macroF1, "macroF1"),
    weightedF1: reader.share(report.weightedF1, "weightedF1"),
    logLoss: reader.lossOrNull(report.logLoss, "logLoss"),
    split: split === null ? null : { source: reader.text(split.source, "split.source") },
    labels: reader.list(report.labels, "labels").map((each, place) => {
      const name = `labels[${place}]`;
      const label = reader.record(each, name);
      return {
        label: reader.text(label.label, `${name}.label`),
        support: reader.count(label.support, `${name}.support`),
        precision: reader.shareOrNull(label.precision, `${name}.precision`),
        recall: reader.shareOrNull(label.recall, `${name}.recall`),
        f1: reader.shareOrNull(label.f1, `${name}.f1`),
      };
    }),
  };
}
