import type { Article, LabeledArticle } from "../text/article.js";
import { type ArticleReader, type ArticleSources, type ReadOptions, TableArticleReader } from "./article-reader.js";

/**
 * Returns a reader of the labelled articles of files; docs/input.md describes formats, encodings and rules.
 *
 * The columns are found by name, see `findArticleColumns`; title and body are given as they stand in the file, the label after
 * `cleanText`, the label map and the label level. Blank lines are skipped; rows that cannot be used are left out and told in the
 * summary. Nothing is opened before the iteration begins; memory is one chunk and one record (one row group of Parquet,
 * the whole of a workbook).
 *
 * Iterating throws
 * {FileError} when a file cannot be read;
 * {DatasetError} with code DATASET_ENCODING when its bytes are not in the encoding, DATASET_FORMAT when it is not of the format,
 * DATASET_SYNTAX at a broken row unless those are skipped, DATASET_ROW at a row that cannot be used when `onBadRow` is "fail",
 * DATASET_COLUMN when a column is missing, DATASET_EMPTY when there is no header or no row, DATASET_NO_USABLE_ROW when each row
 * was rejected.
 *
 * @throws {OptionError} when an option is out of range, a source is neither a path nor an open source, or `onBadRow` is
 * "collect" without `onReject`
 * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
 */
export function readArticles(sources: ArticleSources, options: ReadOptions = {}): ArticleReader<LabeledArticle> {
  return new TableArticleReader(sources, options, { requireLabel: true, sniffs: false }, (article, label) => ({
    ...article,
    label,
  }));
}

/**
 * Returns a reader of the articles of files without their labels, as `readArticles` does; a label column is not needed
 * and not read, and a file with a header and no usable row has no articles and no fault.
 */
export function readUnlabeledArticles(sources: ArticleSources, options: ReadOptions = {}): ArticleReader<Article> {
  return new TableArticleReader(sources, options, { requireLabel: false, sniffs: false }, (article) => article);
}
