import { listFindings } from "./findings.js";
import type { EvaluationReport, ReportArticle } from "./report.js";
import {
  describeArticles,
  describeFiles,
  describeIntervals,
  describeScoring,
  describeSplit,
  type FormatOptions,
  formatCount,
  formatScore,
  listConfusionRows,
  listEpochRows,
  listHeadlines,
  listLabelRows,
  listMatrixRows,
  listNotes,
  MAX_MATRIX_LABELS,
  resolveFormatOptions,
  showLabel,
  showsSources,
  toOneLine,
} from "./report-text.js";

/**
 * Returns a text that GitHub-flavoured Markdown shows as it is, in a table cell or behind other words of a line.
 *
 * Backslashes cover Markdown's own signs, entities HTML. An empty comment behind "@", "#" and ":" keeps a pasted report
 * from notifying people, linking to issues and fetching addresses; GitHub finds those after it has undone escapes.
 */
export function escapeMarkdown(text: string): string {
  return toOneLine(text)
    .replace(/[\\`*_{}[\]()~|$!]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[@#]|:(?=\/\/)/g, "$&<!-- -->");
}

function renderTable(rows: readonly (readonly string[])[], nTextColumns: number): string {
  const [header = [], ...body] = rows.map((row) => row.map(escapeMarkdown));
  const rule = header.map((_, column) => (column < nTextColumns ? "---" : "---:"));
  return [header, rule, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function renderErrors(report: EvaluationReport, digits: number): string {
  const hasSources = showsSources(report) && report.errors.some(({ source }) => source !== null);
  const row = (error: ReportArticle): string[] => [
    showLabel(error.trueLabel),
    showLabel(error.predictedLabel),
    error.excerpt === "" || error.title === "" ? error.title + error.excerpt : `${error.title} / ${error.excerpt}`,
    formatScore(error.score, digits),
    formatScore(error.trueScore, digits),
    ...(hasSources ? [error.source ?? ""] : []),
    formatCount(error.line),
  ];
  const header = ["True", "Predicted", "Article", "Score", "Score of true", ...(hasSources ? ["File"] : []), "Line"];
  return renderTable([header, ...report.errors.map(row)], 3);
}

/**
 * Returns the report as GitHub-flavoured Markdown: headline numbers, what to look at first, per-label table, confusion matrix, learning curve and most confident errors.
 * Ends with a line break. Texts from articles are escaped, so that they can neither break the tables nor run as HTML.
 *
 * @throws {OptionError} when `digits` is out of range
 */
export function formatReportMarkdown(report: EvaluationReport, options?: FormatOptions): string {
  const { digits } = resolveFormatOptions(options);
  const sections: string[] = ["# Evaluation report\n"];
  const origin = [
    describeSplit(report),
    ...describeFiles(report),
    describeArticles(report),
    ...describeScoring(report).map(({ en }) => en),
  ].filter((line) => line !== null);
  if (origin.length > 0) sections.push(origin.map((line) => `- ${escapeMarkdown(line)}\n`).join(""));
  sections.push(renderTable([["Measure", "Value"], ...listHeadlines(report, digits)], 1));
  const intervals = describeIntervals(report, digits);
  if (intervals !== null) sections.push(`${escapeMarkdown(intervals)}.\n`);
  const findings = listFindings(report);
  if (findings.length > 0) {
    sections.push("## What to look at first\n", findings.map(({ en }) => `- ${escapeMarkdown(en)}.\n`).join(""));
  }
  sections.push("## Labels\n", renderTable(listLabelRows(report, digits), 1));
  const notes = listNotes(report);
  if (notes.length > 0) sections.push(notes.map((note) => `- ${escapeMarkdown(note)}.\n`).join(""));
  if (report.labels.length > MAX_MATRIX_LABELS) {
    sections.push("## Most frequent confusions\n", renderTable(listConfusionRows(report), 2));
  } else {
    sections.push("## Confusion matrix\n", renderTable(listMatrixRows(report), 1));
  }
  if (report.learningCurve.length > 0) {
    sections.push("## Learning curve\n", renderTable(listEpochRows(report, digits), 0));
    if (report.selectedEpoch !== null) sections.push("\\* the epoch whose weights were kept\n");
  }
  if (report.errors.length > 0) {
    sections.push(
      "## Most confident errors\n",
      `${report.errors.length} of ${report.nErrors} documents with a wrong label, highest score first.\n`,
      renderErrors(report, digits),
    );
  }
  return sections.join("\n");
}
