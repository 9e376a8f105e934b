import { truncateToWidth } from "../evaluation/display-width.js";
import { toOneLine } from "../evaluation/report-text.js";
import { renderTextTable } from "../evaluation/text-table.js";
import { type DoctorReport, listFindings } from "./report.js";
import { type DoctorSection, describeSections, FINDING_NAMES } from "./sections.js";

/** Terminal columns of a cell. */
const CELL_WIDTH = 60;

function formatSection({ title, advice, columns, rows }: DoctorSection): string {
  const left = new Set(columns.flatMap(({ isNumeric }, column) => (isNumeric ? [] : [column])));
  const cells = [columns.map(({ head }) => head.en), ...rows];
  const shown = cells.map((row) => row.map((cell) => truncateToWidth(cell, CELL_WIDTH)));
  return `\n${title.en}\n${advice.en}\n${renderTextTable(shown, left)}`;
}

/** Renders the report as text for the terminal. */
export function formatDoctor(report: DoctorReport): string {
  const findings = listFindings(report);
  const encodings = report.files.map(({ source, encoding, nRows }) => {
    const read = encoding === null ? "" : `, ${encoding}`;
    return `${toOneLine(source)}: ${nRows} rows${read}\n`;
  });
  const summary =
    findings.length === 0
      ? "Nothing was found.\n"
      : renderTextTable(
          findings.map(({ kind, severity, count }) => [severity, FINDING_NAMES[kind].en, String(count)]),
          new Set([1]),
        );
  const head = `${encodings.join("")}${report.nArticles} articles, ${report.labels.length} labels\n\n${summary}`;
  return head + describeSections(report).map(formatSection).join("");
}
