export {
  Classifier,
  type ClassifyOptions,
  type ExplainOptions,
  type LoadOptions,
  type ModelSource,
  type Prediction,
  type Predictions,
} from "./classifier.js";
export { type ClassifyTextOptions, classify } from "./classify.js";
export { type Comparator, type ComparatorOptions, createComparator } from "./comparison/comparator.js";
export {
  type Change,
  type ComparedReport,
  type Comparison,
  compareReports,
  type Flip,
  type LabelChange,
  type Measure,
  type PairedComparison,
} from "./comparison/comparison.js";
export { formatComparison, formatComparisonMarkdown } from "./comparison/format-comparison.js";
export { type McNemarTest, mcnemarTest } from "./comparison/mcnemar.js";
export { type CompressResult, compress, type ModelFigures } from "./compress.js";
export {
  type CrossValidationOptions,
  type CrossValidationProgress,
  type CrossValidationResult,
  crossValidate,
  type FoldResult,
  type FoldSpread,
  type OutOfFoldPrediction,
} from "./cross-validation.js";
export type { Drift } from "./doctor/drift.js";
export { type Dataset, type DoctorContext, examine } from "./doctor/examine.js";
export { formatDoctor } from "./doctor/format-doctor.js";
export { formatDoctorHtml } from "./doctor/format-doctor-html.js";
export type { LabelCount } from "./doctor/label-counts.js";
export type { Leak } from "./doctor/leaks.js";
export type {
  ArticleReference,
  CopySummary,
  DoctorReport,
  FileSummary,
  LabelErrorSummary,
} from "./doctor/report.js";
export {
  ConfigError,
  type ConfigLocation,
  DatasetError,
  type DatasetLocation,
  ERROR_CODES,
  type ErrorCode,
  FileError,
  isNewsclfError,
  KernelError,
  ModelFormatError,
  NewsclfError,
  OptionError,
  TrainingError,
  WorkerError,
} from "./errors.js";
export { type EvaluatedArticle, evaluate } from "./evaluation/evaluate.js";
export * from "./evaluation/index.js";
export type { Explanation, TermContribution, WordContribution } from "./explanation/explain.js";
export type { CsrMatrix } from "./features/csr-matrix.js";
export { ReferenceNumbering } from "./features/reference-numbering.js";
export type { SparseRow } from "./features/sparse-row.js";
export type { Spool, SpoolReader } from "./features/spool.js";
export { type TermBatch, TermLog, TermNumbering } from "./features/term-log.js";
export type { RankedTerm } from "./features/term-statistics.js";
export { type FittedTfidfVectorizer, TfidfVectorizer } from "./features/tfidf-vectorizer.js";
export type { FitResult, FittedVectorizer, LogFit, Vectorizer } from "./features/vectorizer.js";
export type { Vocabulary } from "./features/vocabulary.js";
export { type Fold, forwardFolds, groupedFolds, stratifiedFolds } from "./folds.js";
export type { Language, WeightedRange } from "./html/index.js";
export type { MlpKernelFactory } from "./kernels/mlp.js";
export type { NamedTerms, NumberedTerms, NumberingKernel, NumberingKernelFactory } from "./kernels/numbering.js";
export { createWasmMlp } from "./kernels/wasm-mlp.js";
export { createWasmNumbering } from "./kernels/wasm-numbering.js";
export type { MemberDescription, ModelMetadata, UnlabeledArticles } from "./model-file/manifest.js";
export { Dictionary } from "./morph/dictionary.js";
export { type ExpressionPart, lemma, parseExpression } from "./morph/expression.js";
export { type Features, formatMecab } from "./morph/features.js";
export { type MecabToken, MecabTokenizer, type TokenVisitor } from "./morph/mecab-tokenizer.js";
export type { Inflate } from "./morph/section-reader.js";
export { TokenLayout, type TokenLayoutName } from "./morph/token-layout.js";
export type { Token, Tokenizer } from "./morph/tokenizer.js";
export type { UserWord } from "./morph/user-word.js";
export { UserWordParser } from "./morph/user-word-parser.js";
export { formatSuggestions, makeUserWords, WordSuggester, type WordSuggestion } from "./morph/word-suggester.js";
export {
  findNearDuplicates,
  type NearDuplicateOptions,
  type NearDuplicates,
  textSimilarity,
} from "./near-duplicates.js";

export type { AttributionMethod } from "./nn/attribution.js";

export type { Calibration } from "./nn/calibration.js";

export type { EpochRecord } from "./nn/epoch-record.js";
export type { TrainingTask, TrainingThreads } from "./nn/step-crew.js";
export type { EngineChoice, TrainingBackend, TrainingSteps, UnusableEngine } from "./nn/training-backend.js";
export type { Rollback } from "./nn/training-state.js";
export type { WeightType } from "./nn/weights.js";
export type { CompressOptions } from "./options/compress-options.js";
export { formatConfig, parseConfig } from "./options/config.js";
export type { OptionSpec } from "./options/constraint.js";
export type { DoctorOptions } from "./options/doctor-options.js";
export type { FoldOptions } from "./options/fold-options.js";
export { mergeSettings } from "./options/merge-settings.js";
export { QUALITIES, type Quality } from "./options/quality.js";
export type { Resolved } from "./options/resolve-options.js";
export type { SuggestOptions } from "./options/suggest-options.js";
export type {
  Cleaning,
  NetworkOptions,
  OptimizerOptions,
  ResolvedTrainingSettings,
  RunOptions,
  TermOptions,
  TextOptions,
  TrainingSettings,
  VectorizerOptions,
} from "./options/train-options.js";
export type { TuneOptions } from "./options/tune-options.js";
export { adaptScores, estimateShares } from "./prior-shift.js";
export { type Article, type Label, type LabeledArticle, toCleanDocument, toDocument } from "./text/article.js";
export { type CleanedNews, cleanNews, type RemovedRange, traceCleanNews } from "./text/clean-news.js";
export type { MergedLabel } from "./text/label-spelling.js";
export { NEWS_RULES, type NewsRule } from "./text/news-rules.js";
export type { TextRange } from "./text/trace-document.js";
export { type TracedText, traceCleanText } from "./text/traced-text.js";
export {
  type Checkpoint,
  type CheckpointStore,
  type TrainOptions,
  type TrainProgress,
  type TrainResult,
  type TrainStage,
  train,
  type ValidationArticle,
} from "./train.js";
export type { RefusedWeights } from "./training/choose-weight-type.js";
export type { DocumentAnalyzer, DocumentAnalyzerFactory } from "./training/document-analyzer.js";
export type { NetworkTask, NetworkThreads } from "./training/network-threads.js";
export type { NetworkPretraining, NetworkProgress, PseudoLabelProgress } from "./training/progress.js";
export { StoredArticles } from "./training/stored-articles.js";
export type { TrainingMemory } from "./training/training-memory.js";
export { type FoldScores, type TuneInput, type TuneResult, type TuneTrial, tune } from "./tuning/tune.js";
