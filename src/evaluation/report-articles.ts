/** The articles of a report page: lists, and the filter over them. */

import {
  type Html,
  html,
  type Language,
  type Message,
  markText,
  message,
  plain,
  plainText,
  show,
} from "../html/index.js";
import type { EvaluationReport, ReportArticle } from "./report.js";
import { formatCount, formatShare, showLabel, showsSources, toOneLine } from "./report-text.js";

/** Stands for every true label that the model does not know, in the facets of the filter. */
const UNKNOWN = "unknown";

/** Facet of a true label: its number, or {@link UNKNOWN}. */
function facetOf(report: EvaluationReport, label: string): string {
  const index = report.labels.findIndex((each) => each.label === label);
  return index === -1 ? UNKNOWN : String(index);
}

/** Id of the list of a cell's articles, for links from the matrix; rows of unknown labels come last. */
export function cellId(trueFacet: string, predictedFacet: string): string {
  return `cell-${trueFacet}-${predictedFacet}`;
}

/** Where the article stands; null when unknown. */
function placeOf(report: EvaluationReport, { source, line }: ReportArticle): Message | null {
  if (line === null) return null;
  if (source === null || !showsSources(report)) return message(`${line}행`, `line ${line}`);
  return message(`${toOneLine(source)} ${line}행`, `${toOneLine(source)}, line ${line}`);
}

function renderArticle(report: EvaluationReport, article: ReportArticle, facets: Html | null): Html {
  const { trueLabel, predictedLabel, score, trueScore, secondLabel, secondScore, title, excerpt } = article;
  const place = placeOf(report, article);
  const ranges = article.reasons ?? { title: [], excerpt: [] };
  const greatest = [...ranges.title, ...ranges.excerpt].reduce(
    (high, [, , weight]) => Math.max(high, Math.abs(weight)),
    0,
  );
  const isRight = trueLabel === predictedLabel;
  const other = isRight ? secondLabel : trueLabel;
  const otherScore = isRight ? secondScore : trueScore;
  const chip = isRight
    ? html`<span class="chip right">✓ ${showLabel(trueLabel)}</span>`
    : html`<span class="chip wrong">${showLabel(trueLabel)} → ${showLabel(predictedLabel)}</span>`;
  return html`<li${facets}>${title === "" ? null : html`<p class="title" lang="ko">${markText(title, ranges.title, greatest)}</p>`}${
    excerpt === "" ? null : html`<p lang="ko">${markText(excerpt, ranges.excerpt, greatest)}</p>`
  }<p class="facts">${chip}<span>${showLabel(predictedLabel)} ${formatShare(score)}</span>${
    other === null || otherScore === null ? null : html`<span>${showLabel(other)} ${formatShare(otherScore)}</span>`
  }${place === null ? null : html`<span>${show(place)}</span>`}</p></li>
`;
}

/** Articles of a list that are not folded away. */
const N_UNFOLDED = 5;

/** Shows articles one below the other, without a filter; all but the first few are folded. */
export function renderArticles(report: EvaluationReport, articles: readonly ReportArticle[]): Html {
  const list = (some: readonly ReportArticle[]): Html =>
    html`<ol class="items">
${some.map((article) => renderArticle(report, article, null))}</ol>
`;
  const more = articles.slice(N_UNFOLDED);
  const summary = message(`${more.length}건 더 보기`, `${more.length} more`);
  return html`${list(articles.slice(0, N_UNFOLDED))}${
    more.length === 0 ? null : html`<details><summary>${show(summary)}</summary>${list(more)}</details>`
  }`;
}

function renderOptions(report: EvaluationReport, language: Language, hasUnknown: boolean): Html {
  const all = plainText(message("모두", "All"), language);
  const unknown = plainText(message("(모르는 라벨)", "(unknown)"), language);
  return html`<option value="" ${all.attributes}>${all.text}</option>${report.labels.map(
    ({ label }, index) => html`<option value="${index}">${showLabel(label)}</option>`,
  )}${hasUnknown ? html`<option value="${UNKNOWN}" ${unknown.attributes}>${unknown.text}</option>` : null}`;
}

