import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../src/evaluation/evaluator.js";
import { formatReport } from "../../src/evaluation/format-report.js";
import { formatReportJson } from "../../src/evaluation/format-report-json.js";
import { formatReportMarkdown } from "../../src/evaluation/format-report-markdown.js";
import type { EvaluationReport } from "../../src/evaluation/report.js";

/** Renewed by `npx vitest run tests/golden/report.test.ts -u`; read the difference before committing it. */
async function expectGolden(text: string, name: string): Promise<void> {
  const file = path.join(import.meta.dirname, name);
  expect(existsSync(file), `${name} is in the repository`).toBe(true);
  await expect(text).toMatchFileSnapshot(file);
}

/** The validation share of an invented training run: 4 labels, one of them absent and never predicted, one unknown document. */
function inventReport(): EvaluationReport {
  const evaluator = createEvaluator(["IT과학", "경제", "생활문화", "정치"]);
  evaluator.addScores("IT과학", [0.75, 0.125, 0.0625, 0.0625]);
  evaluator.addScores("IT과학", [0.25, 0.625, 0.0625, 0.0625], {
    title: '가람반도체, 2분기 영업익 3조…"AI 메모리 | 효과"',
    body: "가람반도체가 <b>2분기</b> 실적을 공시했다.\n\n문의 press@garam.example",
    line: 12,
  });
  evaluator.addScores("경제", [0.0625, 0.875, 0.03125, 0.03125]);
  evaluator.addScores("경제", [0.125, 0.75, 0.0625, 0.0625]);
  evaluator.addScores("경제", [0.0625, 0.25, 0.0625, 0.625], {
    title: "`추경` 심사 *하루* 앞으로 #예산",
    body: "",
    line: 31,
  });
  evaluator.addScores("정치", [0.03125, 0.0625, 0.03125, 0.875]);
  evaluator.addScores("정치", [0.125, 0.125, 0.25, 0.5]);
  evaluator.addScores("날씨", [0.0625, 0.875, 0.03125, 0.03125], { title: "내일 전국에 비", body: "", line: 47 });
  return evaluator.finish({
    split: { kind: "validation", source: "data/news.csv", validationFraction: 0.1, seed: 42, isRefitted: false },
    articles: { nRead: 83, nRejected: 3, nExcluded: 0, nTrain: 72, nValidation: 8 },
    trainSupport: [18, 27, 9, 18],
    learningCurve: [
      {
        epoch: 1,
        learningRate: 0.002,
        trainLoss: 1.25,
        validationLoss: 1.125,
        validationAccuracy: 0.5,
        validationMacroF1: 0.375,
      },
      {
        epoch: 2,
        learningRate: 0.001,
        trainLoss: 0.5,
        validationLoss: 0.75,
        validationAccuracy: 0.625,
        validationMacroF1: 0.5,
      },
      {
        epoch: 3,
        learningRate: 0,
        trainLoss: 0.25,
        validationLoss: null,
        validationAccuracy: null,
        validationMacroF1: null,
      },
    ],
    selectedEpoch: 2,
  });
}

describe("the report of an invented evaluation", () => {
  it("is rendered for the terminal as reviewed", async () => {
    await expectGolden(formatReport(inventReport()), "report.txt");
  });

  it("is rendered as Markdown as reviewed", async () => {
    await expectGolden(formatReportMarkdown(inventReport()), "report.md");
  });

  it("is rendered as JSON as reviewed", async () => {
    await expectGolden(formatReportJson(inventReport()), "report.json");
  });
});
