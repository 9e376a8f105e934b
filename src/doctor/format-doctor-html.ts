import { html, type Language, message, renderPage, show, table } from "../html/index.js";
import { type DoctorReport, listFindings, type Severity } from "./report.js";
import { type DoctorSection, describeSections, FINDING_NAMES } from "./sections.js";

const SEVERITIES: Readonly<Record<Severity, ReturnType<typeof message>>> = {
  problem: message("문제", "Problem"),
  notice: message("살펴볼 것", "Notice"),
};

function renderSection({ id, title, advice, columns, rows }: DoctorSection) {
  const heads = columns.map(({ head, isNumeric = false }) => ({ head: show(head), isNumeric }));
  return { id, title, content: html`<p>${show(advice)}</p>\n${table(heads, rows)}` };
}

/** Renders the report as one HTML document that loads nothing, in Korean and English. */
export async function formatDoctorHtml(
  report: DoctorReport,
  { language }: { readonly language: Language },
): Promise<string> {
  const { source, nArticles, labels } = report;
  const findings = listFindings(report).map(({ kind, severity, count }) => [
    show(FINDING_NAMES[kind]),
    show(SEVERITIES[severity]),
    count,
  ]);
  const heads = [
    { head: show(message("발견", "Finding")) },
    { head: show(message("정도", "Severity")) },
    { head: show(message("수", "Count")), isNumeric: true },
  ];
  const counts = message(
    `기사 ${nArticles}건, 라벨 ${labels.length}개`,
    `${nArticles} articles, ${labels.length} labels`,
  );
  return renderPage(
    {
      title: message(`데이터 진단: ${source}`, `What is wrong with ${source}`),
      summary: html`<p>${show(counts)}</p>
${findings.length === 0 ? html`<p>${show(message("찾은 것이 없습니다.", "Nothing was found."))}</p>` : table(heads, findings)}`,
      sections: describeSections(report).map(renderSection),
      footer: html`newsclf doctor`,
    },
    language,
  );
}
