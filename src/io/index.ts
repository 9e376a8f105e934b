/** Package export "./node": reading and writing of files. */

export { type ColumnOptions, isArticleHeader } from "./columns.js";
export { loadDictionary } from "./dictionary-file.js";
export { type ByteSource, checkWritable, fromStream, openFile, readFileBytes, writeFileAtomically } from "./files.js";
export { fromFile, saveModel } from "./model-source.js";
export {
  type ArticleReader,
  type ArticleRecord,
  type ReadOptions,
  type ReadSummary,
  type RejectedRow,
  type RejectionReason,
  readArticles,
  readUnlabeledArticles,
} from "./read-articles.js";
export { readCheckpoint } from "./read-checkpoint.js";
export { type DocumentReader, readDocuments } from "./read-documents.js";
export { readLines } from "./read-lines.js";
export { readUserDictionary } from "./read-user-dictionary.js";
export { WorkerTrainingThreads } from "./training-threads.js";
