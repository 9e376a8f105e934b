import { type Message, message } from "../html/index.js";
import type { OptionSpec } from "../options/constraint.js";
import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import type { Label } from "../text/article.js";
import type { Interval } from "./bootstrap.js";
import { truncateToWidth } from "./display-width.js";
import type { EvaluationReport, LabelReport } from "./report.js";

/** The words and numbers that the terminal and the Markdown report share; each is decided once, here. */

export interface FormatOptions {
  /** Digits behind the decimal point of every score. */
  readonly digits?: number;
}

export const FORMAT_SPEC: OptionSpec<FormatOptions> = {
  digits: { kind: "integer", min: 1, max: 15, default: 3, help: "Digits behind the decimal point of every score" },
};

/**
 * Returns the format options with every default filled in.
 * @throws {OptionError} when a value breaks its constraint
 * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not known
 */
export function resolveFormatOptions(options: FormatOptions | undefined): Resolved<FormatOptions> {
  return resolveOptions(FORMAT_SPEC, options, "");
}

/** A matrix of more labels is wider than a page; the most frequent confusions stand in for it. */
export const MAX_MATRIX_LABELS = 12;

/** Pairs of labels listed where the matrix is too wide. */
const MAX_PAIRS = 20;

/** Stands for 0/0 and for what was not given. ASCII, because wider dashes take one or two columns depending on the terminal. */
const NO_VALUE = "-";

/** Returns a score with fixed digits, a dash for null. */
export function formatScore(value: number | null, digits: number): string {
  return value === null ? NO_VALUE : value.toFixed(digits);
}

/** Returns a share in [0, 1] as a percentage with one digit, a dash for null. */
export function formatShare(value: number | null): string {
  return value === null ? NO_VALUE : `${(100 * value).toFixed(1)}%`;
}

/** Returns a count, a dash for null. */
export function formatCount(value: number | null): string {
  return value === null ? NO_VALUE : String(value);
}

