import { type Message, message } from "../html/index.js";
import { LEAST_TO_CALIBRATE } from "../options/unlabeled-use.js";
import { N_SCORE_BINS } from "./reliability.js";
import type { EvaluationReport, LabelReport } from "./report.js";
import { formatScore, formatShare, showLabel } from "./report-text.js";

/** Confusions that are named. */
const MAX_CONFUSIONS = 3;

/** Difference of mean score and accuracy, and of shares in training and evaluation, that is worth a word. */
const NOTABLE_GAP = 0.05;

/** A label with fewer training articles than this share of an even division is called small. */
const SMALL_SHARE = 0.5;

/** Errors with at least this score are called confident; a whole number of bins of the histogram. */
const CONFIDENT_SCORE = 0.9;

/** Digits of scores in sentences. */
const DIGITS = 3;

function findConfusions({ confusion, labels, nErrors }: EvaluationReport): Message | null {
  const pairs = confusion
    .flatMap((row, trueIndex) => row.map((count, predictedIndex) => ({ trueIndex, predictedIndex, count })))
    .filter(({ trueIndex, predictedIndex, count }) => trueIndex !== predictedIndex && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_CONFUSIONS);
  if (pairs.length === 0) return null;
  const nameAt = (index: number): string => showLabel((labels[index] as LabelReport).label);
  const list = pairs.map(
    ({ trueIndex, predictedIndex, count }) =>
      `${nameAt(trueIndex)} → ${nameAt(predictedIndex)} ${count} (${formatShare(count / nErrors)})`,
  );
  return message(
    `가장 많이 틀리는 방향(정답 → 예측, 오류 가운데 비율): ${list.join(", ")}`,
    `Most frequent confusions (true → predicted, share of the errors): ${list.join(", ")}`,
  );
}

function findWeakestLabel({ labels, macroF1 }: EvaluationReport): Message | null {
  const present = labels.filter(({ support }) => support > 0);
  const weakest = present.reduce<LabelReport | null>(
    (least, label) => (least === null || (label.f1 ?? 0) < (least.f1 ?? 0) ? label : least),
    null,
  );
  if (weakest === null || present.length < 2 || (weakest.f1 ?? 0) >= macroF1) return null;
  const { label, f1, precision, recall } = weakest;
  const scores = `F1 ${formatScore(f1, DIGITS)}`;
  const isMissed = (recall ?? 0) < (precision ?? 0);
  return isMissed
    ? message(
        `가장 약한 라벨: ${showLabel(label)} (${scores}). 이 라벨의 기사를 놓치는 일이 더 많음: 재현율 ${formatScore(recall, DIGITS)}`,
        `Weakest label: ${showLabel(label)} (${scores}). It is missed more often than given wrongly: recall ${formatScore(recall, DIGITS)}`,
      )
    : message(
        `가장 약한 라벨: ${showLabel(label)} (${scores}). 다른 라벨의 기사에 붙이는 일이 더 많음: 정밀도 ${formatScore(precision, DIGITS)}`,
        `Weakest label: ${showLabel(label)} (${scores}). It is given wrongly more often than missed: precision ${formatScore(precision, DIGITS)}`,
      );
}

function findSmallLabels({ labels, macroF1 }: EvaluationReport): Message | null {
  const small = labels.filter(
    ({ trainShare, trainSupport, f1 }) =>
      trainSupport !== null &&
      trainShare !== null &&
      trainShare < SMALL_SHARE / labels.length &&
      f1 !== null &&
      f1 < macroF1,
  );
  if (small.length === 0) return null;
  const list = small.map(({ label, trainSupport }) => `${showLabel(label)} (${trainSupport})`).join(", ");
  return message(
    `학습 기사가 적고 점수도 평균보다 낮은 라벨: ${list}. 기사를 더 모으면 좋아질 수 있음`,
    `Few training articles, and below the average: ${list}. More articles are likely to help`,
  );
}

function findShift({ labels }: EvaluationReport): Message | null {
  const shifted = labels.filter(
    ({ trainShare, supportShare }) => trainShare !== null && Math.abs(trainShare - supportShare) >= NOTABLE_GAP,
  );
  if (shifted.length === 0) return null;
  const list = shifted
    .map(
      ({ label, trainShare, supportShare }) =>
        `${showLabel(label)} ${formatShare(trainShare)} → ${formatShare(supportShare)}`,
    )
    .join(", ");
  return message(`학습 때와 비율이 다른 라벨: ${list}`, `Shares differ from those in training: ${list}`);
}

