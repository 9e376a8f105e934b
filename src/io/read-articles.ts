import { DatasetError } from "../errors.js";
import { type Article, type Label, type LabeledArticle, toDocument } from "../text/article.js";
import { cleanText } from "../text/clean-text.js";
import {
  type ArticleColumns,
  type ColumnOptions,
  type ExtraColumn,
  findArticleColumns,
  findExtraColumns,
} from "./columns.js";
import { parseCsv } from "./csv.js";
import { decodeText } from "./decode-text.js";
import { type ByteSource, openFile } from "./files.js";

/** Why a row cannot be used; the first that holds, in this order. */
export type RejectionReason = "wrong-column-count" | "empty-label" | "empty-text";

export interface RejectedRow {
  /** 1-based line on which the row begins. */
  readonly line: number;
  readonly reason: RejectionReason;
  readonly fields: readonly string[];
}

export interface ReadSummary {
  /** Rows after the header, blank lines not counted. */
  readonly nRows: number;
  readonly nUsable: number;
  readonly nBlankLines: number;
  /** One entry for each reason that occurred. */
  readonly rejected: readonly {
    readonly reason: RejectionReason;
    readonly nRows: number;
    /** 1-based lines on which the first of these rows begin, at most `maxListedLines`. */
    readonly lines: readonly number[];
  }[];
}

export interface ReadOptions extends ColumnOptions {
  /** Columns whose fields are given with each article, such as its date; none when left out. */
  readonly extraColumns?: readonly ExtraColumn[];
  /**
   * How many line numbers the summary lists for each reason; all rows are counted.
   * @default 20
   */
  readonly maxListedLines?: number;
  /** Called for each row that cannot be used, in the order of the file, before the next article is yielded. */
  readonly onReject?: (row: RejectedRow) => void;
}

export interface ArticleRecord<A extends Article> {
  readonly article: A;
  /** 1-based line on which the record begins. */
  readonly line: number;
  /** Fields of `extraColumns` in their order, as they stand in the file; only where some were asked for. */
  readonly extra?: readonly string[];
}

/** Articles one by one; can be iterated once. */
export interface ArticleReader<A extends Article> extends AsyncIterable<ArticleRecord<A>> {
  /** Counts of the rows read so far; of the whole file once the iteration has ended. */
  summary(): ReadSummary;
}

const DEFAULT_MAX_LISTED_LINES = 20;

/**
 * Returns a reader of the labelled articles of a CSV file.
 *
 * The file is UTF-8 with or without a byte order mark, separated by commas, quoted by `"`, with one header line. The columns
 * are found by name, see `findArticleColumns`; title and body are given as they stand in the file, the label after `cleanText`.
 * Blank lines are skipped; rows with another number of columns than the header, without a label, or without text are
 * left out and told in the summary. Nothing is opened before the iteration begins; memory is one chunk and one record.
 *
 * Iterating throws
 * {FileError} when the file cannot be read;
 * {DatasetError} with code DATASET_ENCODING when it is not UTF-8, DATASET_SYNTAX when its quotes are out of place, DATASET_COLUMN
 * when a column is missing, DATASET_EMPTY when there is no header or no row, DATASET_NO_USABLE_ROW when each row was rejected.
 *
 * @param source path of the file, or an open source such as standard input
 */
export function readArticles(source: string | ByteSource, options: ReadOptions = {}): ArticleReader<LabeledArticle> {
  const { name, text } = openText(source);
  return new CsvArticleReader(name, text, options, true, (article, label) => ({ ...article, label }));
}

/**
 * Returns a reader of the articles of a CSV file without their labels, as `readArticles` does; a label column is not needed
 * and not read, and a file with a header and no usable row has no articles and no fault.
 */
export function readUnlabeledArticles(source: string | ByteSource, options: ReadOptions = {}): ArticleReader<Article> {
  const { name, text } = openText(source);
  return readUnlabeledText(name, text, options);
}

/** `readUnlabeledArticles` on text that is decoded already. */
export function readUnlabeledText(
  name: string,
  text: AsyncIterable<string>,
  options: ReadOptions,
): ArticleReader<Article> {
  return new CsvArticleReader(name, text, options, false, (article) => article);
}

class CsvArticleReader<A extends Article> implements ArticleReader<A> {
  readonly #name: string;
  readonly #text: AsyncIterable<string>;
  readonly #options: ReadOptions;
  readonly #requireLabel: boolean;
  readonly #build: (article: Article, label: Label) => A;
  readonly #tally: RowTally;

