/** Package export "./node": reading and writing of files. */

export type { Delimiter, Encoding, InputFormat, InputOptions } from "../options/input-options.js";
export { AnalyzerPool } from "./analyzer-pool.js";
export type {
  ArticleDetails,
  ArticleReader,
  ArticleRecord,
  ArticleSources,
  InputChoice,
  ReadOptions,
  RejectedRow,
} from "./article-reader.js";
export { type ClassifiedRecord, ClassifierPool } from "./classifier-pool.js";
export type { ColumnOptions, ExtraColumn } from "./columns.js";
export { isArticleHeader } from "./csv-table.js";
export type { DecodeOptions } from "./decode-text.js";
export { loadDictionary } from "./dictionary-file.js";
export { type ByteSource, checkWritable, fromStream, openFile, readFileBytes, writeFileAtomically } from "./files.js";
export { fromFile, saveModel } from "./model-source.js";
export { readArticles, readUnlabeledArticles } from "./read-articles.js";
export { readCheckpoint } from "./read-checkpoint.js";
export { readConfig } from "./read-config.js";
export { readDocuments } from "./read-documents.js";
export { readLines } from "./read-lines.js";
export { readUserDictionary } from "./read-user-dictionary.js";
export type { ReadSummary, RejectionReason, SourceSummary } from "./row-tally.js";
export { TrainingFiles } from "./training-files.js";
export { WorkerTrainingThreads } from "./training-threads.js";
