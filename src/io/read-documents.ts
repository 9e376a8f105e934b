import type { Article } from "../text/article.js";
import { isArticleHeader } from "./columns.js";
import { decodeText } from "./decode-text.js";
import { type ByteSource, openFile } from "./files.js";
import { type ArticleRecord, type ReadOptions, type ReadSummary, readUnlabeledText } from "./read-articles.js";
import { splitLines } from "./read-lines.js";

/** Documents to classify, one by one; can be iterated once. */
export interface DocumentReader extends AsyncIterable<ArticleRecord<Article>> {
  /** Counts of the rows read so far. */
  summary(): ReadSummary;
}

/** Characters of the first line that are looked at; a header is far shorter. */
const MAX_HEADER_LENGTH = 64 * 1024;

/**
 * Returns a reader of the documents of a file or stream, which is CSV or plain text with one document per line.
 *
 * It is CSV when its name ends in ".csv", when a text or title column is named in the options, or when its first line is a
 * header with a usual name of such a column (`isArticleHeader`). Of CSV the articles are read as `readUnlabeledArticles` does. Of
 * plain text each line, empty ones included, is an article with the line as its title and no body, which is how
 * `classify(text)` sees a text; its summary counts all lines as usable.
 *
 * Iterating throws what `readUnlabeledArticles` and `readLines` throw.
 */
export function readDocuments(source: string | ByteSource, options: ReadOptions = {}): DocumentReader {
  return new SniffingReader(typeof source === "string" ? openFile(source) : source, options);
}

class SniffingReader implements DocumentReader {
  readonly #source: ByteSource;
  readonly #options: ReadOptions;
  #summary: () => ReadSummary = () => linesSummary(0);

  constructor(source: ByteSource, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
  }

  summary(): ReadSummary {
    return this.#summary();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ArticleRecord<Article>, void> {
    const { name } = this.#source;
    const { start, text } = await peekFirstLine(decodeText(this.#source));
    if (this.#isCsv(start)) {
      const reader = readUnlabeledText(name, text, this.#options);
      this.#summary = () => reader.summary();
      yield* reader;
      return;
    }
    let nLines = 0;
    this.#summary = () => linesSummary(nLines);
    for await (const line of splitLines(text, name)) {
      nLines++;
      yield { article: { title: line, body: "" }, line: nLines };
    }
  }

  #isCsv(firstLine: string): boolean {
    const { textColumn, titleColumn } = this.#options;
    if (textColumn !== undefined || titleColumn !== undefined) return true;
    return /\.csv$/i.test(this.#source.name) || isArticleHeader(firstLine);
  }
}

function linesSummary(nLines: number): ReadSummary {
  return { nRows: nLines, nUsable: nLines, nBlankLines: 0, rejected: [] };
}

/** The first line of a text, and the whole text again. */
async function peekFirstLine(
  pieces: AsyncGenerator<string, void>,
): Promise<{ readonly start: string; readonly text: AsyncGenerator<string, void> }> {
  let begun = "";
  let hasLineEnd = false;
  while (!hasLineEnd && begun.length < MAX_HEADER_LENGTH) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    hasLineEnd = /[\r\n]/.test(value);
    begun += value;
  }
  async function* replay(): AsyncGenerator<string, void> {
    try {
      yield begun;
      yield* pieces;
    } finally {
      // Closes the source also where the reader stops at the first line.
      await pieces.return();
    }
  }
  return { start: begun.split(/[\r\n]/, 1)[0] as string, text: replay() };
}