  constructor(
    name: string,
    text: AsyncIterable<string>,
    options: ReadOptions,
    requireLabel: boolean,
    build: (article: Article, label: Label) => A,
  ) {
    this.#name = name;
    this.#text = text;
    this.#options = options;
    this.#requireLabel = requireLabel;
    this.#build = build;
    this.#tally = new RowTally(options.maxListedLines ?? DEFAULT_MAX_LISTED_LINES);
  }

  summary(): ReadSummary {
    return this.#tally.summary();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ArticleRecord<A>, void> {
    const tally = this.#tally;
    let header: {
      readonly columns: ArticleColumns;
      readonly extra: readonly number[];
      readonly nColumns: number;
    } | null = null;
    for await (const { fields, line } of parseCsv(this.#text, this.#name)) {
      if (isBlank(fields)) {
        tally.nBlankLines++;
        continue;
      }
      if (header === null) {
        const columnOptions = { ...this.#options, requireLabel: this.#requireLabel };
        header = {
          columns: findArticleColumns(fields, columnOptions, this.#name, line),
          extra: findExtraColumns(fields, this.#options.extraColumns ?? [], this.#name, line),
          nColumns: fields.length,
        };
        continue;
      }
      const { columns, extra, nColumns } = header;
      const label = columns.label === null ? "" : cleanText(fields[columns.label] ?? "");
      const article = { title: fieldAt(fields, columns.title), body: fieldAt(fields, columns.body) };
      const reason =
        fields.length !== nColumns
          ? "wrong-column-count"
          : columns.label !== null && label === ""
            ? "empty-label"
            : toDocument(article) === ""
              ? "empty-text"
              : null;
      if (reason === null) {
        tally.nUsable++;
        const record = { article: this.#build(article, label), line };
        yield extra.length === 0 ? record : { ...record, extra: extra.map((column) => fields[column] as string) };
      } else {
        tally.reject(reason, line);
        this.#options.onReject?.({ line, reason, fields });
      }
    }
    if (header === null) {
      throw new DatasetError(
        "DATASET_EMPTY",
        { source: this.#name },
        "is empty; it needs a header line and rows below it",
      );
    }
    if (this.#requireLabel) rejectUnusable(this.#name, tally.summary());
  }
}

class RowTally {
  nUsable = 0;
  nBlankLines = 0;
  readonly #rejected = new Map<RejectionReason, { nRows: number; readonly lines: number[] }>();
  readonly #maxListedLines: number;

  constructor(maxListedLines: number) {
    this.#maxListedLines = maxListedLines;
  }

  reject(reason: RejectionReason, line: number): void {
    let rows = this.#rejected.get(reason);
    if (rows === undefined) {
      rows = { nRows: 0, lines: [] };
      this.#rejected.set(reason, rows);
    }
    rows.nRows++;
    if (rows.lines.length < this.#maxListedLines) rows.lines.push(line);
  }

  summary(): ReadSummary {
    const rejected = [...this.#rejected].map(([reason, { nRows, lines }]) => ({ reason, nRows, lines: [...lines] }));
    const nRejected = rejected.reduce((total, { nRows }) => total + nRows, 0);
    return { nRows: this.nUsable + nRejected, nUsable: this.nUsable, nBlankLines: this.nBlankLines, rejected };
  }
}

function openText(source: string | ByteSource): { readonly name: string; readonly text: AsyncIterable<string> } {
  const bytes = typeof source === "string" ? openFile(source) : source;
  return { name: bytes.name, text: decodeText(bytes) };
}

function fieldAt(fields: readonly string[], position: number | null): string {
  return position === null ? "" : (fields[position] ?? "");
}

function isBlank(fields: readonly string[]): boolean {
  return fields.length === 1 && fields[0]?.trim() === "";
}

function rejectUnusable(source: string, { nRows, nUsable, rejected }: ReadSummary): void {
  if (nRows === 0) {
    throw new DatasetError("DATASET_EMPTY", { source }, "has a header but no rows; add one row for each article");
  }
  if (nUsable > 0) return;
  const reasons = rejected.map(({ reason, nRows, lines }) => `${nRows} × ${reason} (first on line ${lines[0]})`);
  throw new DatasetError(
    "DATASET_NO_USABLE_ROW",
    { source },
    `none of the ${nRows} rows can be used: ${reasons.join(", ")}; check that the columns are the right ones`,
  );
}