/** Whether the model's temperature was fitted on articles without labels, too; see `fitSelfTrainedCalibration`. */
function isCalibratedWithoutLabels({ model, split }: EvaluationReport): boolean {
  if (model === null || model.unlabeled === null || split?.kind !== "validation") return false;
  const { nDocuments, nPseudoLabelRounds } = model.unlabeled;
  return model.settings.calibrate && nPseudoLabelRounds > 0 && nDocuments >= LEAST_TO_CALIBRATE;
}

function findMiscalibration(report: EvaluationReport): Message | null {
  const { reliability, accuracy } = report;
  const gap = reliability.meanScore - accuracy;
  if (Math.abs(gap) < NOTABLE_GAP) return null;
  const numbers = [formatScore(reliability.meanScore, DIGITS), formatScore(accuracy, DIGITS)] as const;
  if (gap > 0) {
    return message(
      `점수를 그대로 믿으면 안 됨: 평균 점수 ${numbers[0]}, 실제 정확도 ${numbers[1]}`,
      `Scores are too high to be read as probabilities: mean score ${numbers[0]}, accuracy ${numbers[1]}`,
    );
  }
  return isCalibratedWithoutLabels(report)
    ? message(
        `점수는 라벨 없이 배운 기사에 맞추었으므로 이 기사들에는 낮음: 평균 점수 ${numbers[0]}, 실제 정확도 ${numbers[1]}`,
        `Scores are made for articles like those without labels, and low for these: mean score ${numbers[0]}, accuracy ${numbers[1]}`,
      )
    : message(
        `점수가 실제보다 낮음: 평균 점수 ${numbers[0]}, 실제 정확도 ${numbers[1]}`,
        `Scores are lower than they need be: mean score ${numbers[0]}, accuracy ${numbers[1]}`,
      );
}

function findCoverage({ riskCoverage, accuracy }: EvaluationReport): Message | null {
  const target = riskCoverage.targets.find((each) => each.accuracy > accuracy && each.coverage >= NOTABLE_GAP);
  if (target === undefined || target.threshold === null) return null;
  const [share, goal] = [formatShare(target.coverage), formatShare(target.accuracy)];
  const threshold = formatScore(target.threshold, DIGITS);
  return message(
    `점수가 ${threshold} 이상인 기사만 자동으로 처리하면 전체의 ${share}, 정확도 ${goal}. 나머지는 사람이 확인`,
    `With articles scored ${threshold} or more left to the model: ${share} of all, at an accuracy of ${goal}. The rest is for people`,
  );
}

function findConfidentErrors({ scoreHistogram }: EvaluationReport): Message | null {
  const nConfident = scoreHistogram.wrong
    .slice(Math.round(CONFIDENT_SCORE * N_SCORE_BINS))
    .reduce((total, count) => total + count, 0);
  if (nConfident === 0) return null;
  return message(
    `점수가 ${CONFIDENT_SCORE}보다 높은 오류 ${nConfident}건: 데이터의 라벨이 틀린 경우가 많으니 먼저 읽을 것`,
    `Errors with a score above ${CONFIDENT_SCORE}: ${nConfident}. Read these first: often it is the label in the data that is wrong`,
  );
}

function findUnknown({ unknownLabels, articles }: EvaluationReport): Message | null {
  const parts: Message[] = [];
  if (unknownLabels.nDocuments > 0) {
    const { nDocuments } = unknownLabels;
    parts.push(
      message(`모델이 모르는 라벨의 기사 ${nDocuments}건`, `articles with labels unknown to the model: ${nDocuments}`),
    );
  }
  const nFaulty = articles === null ? 0 : articles.nRejected - articles.nExcluded;
  if (nFaulty > 0) {
    parts.push(message(`쓸 수 없는 행 ${nFaulty}개`, `rows that could not be used: ${nFaulty}`));
  }
  if (parts.length === 0) return null;
  return {
    ko: `데이터의 결함: ${parts.map(({ ko }) => ko).join(", ")}`,
    en: `Faults of the data: ${parts.map(({ en }) => en).join(", ")}`,
  };
}

/** Returns what a reader should know first, one sentence each without a full stop: where the model fails, and what to do about it. */
export function listFindings(report: EvaluationReport): Message[] {
  return [
    findConfusions,
    findWeakestLabel,
    findConfidentErrors,
    findCoverage,
    findMiscalibration,
    findSmallLabels,
    findShift,
    findUnknown,
  ]
    .map((find) => find(report))
    .filter((finding) => finding !== null);
}
