import type { EvaluationReport } from "./report.js";

/** Returns the report as JSON, indented by two spaces, full precision, ended by a line break; fields keep their order. */
export function formatReportJson(report: EvaluationReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
