import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../../src/evaluation/evaluator.js";
import { formatReportHtml } from "../../../src/evaluation/format-report-html.js";
import type { EvaluationReport, ReportContext } from "../../../src/evaluation/report.js";

const HOSTILE = '</script><img src=x onerror="alert(1)">\u202E';

function reportOf(context?: ReportContext): EvaluationReport {
  const evaluator = createEvaluator(["경제", HOSTILE], { nReplicates: 20 });
  evaluator.addScores("경제", [0.75, 0.25], { title: "금리 동결", body: "" });
  evaluator.addScores("경제", [0.25, 0.75], {
    title: `제목 ${HOSTILE}`,
    body: `본문 ${HOSTILE}`,
    source: `${HOSTILE}.csv`,
    line: 7,
    explain: () => ({ title: [[0, 2, 1]], body: [[0, 2, -1]] }),
  });
  evaluator.addScores(`모름 ${HOSTILE}`, [0.25, 0.75], { title: "모르는 라벨", body: "" });
  return evaluator.finish(context);
}

/** Ids that links and labels of the page refer to. */
function referredIds(page: string): string[] {
  return [...page.matchAll(/(?:href="#|aria-labelledby="|data-filter=")([^"]*)"/g)].map((match) => match[1] ?? "");
}

describe("formatReportHtml", () => {
  it("lets no text of articles, labels or options become markup", async () => {
    const page = await formatReportHtml(
      reportOf({
        split: { kind: "test", source: HOSTILE },
        run: {
          command: ["newsclf", HOSTILE],
          version: HOSTILE,
          runtime: HOSTILE,
          durationMs: 1,
          documentsPerSecond: 1,
        },
      }),
    );
    expect(page).not.toContain("<img");
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).not.toContain("\u202E");
    expect(page).toContain("&lt;/script&gt;&lt;img");
  });

  it("has each id once and every id that it refers to", async () => {
    const page = await formatReportHtml(reportOf());
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(new Set(ids).size).toBe(ids.length);
    expect(referredIds(page).filter((id) => !ids.includes(id))).toEqual([]);
    expect(referredIds(page).length).toBeGreaterThan(10);
  });

  it("leads from each cell with articles to these", async () => {
    const page = await formatReportHtml(reportOf());
    expect(page).toContain('href="#cell-0-1" data-show="true=0&amp;predicted=1"');
    expect(page).toContain('href="#cell-unknown-1" data-show="true=unknown&amp;predicted=1"');
    expect(page).not.toContain('href="#cell-1-0"');
    expect(page).toMatch(/id="cell-0-1">\s*<li data-item data-true="0" data-predicted="1" data-result="wrong">/);
  });

  it("marks the reasons and says how many articles are shown of how many", async () => {
    const page = await formatReportHtml(reportOf());
    expect(page).toContain("<mark>제목</mark>");
    expect(page).toContain('<mark class="against">본문</mark>');
    expect(page).toContain("3 of 3 evaluated articles");
  });

  it("shows the model card when it is given", async () => {
    const page = await formatReportHtml(
      reportOf({
        articles: { nRead: 4, nRejected: 1, nExcluded: 0, nTrain: 40, nValidation: 4 },
        run: {
          command: ["newsclf", "evaluate", "m.newsclf", "두 낱말.csv"],
          version: "9.9.9",
          runtime: "node v24",
          durationMs: 500,
          documentsPerSecond: 1234.5,
        },
      }),
    );
    expect(page).toContain("<pre>newsclf evaluate m.newsclf &#39;두 낱말.csv&#39;</pre>");
    expect(page).toContain("1,235 articles a second");
    expect(page).toContain("newsclf 9.9.9, node v24");
    expect(page).toContain("4 rows read, 1 rejected; trained on 40, validated on 4");
  });

  it("leaves out sections that have nothing to show", async () => {
    const evaluator = createEvaluator(["가", "나"]);
    evaluator.add("가", [{ label: "가", score: 0.5 }]);
    const page = await formatReportHtml(evaluator.finish());
    for (const id of ["errors", "articles", "uncertain", "precision-recall", "learning", "model"]) {
      expect(page).not.toContain(`<section id="${id}">`);
    }
    expect(page).toContain('<section id="matrix">');
  });
});
