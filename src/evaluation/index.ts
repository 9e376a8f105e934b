/** What the rest of the package takes from the evaluation; the other modules here are its parts. */

export { INTERVAL_LEVEL, type Interval, type LabelIntervals, type ScoreIntervals } from "./bootstrap.js";
export { MAX_UNKNOWN_LABELS } from "./confusion-matrix.js";
export {
  createEvaluator,
  type DocumentSource,
  EVALUATOR_SPEC,
  type Evaluator,
  type EvaluatorOptions,
  type Reasons,
} from "./evaluator.js";
export { EXCERPT_LENGTH } from "./excerpt.js";
export { formatReport } from "./format-report.js";
export { formatReportHtml, type HtmlReportOptions } from "./format-report-html.js";
export { formatReportJson } from "./format-report-json.js";
export { formatReportMarkdown } from "./format-report-markdown.js";
export { describeModel } from "./model-card.js";
export type { PrecisionRecallCurve, PrecisionRecallPoint } from "./precision-recall.js";
export type { Reliability, ReliabilityBin, ScoreHistogram } from "./reliability.js";
export {
  type ArticleCounts,
  type EvaluatedFile,
  type EvaluationReport,
  type LabelReport,
  type LabelTerms,
  type ModelCard,
  REPORT_FORMAT_VERSION,
  type ReportArticle,
  type ReportContext,
  type RunSummary,
  type ScoringSummary,
  type SplitSummary,
  type UnknownLabels,
} from "./report.js";
export { FORMAT_SPEC, type FormatOptions } from "./report-text.js";
export type { CoverageTarget, RiskCoverage, RiskPoint } from "./risk-coverage.js";
export type { LabelScores, Scores, UndefinedScores } from "./scores.js";