/** Characters that would break a line, move the cursor or turn the reading direction of what follows. */
const UNPRINTABLE = /[\s\p{Control}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** Returns the text on one line without control characters. */
export function toOneLine(text: string): string {
  return text.replace(UNPRINTABLE, " ").trim();
}

/** Terminal columns of the widest label; a wrong label column can make a whole article a label. */
const MAX_LABEL_WIDTH = 24;

/** Returns a label on one line, cut where it is very long. */
export function showLabel(label: Label): string {
  return truncateToWidth(toOneLine(label), MAX_LABEL_WIDTH);
}

/** Returns what was evaluated, null when the report does not say. */
export function describeSplit(report: EvaluationReport): string | null {
  const { split } = report;
  if (split === null) return null;
  if (split.kind === "test") return `All usable articles of ${toOneLine(split.source)}`;
  const share = formatShare(split.validationFraction);
  return `Validation share of ${toOneLine(split.source)}: ${share} of each label, seed ${split.seed}`;
}

/** Returns where the articles went, null when the report does not say. */
export function describeArticles(report: EvaluationReport): string | null {
  const { articles } = report;
  if (articles === null) return null;
  const { nRead, nRejected, nTrain, nValidation } = articles;
  return `${nRead} rows read, ${nRejected} rejected; model trained on ${nTrain} articles, validated on ${nValidation}`;
}

/** Returns what was done to the model's answers before they were counted, one sentence each without a full stop. */
export function describeScoring({ scoring, labels, nDocuments }: EvaluationReport): Message[] {
  const lines: Message[] = [];
  if (scoring === null) return lines;
  const { classPrior, minScore, nWithoutLabel } = scoring;
  if (minScore !== null) {
    const nAll = nDocuments + nWithoutLabel;
    lines.push(
      message(
        `점수가 ${minScore}보다 낮은 기사 ${nAll}건 중 ${nWithoutLabel}건에는 라벨을 주지 않음. 모든 수치는 나머지 기사의 것`,
        `No label for ${nWithoutLabel} of ${nAll} articles, whose best score is below ${minScore}: all numbers are of the others`,
      ),
    );
  }
  if (classPrior !== null) {
    const shares = labels
      .map(({ label }, i) => `${showLabel(label)} ${formatShare(classPrior[i] as number)}`)
      .join(", ");
    lines.push(message(`점수가 가정한 라벨 비율: ${shares}`, `Scores assume these label shares: ${shares}`));
  }
  return lines;
}

/** Whether lines are told apart by the files that they are of: with a single file they need not. */
export function showsSources({ files }: EvaluationReport): boolean {
  return files.length !== 1;
}

/** Returns the hash of each evaluated file that is known, one line each. */
export function describeFiles({ files }: EvaluationReport): string[] {
  return files.flatMap(({ source, sha256 }) => (sha256 === null ? [] : [`${toOneLine(source)}: SHA-256 ${sha256}`]));
}

/** Returns what a reader of the table must know, one sentence each, without a full stop. */
export function listNotes(report: EvaluationReport): string[] {
  const notes: string[] = [];
  if (report.split?.kind === "validation" && report.selectedEpoch !== null) {
    notes.push("The epoch was chosen on these articles, so unseen ones tend to score lower");
  }
  if (report.split?.kind === "validation" && report.split.isRefitted) {
    notes.push(
      "The linear classifier of the model file has learned from these articles, too, after it was measured on them",
    );
  }
  const { precision, recall, f1 } = report.undefinedScores;
  const undefinedParts = (
    [
      ["precision", precision],
      ["recall", recall],
      ["F1", f1],
    ] as const
  )
    .filter(([, labels]) => labels.length > 0)
    .map(([name, labels]) => `${name} of ${labels.map(showLabel).join(", ")}`);
  if (undefinedParts.length > 0) notes.push(`0/0, counted as 0 in the averages: ${undefinedParts.join("; ")}`);
  if (report.mergedLabels.length > 0) {
    const spellings = report.mergedLabels.map(
      ({ spelling, label, nArticles }) => `${showLabel(spelling)} → ${showLabel(label)} (${nArticles})`,
    );
    notes.push(`Spellings of labels taken for one: ${spellings.join(", ")}`);
  }
  const { nDocuments, labels } = report.unknownLabels;
  if (nDocuments > 0) {
    const shown = labels.slice(0, MAX_PAIRS).map(({ label, support }) => `${showLabel(label)} ${support}`);
    if (labels.length > shown.length) shown.push("…");
    notes.push(
      `Labels unknown to the model, counted as errors: ${shown.join(", ")} (${nDocuments} of ${report.nDocuments} documents)`,
    );
  }
  return notes;
}

/** Returns the headline numbers as pairs of name and value. */
export function listHeadlines(report: EvaluationReport, digits: number): [name: string, value: string][] {
  return [
    ["Accuracy", formatScore(report.accuracy, digits)],
    ["Macro-F1", formatScore(report.macroF1, digits)],
    ["Weighted F1", formatScore(report.weightedF1, digits)],
    ["Log loss", formatScore(report.logLoss, digits)],
    ["Documents", formatCount(report.nDocuments)],
    ["Errors", formatCount(report.nErrors)],
  ];
}

/** Returns the intervals of the headline numbers, null when the report has none. */
export function describeIntervals({ intervals }: EvaluationReport, digits: number): string | null {
  if (intervals === null) return null;
  const show = (name: string, [low, high]: Interval): string =>
    `${name} ${formatScore(low, digits)} to ${formatScore(high, digits)}`;
  return `${formatCount(100 * intervals.level)}% intervals: ${show("accuracy", intervals.accuracy)}, ${show("macro-F1", intervals.macroF1)}`;
}

/** Cells of a bar. */
const BAR_CELLS = 10;

/** Returns a share in [0, 1] as a bar of ten cells; null is an empty one. */
export function drawBar(share: number | null): string {
  const nFull = Math.round(BAR_CELLS * (share ?? 0));
  return "█".repeat(nFull) + "░".repeat(BAR_CELLS - nFull);
}

function isTrainKnown(report: EvaluationReport): boolean {
  return report.labels.some((label) => label.trainSupport !== null);
}

/** Returns the per-label table, header first and averages last; shares as percentages of the documents. */
export function listLabelRows(report: EvaluationReport, digits: number): string[][] {
  const hasTrain = isTrainKnown(report);
  const row = (label: LabelReport): string[] => [
    showLabel(label.label),
    formatScore(label.precision, digits),
    formatScore(label.recall, digits),
    formatScore(label.f1, digits),
    formatCount(label.support),
    formatShare(label.supportShare),
    formatCount(label.nPredicted),
    ...(hasTrain ? [formatCount(label.trainSupport), formatShare(label.trainShare)] : []),
  ];
  const empty = hasTrain ? ["", "", ""] : [""];
  const nKnown = formatCount(report.nDocuments - report.unknownLabels.nDocuments);
  const average = (name: string, precision: number, recall: number, f1: number): string[] => [
    name,
    formatScore(precision, digits),
    formatScore(recall, digits),
    formatScore(f1, digits),
    nKnown,
    "",
    ...empty,
  ];
  return [
    [
      "Label",
      "Precision",
      "Recall",
      "F1",
      "Support",
      "Share",
      "Predicted",
      ...(hasTrain ? ["Trained", "Train share"] : []),
    ],
    ...report.labels.map(row),
    average("Macro average", report.macroPrecision, report.macroRecall, report.macroF1),
    average("Weighted average", report.weightedPrecision, report.weightedRecall, report.weightedF1),
  ];
}

/** Returns the confusion matrix with a header row of predicted labels and a first column of true labels; unknown labels last. */
export function listMatrixRows(report: EvaluationReport): string[][] {
  const names = report.labels.map(({ label }) => showLabel(label));
  const rows = report.confusion.map((row, index) => [names[index] ?? "", ...row.map(formatCount)]);
  if (report.unknownLabels.nDocuments > 0) {
    rows.push(["(unknown)", ...report.unknownLabels.predicted.map(formatCount)]);
  }
  return [["True \\ predicted", ...names], ...rows];
}

/** Returns the most frequent confusions with a header row, largest first, ties in the order of the matrix. */
export function listConfusionRows(report: EvaluationReport): string[][] {
  const nameAt = (index: number): string => showLabel(report.labels[index]?.label ?? "");
  const pairs = report.confusion
    .flatMap((row, trueIndex) => row.map((count, predictedIndex) => ({ trueIndex, predictedIndex, count })))
    .filter(({ trueIndex, predictedIndex, count }) => trueIndex !== predictedIndex && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_PAIRS);
  return [
    ["True", "Predicted", "Documents"],
    ...pairs.map(({ trueIndex, predictedIndex, count }) => [
      nameAt(trueIndex),
      nameAt(predictedIndex),
      formatCount(count),
    ]),
  ];
}

/** Returns the learning curve with a header row; the kept epoch is marked with "*". */
export function listEpochRows(report: EvaluationReport, digits: number): string[][] {
  return [
    ["Epoch", "Train loss", "Validation loss", "Validation accuracy", "Validation macro-F1"],
    ...report.learningCurve.map((record) => [
      `${record.epoch}${record.epoch === report.selectedEpoch ? "*" : ""}`,
      formatScore(record.trainLoss, digits),
      formatScore(record.validationLoss, digits),
      formatScore(record.validationAccuracy, digits),
      formatScore(record.validationMacroF1, digits),
    ]),
  ];
}
