/** The pictures of a report page. */

import {
  type Axis,
  barChart,
  figure,
  type Html,
  html,
  lineChart,
  message,
  plain,
  shareAxis,
  shareBar,
  show,
  table,
  valueAxis,
} from "../html/index.js";
import type { EvaluationReport } from "./report.js";
import { cellId } from "./report-articles.js";
import { formatCount, formatScore, formatShare, showLabel } from "./report-text.js";

/** Upper limits of the shades h1 … h5, as shares of what counts as full; beyond the last one it is h6. */
const SHADES = [0.08, 0.2, 0.35, 0.55, 0.8] as const;

function shadeOf(share: number, full: number): string {
  if (share === 0) return "h0";
  const place = SHADES.findIndex((limit) => share / full <= limit);
  return `h${place === -1 ? SHADES.length + 1 : place + 1}`;
}

/** The confusion matrix as a table whose cells lead to their articles. */
export function renderHeatMap(report: EvaluationReport): Html {
  const names = report.labels.map(({ label }) => showLabel(label));
  const rows = report.confusion.map((counts, index) => ({
    facet: String(index),
    name: html`${names[index] ?? ""}`,
    counts,
  }));
  const { unknownLabels } = report;
  if (unknownLabels.nDocuments > 0) {
    const name = show(message("(모르는 라벨)", "(unknown)"));
    rows.push({ facet: "unknown", name, counts: unknownLabels.predicted });
  }
  const totals = rows.map(({ counts }) => counts.reduce((total, count) => total + count, 0));
  const shareAt = (row: number, column: number): number =>
    totals[row] === 0 ? 0 : (rows[row]?.counts[column] ?? 0) / (totals[row] ?? 1);
  // Errors are shaded against the greatest error: beside the diagonal they would all look alike.
  const greatestError = Math.max(
    ...rows.flatMap(({ facet }, row) =>
      names.map((_, column) => (facet === String(column) ? 0 : shareAt(row, column))),
    ),
  );
  const shown = new Set(report.examples.map(({ trueLabel, predictedLabel }) => `${trueLabel}\0${predictedLabel}`));
  const unknownNames = new Set(unknownLabels.labels.map(({ label }) => label));
  const hasArticles = (facet: string, column: number): boolean => {
    const predicted = report.labels[column]?.label ?? "";
    if (facet !== "unknown") return shown.has(`${report.labels[Number(facet)]?.label}\0${predicted}`);
    return report.examples.some((each) => each.predictedLabel === predicted && unknownNames.has(each.trueLabel));
  };
  const cell = (row: number, column: number): Html => {
    const { facet, counts } = rows[row] as (typeof rows)[number];
    const isRight = facet === String(column);
    const share = shareAt(row, column);
    const shade = `${isRight ? "right" : "wrong"} ${shadeOf(share, isRight ? 1 : greatestError)}`;
    const content = html`${formatCount(counts[column] ?? 0)}<small>${formatShare(share)}</small>`;
    return hasArticles(facet, column)
      ? html`<td><a class="${shade}" href="#${cellId(facet, String(column))}" data-show="true=${facet}&amp;predicted=${column}">${content}</a></td>`
      : html`<td><span class="${shade}">${content}</span></td>`;
  };
  const caption = message(
    "행은 정답, 열은 예측. 기사 수와 그 행에서의 비율. 칸을 누르면 그 기사를 보여 줌.",
    "Rows are true labels, columns predicted ones: articles, and their share of the row. A cell leads to its articles.",
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="matrix-caption"><table class="heat"><caption id="matrix-caption">${show(caption)}</caption>
<thead><tr><th scope="col">${show(message("정답 \\ 예측", "True \\ predicted"))}</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(({ name }, row) => html`<tr><th scope="row">${name}</th>${names.map((_, column) => cell(row, column))}</tr>\n`)}</tbody></table></div>
`;
}

const SCORE = message("점수", "Score");
const ARTICLES = message("기사 수", "Articles");

/** How far scores can be read as probabilities, and what thresholds do. */
export function renderCertainty(report: EvaluationReport): Html {
  const { reliability, riskCoverage, scoreHistogram } = report;
  const filled = reliability.bins.filter(({ nDocuments }) => nDocuments > 0);
  const diagram = figure({
    id: "reliability",
    title: message("점수와 실제 정확도", "Reliability of the scores"),
    note: message(
      `점선 위에 있을수록 점수를 그대로 믿을 수 있음. 보정 오차(ECE) ${formatScore(reliability.expectedCalibrationError, 3)}`,
      `On the dashed line a score is a probability. Calibration error (ECE) ${formatScore(reliability.expectedCalibrationError, 3)}`,
    ),
    chart: (captionId) =>
      lineChart(
        shareAxis(SCORE),
        shareAxis(message("정확도", "Accuracy")),
        [
          {
            name: message("정확도", "Accuracy"),
            points: filled.map(({ meanScore, accuracy }) => [meanScore ?? 0, accuracy] as const),
            hasMarks: true,
          },
        ],
        { captionId, hasDiagonal: true },
      ),
    numbers: table(
      [
        { head: show(SCORE) },
        { head: show(ARTICLES), isNumeric: true },
        { head: show(message("평균 점수", "Mean score")), isNumeric: true },
        { head: show(message("정확도", "Accuracy")), isNumeric: true },
      ],
      filled.map(({ from, to, nDocuments, meanScore, accuracy }) => [
        `${from.toFixed(2)}–${to.toFixed(2)}`,
        nDocuments,
        formatScore(meanScore, 3),
        formatScore(accuracy, 3),
      ]),
    ),
  });
  const greatestRisk = Math.max(...riskCoverage.points.map(({ errorRate }) => errorRate), 0.01);
  const riskAxis: Axis = {
    ...valueAxis(message("오류율", "Error rate"), [0, greatestRisk]),
    format: (value) => `${Number((100 * value).toFixed(1))}%`,
  };
  const risk = figure({
    id: "risk-coverage",
    title: message("확신하는 기사만 맡길 때의 오류율", "Error rate when only certain articles are answered"),
    note: message(
      `왼쪽으로 갈수록 점수가 높은 기사만. 곡선 아래 넓이(AURC) ${formatScore(riskCoverage.area, 4)}`,
      `Further left only higher scores are answered. Area under the curve (AURC) ${formatScore(riskCoverage.area, 4)}`,
    ),
    chart: (captionId) =>
      lineChart(
        shareAxis(message("맡기는 비율", "Share answered")),
        riskAxis,
        [
          {
            name: message("오류율", "Error rate"),
            points: riskCoverage.points.map(({ coverage, errorRate }) => [coverage, errorRate] as const),
            hasMarks: true,
          },
        ],
        { captionId },
      ),
    numbers: table(
      [
        { head: show(message("맡기는 비율", "Share answered")) },
        { head: show(message("점수 기준", "Score from")), isNumeric: true },
        { head: show(message("오류율", "Error rate")), isNumeric: true },
      ],
      riskCoverage.points.map(({ coverage, threshold, errorRate }) => [
        formatShare(coverage),
        formatScore(threshold, 3),
        formatShare(errorRate),
      ]),
    ),
  });
  const { correct, wrong } = scoreHistogram;
  const binName = (bin: number): string =>
    `${(bin / correct.length).toFixed(2)}–${((bin + 1) / correct.length).toFixed(2)}`;
  const histogram = figure({
    id: "score-histogram",
    title: message("점수의 분포", "Distribution of the scores"),
    note: message("맞은 기사와 틀린 기사가 나뉠수록 좋음", "The better, the further right and wrong answers lie apart"),
    chart: (captionId) =>
      barChart(
        shareAxis(SCORE),
        valueAxis(
          ARTICLES,
          correct.map((count, bin) => count + (wrong[bin] ?? 0)),
          { isCount: true },
        ),
        [
          { name: message("맞음", "Right"), values: correct },
          { name: message("틀림", "Wrong"), values: wrong },
        ],
        { captionId },
      ),
    numbers: table(
      [
        { head: show(SCORE) },
        { head: show(message("맞음", "Right")), isNumeric: true },
        { head: show(message("틀림", "Wrong")), isNumeric: true },
      ],
      correct.map((count, bin) => [binName(bin), count, wrong[bin] ?? 0]),
    ),
  });
  const targets = table(
    [
      { head: show(message("원하는 정확도", "Accuracy wanted")) },
      { head: show(message("점수 기준", "Answer from score")), isNumeric: true },
      { head: show(message("맡길 수 있는 비율", "Share answered")), isNumeric: true },
    ],
    riskCoverage.targets.map(({ accuracy, threshold, coverage }) => [
      formatShare(accuracy),
      formatScore(threshold, 3),
      html`${formatShare(coverage)}${shareBar(coverage)}`,
    ]),
    {
      caption: show(
        message(
          "이 기준은 이 기사들에 맞춘 것이라 새 기사에서는 조금 낮아짐",
          "The thresholds are fitted to these articles; new ones come out a little worse",
        ),
      ),
    },
  );
  return html`<div class="charts">
${diagram}${risk}${histogram}</div>
<h3>${show(message("얼마나 맡길 수 있나", "How much can be left to the model"))}</h3>
${targets}`;
}

/** A small precision-recall curve for each label. */
export function renderPrecisionRecall(report: EvaluationReport): Html {
  const curves = (report.precisionRecall ?? []).filter(({ averagePrecision }) => averagePrecision !== null);
  return html`<div class="charts small">
${curves.map(({ label, averagePrecision, points }, index) =>
  figure({
    id: `precision-recall-${index}`,
    title: plain(showLabel(label)),
    note: plain(`AP ${formatScore(averagePrecision, 3)}`),
    chart: (captionId) =>
      lineChart(
        shareAxis(message("재현율", "Recall")),
        shareAxis(message("정밀도", "Precision")),
        [{ name: plain(showLabel(label)), points: points.map(([recall, precision]) => [recall, precision] as const) }],
        { captionId },
      ),
  }),
)}</div>
`;
}

/** With more epochs than this, dots would hide the lines. */
const MAX_MARKED_EPOCHS = 12;

/** Loss and scores by epoch. */
export function renderLearningCurves(report: EvaluationReport): Html {
  const { learningCurve, selectedEpoch } = report;
  const EPOCH = message("에포크", "Epoch");
  const whole = valueAxis(EPOCH, [0, ...learningCurve.map(({ epoch }) => epoch)], { isCount: true });
  const last = learningCurve.at(-1)?.epoch ?? 1;
  const epochs = { ...whole, max: last, ticks: whole.ticks.filter((tick) => tick <= last) };
  const hasMarks = learningCurve.length <= MAX_MARKED_EPOCHS;
  const trainLoss = message("학습", "Training");
  const validation = message("검증", "Validation");
  const losses = learningCurve.flatMap(({ trainLoss: train, validationLoss }) =>
    validationLoss === null ? [train] : [train, validationLoss],
  );
  const numbers = table(
    [
      { head: show(EPOCH) },
      { head: show(message("학습 손실", "Training loss")), isNumeric: true },
      { head: show(message("검증 손실", "Validation loss")), isNumeric: true },
      { head: show(message("검증 정확도", "Validation accuracy")), isNumeric: true },
      { head: show(message("검증 매크로 F1", "Validation macro-F1")), isNumeric: true },
    ],
    learningCurve.map((record) => [
      `${record.epoch}${record.epoch === selectedEpoch ? "*" : ""}`,
      formatScore(record.trainLoss, 4),
      formatScore(record.validationLoss, 4),
      formatScore(record.validationAccuracy, 4),
      formatScore(record.validationMacroF1, 4),
    ]),
  );
  const note =
    selectedEpoch === null
      ? {}
      : { note: message(`고른 에포크: ${selectedEpoch}`, `Epoch whose weights were kept: ${selectedEpoch}`) };
  return html`<div class="charts">
${figure({
  id: "loss",
  title: message("손실", "Loss"),
  ...note,
  chart: (captionId) =>
    lineChart(
      epochs,
      valueAxis(message("손실", "Loss"), [0, ...losses]),
      [
        {
          name: trainLoss,
          points: learningCurve.map((record) => [record.epoch, record.trainLoss] as const),
          hasMarks,
        },
        {
          name: validation,
          points: learningCurve.map((record) => [record.epoch, record.validationLoss] as const),
          hasMarks,
        },
      ],
      { captionId },
    ),
  numbers,
})}${figure({
  id: "validation-scores",
  title: message("검증 점수", "Validation scores"),
  chart: (captionId) =>
    lineChart(
      epochs,
      shareAxis(message("점수", "Score")),
      [
        {
          name: message("정확도", "Accuracy"),
          points: learningCurve.map((record) => [record.epoch, record.validationAccuracy] as const),
          hasMarks,
        },
        {
          name: message("매크로 F1", "Macro-F1"),
          points: learningCurve.map((record) => [record.epoch, record.validationMacroF1] as const),
          hasMarks,
        },
      ],
      { captionId },
    ),
})}</div>
`;
}
