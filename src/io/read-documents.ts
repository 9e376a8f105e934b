import type { Article } from "../text/article.js";
import { type ArticleReader, type ArticleSources, type ReadOptions, TableArticleReader } from "./article-reader.js";

/**
 * Returns a reader of the documents of files or streams, which are tables of articles or plain text with one document per line.
 *
 * What the name of a source does not say, and no option, is seen by its first line: a CSV header or a JSON object with a usual
 * name of a title or body makes it a table, which is read as `readUnlabeledArticles` does. Of plain text each line, empty ones
 * included, is an article with the line as its title and no body, which is how `classify(text)` sees a text; its summary
 * counts all lines as usable.
 *
 * Iterating throws what `readUnlabeledArticles` and `readLines` throw.
 */
export function readDocuments(sources: ArticleSources, options: ReadOptions = {}): ArticleReader<Article> {
  return new TableArticleReader(sources, options, { requireLabel: false, sniffs: true }, (article) => article);
}
