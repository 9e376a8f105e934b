import type { EvaluationReport } from "./report.js";
import {
  describeArticles,
  describeSplit,
  type FormatOptions,
  listConfusionRows,
  listHeadlines,
  listLabelRows,
  listMatrixRows,
  listNotes,
  MAX_MATRIX_LABELS,
  resolveFormatOptions,
} from "./report-text.js";
import { renderTextTable } from "./text-table.js";

/**
 * Returns the report for a terminal: what was evaluated, headline numbers, the per-label table and the confusion matrix,
 * aligned for a fixed-width font in which Hangul takes two columns. Ends with a line break. Scores that are 0/0 are dashes.
 *
 * The articles behind the errors are left to the Markdown and JSON forms.
 *
 * @throws {OptionError} when `digits` is out of range
 */
export function formatReport(report: EvaluationReport, options?: FormatOptions): string {
  const { digits } = resolveFormatOptions(options);
  const origin = [describeSplit(report), describeArticles(report)].filter((line) => line !== null);
  const headlines = listHeadlines(report, digits).map(([name, value]) => `${name} ${value}`);
  const notes = listNotes(report).map((note) => `${note}.\n`);
  const isWide = report.labels.length > MAX_MATRIX_LABELS;
  const matrix = isWide
    ? `Most frequent confusions\n${renderTextTable(listConfusionRows(report))}`
    : `Confusion matrix (documents)\n${renderTextTable(listMatrixRows(report))}`;
  return [
    [...origin, headlines.join("  ")].map((line) => `${line}\n`).join(""),
    renderTextTable(listLabelRows(report, digits)) + notes.join(""),
    matrix,
  ].join("\n");
}
