import { listFindings } from "./findings.js";
import type { EvaluationReport } from "./report.js";
import {
  describeArticles,
  describeIntervals,
  describeScoring,
  describeSplit,
  drawBar,
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

/** As wide as the bars. */
const BAR_HEADER = "0── F1 ──1";

/** The per-label table with F1 as a bar at the end of each row. */
function renderLabelTable(report: EvaluationReport, digits: number): string {
  const [header = [], ...rows] = listLabelRows(report, digits);
  const f1 = [...report.labels.map((label) => label.f1), report.macroF1, report.weightedF1];
  return renderTextTable([[...header, BAR_HEADER], ...rows.map((row, index) => [...row, drawBar(f1[index] ?? null)])]);
}

/**
 * Returns the report for a terminal: what was evaluated, headline numbers, the per-label table, the confusion matrix and
 * what to look at first, aligned for a fixed-width font in which Hangul takes two columns. Ends with a line break. Scores that are 0/0 are dashes.
 *
 * The articles behind the errors are left to the Markdown and JSON forms.
 *
 * @throws {OptionError} when `digits` is out of range
 */
export function formatReport(report: EvaluationReport, options?: FormatOptions): string {
  const { digits } = resolveFormatOptions(options);
  const origin = [
    describeSplit(report),
    describeArticles(report),
    ...describeScoring(report).map(({ en }) => `${en}.`),
  ].filter((line) => line !== null);
  const headlines = listHeadlines(report, digits).map(([name, value]) => `${name} ${value}`);
  const intervals = describeIntervals(report, digits);
  const findings = listFindings(report).map(({ en }) => `- ${en}.\n`);
  const notes = listNotes(report).map((note) => `${note}.\n`);
  const isWide = report.labels.length > MAX_MATRIX_LABELS;
  const matrix = isWide
    ? `Most frequent confusions\n${renderTextTable(listConfusionRows(report))}`
    : `Confusion matrix (documents)\n${renderTextTable(listMatrixRows(report))}`;
  return [
    [...origin, headlines.join("  "), ...(intervals === null ? [] : [intervals])].map((line) => `${line}\n`).join(""),
    renderLabelTable(report, digits) + notes.join(""),
    matrix,
    ...(findings.length === 0 ? [] : [`What to look at first\n${findings.join("")}`]),
  ].join("\n");
}
