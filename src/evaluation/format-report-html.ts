import {
  type Html,
  type HtmlValue,
  html,
  type Language,
  type Message,
  message,
  renderPage,
  type Section,
  shareBar,
  show,
  table,
} from "../html/index.js";
import type { Interval } from "./bootstrap.js";
import { listFindings } from "./findings.js";
import type { EvaluationReport, LabelReport, ModelCard } from "./report.js";
import { renderArticles, renderExamples } from "./report-articles.js";
import { renderCertainty, renderHeatMap, renderLearningCurves, renderPrecisionRecall } from "./report-charts.js";
import { describeScoring, formatCount, formatScore, formatShare, showLabel, toOneLine } from "./report-text.js";

export interface HtmlReportOptions {
  /** Language in which the page opens; it holds both. Default "ko". */
  readonly language?: Language;
}

const DIGITS = 3;

function showInterval(interval: Interval | null | undefined): string {
  if (!interval) return "";
  return `${formatScore(interval[0], DIGITS)}–${formatScore(interval[1], DIGITS)}`;
}

function renderHeadlines(report: EvaluationReport): Html {
  const { intervals } = report;
  const card = (name: Message, value: string, note: HtmlValue): Html =>
    html`<li>${show(name)}<b>${value}</b><small>${note}</small></li>\n`;
  const count = (value: number): string => value.toLocaleString("en-US");
  return html`<ul class="cards">
${card(message("정확도", "Accuracy"), formatScore(report.accuracy, DIGITS), showInterval(intervals?.accuracy))}${card(
  message("매크로 F1", "Macro-F1"),
  formatScore(report.macroF1, DIGITS),
  showInterval(intervals?.macroF1),
)}${card(message("가중 F1", "Weighted F1"), formatScore(report.weightedF1, DIGITS), showInterval(intervals?.weightedF1))}${card(
  message("로그 손실", "Log loss"),
  formatScore(report.logLoss, DIGITS),
  showInterval(intervals?.logLoss),
)}${card(
  message("보정 오차", "Calibration error"),
  formatScore(report.reliability.expectedCalibrationError, DIGITS),
  show(message("0이면 점수가 곧 확률", "0: scores are probabilities")),
)}${card(
  message("기사", "Articles"),
  count(report.nDocuments),
  show(message(`틀림 ${count(report.nErrors)}건`, `${count(report.nErrors)} wrong`)),
)}</ul>
`;
}

function describeOrigin(report: EvaluationReport): Message | null {
  const { split } = report;
  if (split === null) return null;
  const source = toOneLine(split.source);
  if (split.kind === "test") {
    return message(`${source}의 모든 기사로 평가`, `Evaluated on all usable articles of ${source}`);
  }
  const share = formatShare(split.validationFraction);
  const since = split.isRefitted
    ? message(
        ". 평가한 뒤 모델 파일의 선형 분류기는 이 기사들까지 학습함",
        ". The linear classifier of the model file has learned from them, too, after it was measured on them",
      )
    : message("", "");
  return message(
    `${source}에서 학습에 쓰지 않고 남겨 둔 라벨별 ${share}(시드 ${split.seed})로 평가. 에포크를 이 기사들로 골랐으므로 새 기사에서는 조금 낮아짐${since.ko}`,
    `Evaluated on the ${share} of each label kept back from ${source} (seed ${split.seed}). The epoch was chosen on these articles, so unseen ones tend to score lower${since.en}`,
  );
}

function renderSummary(report: EvaluationReport): Html {
  const origin = describeOrigin(report);
  const findings = listFindings(report);
  const hundred = Math.round(100 * report.accuracy);
  const verdict = message(
    `기사 100건 가운데 약 ${hundred}건에 맞는 라벨을 붙입니다.`,
    `About ${hundred} of 100 articles get the right label.`,
  );
  const interval =
    report.intervals === null
      ? null
      : html`<p class="soft">${show(
          message(
            `작은 숫자는 95% 신뢰구간(부트스트랩 ${report.intervals.nReplicates}회, 시드 ${report.intervals.seed})`,
            `Small numbers are 95% intervals (bootstrap, ${report.intervals.nReplicates} replicates, seed ${report.intervals.seed})`,
          ),
        )}</p>\n`;
  const scoring = describeScoring(report).map((line) => html`<p class="soft">${show(line)}</p>\n`);
  return html`${origin === null ? null : html`<p class="soft">${show(origin)}</p>\n`}${scoring}<p><strong>${show(verdict)}</strong></p>
${renderHeadlines(report)}${interval}${
  findings.length === 0
    ? null
    : html`<h2 id="findings">${show(message("먼저 볼 것", "What to look at first"))}</h2>
<ul class="findings">
${findings.map((finding) => html`<li>${show(finding)}</li>\n`)}</ul>
`
}`;
}

