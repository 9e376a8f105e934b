/** What the rest of the package takes from the evaluation; the other modules here are its parts. */

export { MAX_UNKNOWN_LABELS } from "./confusion-matrix.js";
export {
  createEvaluator,
  type DocumentSource,
  EVALUATOR_SPEC,
  type Evaluator,
  type EvaluatorOptions,
  EXCERPT_LENGTH,
} from "./evaluator.js";
export { formatReport } from "./format-report.js";
export { formatReportJson } from "./format-report-json.js";
export { formatReportMarkdown } from "./format-report-markdown.js";
export {
  type ArticleCounts,
  type EvaluationError,
  type EvaluationReport,
  type LabelReport,
  REPORT_FORMAT_VERSION,
  type ReportContext,
  type SplitSummary,
  type UnknownLabels,
} from "./report.js";
export { FORMAT_SPEC, type FormatOptions } from "./report-text.js";
export type { LabelScores, Scores, UndefinedScores } from "./scores.js";