function renderFilter(report: EvaluationReport, language: Language): Html {
  const option = (value: string, ko: string, en: string): Html => {
    const { attributes, text } = plainText(message(ko, en), language);
    return html`<option value="${value}" ${attributes}>${text}</option>`;
  };
  const nShown = report.examples.length.toLocaleString("en-US");
  return html`<form class="filter scripted" data-filter="examples">
<label>${show(message("정답", "True label"))}<select name="true">${renderOptions(report, language, report.unknownLabels.nDocuments > 0)}</select></label>
<label>${show(message("예측", "Predicted label"))}<select name="predicted">${renderOptions(report, language, false)}</select></label>
<label>${show(message("결과", "Result"))}<select name="result">${option("", "모두", "All")}${option("wrong", "틀림", "Wrong")}${option("right", "맞음", "Right")}</select></label>
<label class="wide">${show(message("제목과 본문에서 찾기", "Search in titles and texts"))}<input type="search" autocomplete="off" spellcheck="false"></label>
<button type="reset">${show(message("처음으로", "Reset"))}</button>
<output aria-live="polite"><b data-count>${nShown}</b> / ${nShown} ${show(message("건", "articles"))}</output>
</form>
`;
}

interface Cell {
  readonly trueFacet: string;
  readonly predictedFacet: string;
  readonly nDocuments: number;
  readonly articles: ReportArticle[];
}

/** Cells with articles to show: errors first, each kind by falling number of documents. */
function groupByCell(report: EvaluationReport): Cell[] {
  const cells = new Map<string, Cell>();
  for (const article of report.examples) {
    const trueFacet = facetOf(report, article.trueLabel);
    const predictedFacet = facetOf(report, article.predictedLabel);
    const id = cellId(trueFacet, predictedFacet);
    const cell = cells.get(id);
    if (cell !== undefined) {
      cell.articles.push(article);
      continue;
    }
    const predictedIndex = Number(predictedFacet);
    const row = trueFacet === UNKNOWN ? report.unknownLabels.predicted : report.confusion[Number(trueFacet)];
    cells.set(id, { trueFacet, predictedFacet, nDocuments: row?.[predictedIndex] ?? 0, articles: [article] });
  }
  const isRight = ({ trueFacet, predictedFacet }: Cell): number => (trueFacet === predictedFacet ? 1 : 0);
  return [...cells.values()].sort((a, b) => isRight(a) - isRight(b) || b.nDocuments - a.nDocuments);
}

function renderCell(report: EvaluationReport, cell: Cell, isFirst: boolean): Html {
  const { trueFacet, predictedFacet, nDocuments, articles } = cell;
  const nameOf = (facet: string) =>
    facet === UNKNOWN
      ? message("(모르는 라벨)", "(unknown)")
      : plain(showLabel(report.labels[Number(facet)]?.label ?? ""));
  const result = trueFacet === predictedFacet ? "right" : "wrong";
  const facets = html` data-item data-true="${trueFacet}" data-predicted="${predictedFacet}" data-result="${result}"`;
  const count = message(
    `${formatCount(nDocuments)}건 가운데 ${articles.length}건`,
    `${articles.length} of ${formatCount(nDocuments)} articles`,
  );
  return html`<details data-group${isFirst ? html` open` : null}><summary>${show(nameOf(trueFacet))} → ${show(nameOf(predictedFacet))} · ${show(count)}</summary>
<ol class="items" id="${cellId(trueFacet, predictedFacet)}">
${articles.map((article) => renderArticle(report, article, facets))}</ol></details>
`;
}

/** Shows the articles of each cell of the matrix with the filter over them. */
export function renderExamples(report: EvaluationReport, language: Language): Html {
  const note = message(
    `평가한 기사 ${report.nDocuments.toLocaleString("en-US")}건 가운데 ${report.examples.length.toLocaleString("en-US")}건. 칸마다 최대 25건: 틀린 기사는 점수가 높은 것부터, 맞은 기사는 낮은 것부터.`,
    `${report.examples.length.toLocaleString("en-US")} of ${report.nDocuments.toLocaleString("en-US")} evaluated articles: at most 25 of each cell, of the wrong ones the highest scores first, of the right ones the lowest.`,
  );
  return html`<p class="soft">${show(note)}</p>
${renderFilter(report, language)}<div id="examples">
${groupByCell(report).map((cell, index) => renderCell(report, cell, index === 0))}</div>
`;
}