function renderLabels(report: EvaluationReport): Html {
  const score = (value: number | null, interval: Interval | null | undefined, hasBar = false): Html =>
    html`${formatScore(value, DIGITS)}${interval ? html` <small>${showInterval(interval)}</small>` : null}${
      hasBar ? shareBar(value ?? 0, interval ?? undefined) : null
    }`;
  const row = (label: LabelReport, index: number): HtmlValue[] => {
    const intervals = report.intervals?.labels[index];
    return [
      showLabel(label.label),
      score(label.f1, intervals?.f1, true),
      score(label.precision, intervals?.precision),
      score(label.recall, intervals?.recall),
      formatCount(label.support),
      formatCount(label.nPredicted),
    ];
  };
  const average = (name: Message, f1: number, precision: number, recall: number): HtmlValue[] => [
    show(name),
    html`${formatScore(f1, DIGITS)}${shareBar(f1)}`,
    formatScore(precision, DIGITS),
    formatScore(recall, DIGITS),
    "",
    "",
  ];
  return table(
    [
      { head: show(message("라벨", "Label")) },
      { head: "F1", isNumeric: true },
      { head: show(message("정밀도", "Precision")), isNumeric: true },
      { head: show(message("재현율", "Recall")), isNumeric: true },
      { head: show(message("기사", "Articles")), isNumeric: true },
      { head: show(message("예측", "Predicted")), isNumeric: true },
    ],
    report.labels.map(row),
    {
      caption: show(
        message(
          "정밀도: 이 라벨을 붙인 기사 가운데 맞은 비율. 재현율: 이 라벨의 기사 가운데 찾아낸 비율. -: 0/0이라 정해지지 않음(평균에서는 0)",
          "Precision: share of the articles given the label that have it. Recall: share of the articles with the label that were given it. -: 0/0, undefined (0 in the averages)",
        ),
      ),
      footer: [
        average(message("매크로 평균", "Macro average"), report.macroF1, report.macroPrecision, report.macroRecall),
        average(
          message("가중 평균", "Weighted average"),
          report.weightedF1,
          report.weightedPrecision,
          report.weightedRecall,
        ),
      ],
    },
  );
}

function renderShares(report: EvaluationReport): Html {
  const hasTrain = report.labels.some(({ trainSupport }) => trainSupport !== null);
  return table(
    [
      { head: show(message("라벨", "Label")) },
      ...(hasTrain
        ? [
            { head: show(message("학습 기사", "Trained on")), isNumeric: true },
            { head: show(message("학습 비율", "Share in training")), isNumeric: true },
          ]
        : []),
      { head: show(message("평가 비율", "Share here")), isNumeric: true },
      { head: show(message("예측 비율", "Share predicted")), isNumeric: true },
    ],
    report.labels.map((label) => [
      showLabel(label.label),
      ...(hasTrain
        ? [formatCount(label.trainSupport), html`${formatShare(label.trainShare)}${shareBar(label.trainShare ?? 0)}`]
        : []),
      html`${formatShare(label.supportShare)}${shareBar(label.supportShare)}`,
      html`${formatShare(label.predictedShare)}${shareBar(label.predictedShare)}`,
    ]),
  );
}

/** A term on one line; the space that a character n-gram begins or ends with is made visible. */
function showTerm(term: string): string {
  return toOneLine(term.replace(/^ | $/g, "␣"));
}

function renderTerms({ topTerms }: ModelCard): Html {
  const caption = message(
    "학습 기사에서 라벨과 가장 강하게 묶인 용어(카이제곱 순)",
    "Terms of the training articles that are most bound to each label, by chi-square",
  );
  return table(
    [{ head: show(message("라벨", "Label")) }, { head: show(message("용어", "Terms")) }],
    topTerms.map(({ label, terms }) => [
      showLabel(label),
      html`<ul class="terms">${terms.map(({ term }) => html`<li><code>${showTerm(term)}</code></li>`)}</ul>`,
    ]),
    { caption: show(caption) },
  );
}

function formatBytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(1)} MB`;
}

/** Every setting as `group.name value`, in the order of the groups. */
function listSettings(settings: object, prefix = ""): [name: string, value: string][] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? listSettings(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, JSON.stringify(value)] as [string, string]],
  );
}

/** Quotes a word of a command line where a shell would split it. */
function quoteWord(word: string): string {
  return /^[\p{L}\p{N}_./:=@%+,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function renderModelCard(report: EvaluationReport): Html {
  const { model, run, articles, files, mergedLabels } = report;
  const rows: [Message, HtmlValue][] = [];
  if (articles !== null) {
    rows.push([
      message("기사", "Articles"),
      show(
        message(
          `${articles.nRead}행을 읽고 ${articles.nRejected}행을 버림. 학습 ${articles.nTrain}건, 검증 ${articles.nValidation}건`,
          `${articles.nRead} rows read, ${articles.nRejected} rejected; trained on ${articles.nTrain}, validated on ${articles.nValidation}`,
        ),
      ),
    ]);
  }
  if (files.length > 0) {
    const list = files.map(({ source, sha256 }) => html`<li>${toOneLine(source)} <code>${sha256 ?? "-"}</code></li>`);
    rows.push([
      message("평가한 파일과 SHA-256", "Evaluated files and their SHA-256"),
      html`<ul class="files">${list}</ul>`,
    ]);
  }
  if (mergedLabels.length > 0) {
    const list = mergedLabels.map(
      ({ spelling, label, nArticles }) =>
        html`<li>${showLabel(spelling)} → ${showLabel(label)} (${formatCount(nArticles)})</li>`,
    );
    rows.push([message("합친 라벨 표기", "Spellings of labels taken for one"), html`<ul class="files">${list}</ul>`]);
  }
  if (run !== null) {
    const speed = `${Math.round(run.documentsPerSecond).toLocaleString("en-US")}`;
    rows.push(
      [message("속도", "Speed"), show(message(`초당 ${speed}건`, `${speed} articles a second`))],
      [message("버전", "Version"), `newsclf ${run.version}, ${run.runtime}`],
    );
  }
  if (model !== null) {
    rows.push(
      [message("모델 크기", "Model size"), formatBytes(model.sizeBytes)],
      [message("용어", "Terms"), model.nTerms.toLocaleString("en-US")],
      [message("신경망", "Networks"), String(model.selectedEpochs.length)],
      [message("온도", "Temperature"), String(model.calibration.temperature)],
      [message("완화 비율", "Flattened share"), String(model.calibration.flattenedShare)],
      [message("시드", "Seed"), String(model.settings.seed)],
      [message("분석기", "Tokenizer"), html`<code>${model.tokenizerId}</code>`],
      [message("학습 데이터 SHA-256", "SHA-256 of the training data"), html`<code>${model.trainingDataHash}</code>`],
      [message("모델 형식", "Model format"), String(model.formatVersion)],
    );
    if (model.unlabeled !== null) {
      const { nDocuments, hash, nPseudoLabelRounds } = model.unlabeled;
      rows.push(
        [message("라벨 없이 배운 기사", "Articles without labels"), nDocuments.toLocaleString("en-US")],
        [message("그 SHA-256", "SHA-256 of these"), html`<code>${hash}</code>`],
        [message("그 기사에 라벨을 달아 배운 횟수", "Rounds of pseudo-labels"), String(nPseudoLabelRounds)],
      );
    }
  }
  const settings = model === null ? [] : listSettings(model.settings);
  return html`${
    run === null
      ? null
      : html`<p>${show(message("이 보고서를 만든 명령", "The command that made this report"))}</p><pre>${run.command.map(quoteWord).join(" ")}</pre>\n`
  }${table(
    [{ head: show(message("항목", "Item")) }, { head: show(message("값", "Value")) }],
    rows.map(([name, value]) => [show(name), value]),
  )}${
    settings.length === 0
      ? null
      : html`<details><summary>${show(message("학습 설정 전체", "All training settings"))}</summary>${table(
          [{ head: show(message("설정", "Setting")) }, { head: show(message("값", "Value")) }],
          settings.map(([name, value]) => [html`<code>${name}</code>`, html`<code>${value}</code>`]),
        )}</details>`
  }`;
}

function listSections(report: EvaluationReport, language: Language): Section[] {
  const { errors, uncertain, nErrors, nDocuments, model, run, articles } = report;
  const sections: Section[] = [
    { id: "labels", title: message("라벨별 점수", "Labels"), content: renderLabels(report) },
    { id: "matrix", title: message("혼동 행렬", "Confusion matrix"), content: renderHeatMap(report) },
  ];
  if (errors.length > 0) {
    const note = message(
      `틀린 기사 ${nErrors}건 가운데 점수가 가장 높은 ${errors.length}건. 데이터의 라벨이 틀린 것은 아닌지 먼저 볼 것.`,
      `The ${errors.length} with the highest scores of ${nErrors} wrong articles. See first whether the label in the data is right.`,
    );
    sections.push({
      id: "errors",
      title: message("확신한 오류", "Confident errors"),
      content: html`<p class="soft">${show(note)}${renderReasonsKey(report)}</p>\n${renderArticles(report, errors)}`,
    });
  }
  if (report.examples.length > 0) {
    sections.push({
      id: "articles",
      title: message("기사 찾아보기", "Browse articles"),
      content: renderExamples(report, language),
    });
  }
  if (uncertain.length > 0) {
    const note = message(
      `평가한 ${nDocuments}건 가운데 두 라벨의 점수가 가장 비슷한 ${uncertain.length}건. 라벨의 경계를 정하는 데 도움이 됨.`,
      `The ${uncertain.length} of ${nDocuments} articles whose two best scores are closest: they show where the borders between labels are.`,
    );
    sections.push({
      id: "uncertain",
      title: message("망설인 기사", "Uncertain articles"),
      content: html`<p class="soft">${show(note)}</p>\n${renderArticles(report, uncertain)}`,
    });
  }
  sections.push({
    id: "certainty",
    title: message("점수를 믿어도 되나", "Can the scores be trusted"),
    content: renderCertainty(report),
  });
  if (report.precisionRecall?.some(({ averagePrecision }) => averagePrecision !== null)) {
    sections.push({
      id: "precision-recall",
      title: message("정밀도와 재현율", "Precision and recall"),
      content: renderPrecisionRecall(report),
    });
  }
  if (report.learningCurve.length > 0) {
    sections.push({
      id: "learning",
      title: message("학습 곡선", "Learning curves"),
      content: renderLearningCurves(report),
    });
  }
  sections.push({
    id: "data",
    title: message("데이터", "Data"),
    content: html`${renderShares(report)}${model !== null && model.topTerms.length > 0 ? renderTerms(model) : null}`,
  });
  if (model !== null || run !== null || articles !== null || report.files.length > 0) {
    sections.push({ id: "model", title: message("모델 카드", "Model card"), content: renderModelCard(report) });
  }
  return sections;
}

function renderReasonsKey({ errors }: EvaluationReport): Html | null {
  if (errors.every(({ reasons }) => reasons === null)) return null;
  return html` <mark>${show(message("예측의 근거", "speaks for the prediction"))}</mark> <mark class="against">${show(
    message("반대 근거", "speaks against it"),
  )}</mark>`;
}

/**
 * Returns the report as one HTML file that loads nothing and can be read offline, printed, and used without its script.
 * It holds Korean and English, a light and a dark theme. All texts from articles are escaped.
 */
export async function formatReportHtml(report: EvaluationReport, options: HtmlReportOptions = {}): Promise<string> {
  const { language = "ko" } = options;
  return renderPage(
    {
      title: message("평가 보고서", "Evaluation report"),
      summary: renderSummary(report),
      sections: listSections(report, language),
      footer: show(
        message(
          "newsclf가 만든 보고서. 이 파일은 아무것도 내려받지 않습니다. 같은 내용이 report.json에 있습니다.",
          "Made by newsclf. This file loads nothing; report.json has the same data.",
        ),
      ),
    },
    language,
  );
}
