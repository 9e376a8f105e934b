import { DatasetError, OptionError } from "../errors.js";
import { checkMethod, checkOptionNames, checkText, type OptionNames } from "../options/check-argument.js";
import {
  type Delimiter,
  type Encoding,
  INPUT_SPEC,
  type InputFormat,
  type InputOptions,
} from "../options/input-options.js";
import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import { type Article, type Label, toDocument } from "../text/article.js";
import { cleanText } from "../text/clean-text.js";
import {
  type ArticleColumns,
  type ColumnOptions,
  type DetailColumns,
  type ExtraColumn,
  findArticleColumns,
  findDetailColumns,
  findExtraColumns,
} from "./columns.js";
import { isArticleHeader, readCsvTable } from "./csv-table.js";
import { decodeText } from "./decode-text.js";
import { type ByteSource, checkSource, openFile } from "./files.js";
import { hashFile, hashSource } from "./hash-source.js";
import { formatOfName } from "./input-format.js";
import { isArticleObject, readNdjsonTable } from "./ndjson-table.js";
import { peekLine } from "./peek.js";
import { lineTooLong, scanLines } from "./read-lines.js";
import { addUp, type ReadSummary, type RejectionReason, RowTally, type SourceSummary } from "./row-tally.js";
import type { TableEvent } from "./table.js";
import { unpack } from "./unpack.js";

/** Something that was found out about a source. */
export type InputChoice =
  | { readonly source: string; readonly kind: "encoding"; readonly encoding: Encoding }
  | { readonly source: string; readonly kind: "delimiter"; readonly delimiter: Delimiter };

export interface RejectedRow {
  /** Name of the file. */
  readonly source: string;
  /** 1-based line on which the row begins; the number of the row where a format has no lines. */
  readonly line: number;
  readonly reason: RejectionReason;
  /** The row as it stands in the file, or as JSON where that is no text; cut off where it is longer than `maxRowSize`. */
  readonly raw: string;
}

export interface ReadOptions extends ColumnOptions, InputOptions {
  /** Columns whose fields are given with each article, such as its date; none when left out. */
  readonly extraColumns?: readonly ExtraColumn[];
  /** Names of labels by what stands for them in the file, such as "0"; rows with another label are rejected. */
  readonly labelMap?: ReadonlyMap<string, Label>;
  /**
   * How many line numbers the summary lists for each reason; all rows are counted.
   * @default 20
   */
  readonly maxListedLines?: number;
  /**
   * Whether the summary has the hash of each file.
   * @default false
   */
  readonly hashesFiles?: boolean;
  /** Called for each row that is left out, in the order of the file, before the next article is yielded. */
  readonly onReject?: (row: RejectedRow) => void;
  /** Called when an encoding or a delimiter that was not given has been found. */
  readonly onChoice?: (choice: InputChoice) => void;
}

/** What is known of an article besides its text and label, as it stands in the file; null where there is no such column. */
export interface ArticleDetails {
  readonly id: string | null;
  readonly date: string | null;
  readonly publisher: string | null;
}

export interface ArticleRecord<A extends Article> {
  readonly article: A;
  /** Name of the file. */
  readonly source: string;
  /** 1-based line on which the record begins; the number of the row where a format has no lines. */
  readonly line: number;
  readonly details: ArticleDetails;
  /** Fields of `extraColumns` in their order, as they stand in the file; only where some were asked for. */
  readonly extra?: readonly string[];
}

/** Articles one by one; can be iterated once. */
export interface ArticleReader<A extends Article> extends AsyncIterable<ArticleRecord<A>> {
  /** Counts of the rows read so far; of all sources once the iteration has ended. */
  summary(): ReadSummary;
}

/** A path, an open source such as standard input, or several of them, which are read one after another. */
export type ArticleSources = string | ByteSource | readonly (string | ByteSource)[];

/** What a reader is for. */
export interface ReadMode {
  /** Whether each article needs a label. */
  readonly requireLabel: boolean;
  /** Whether a source whose name says no format may also be plain text, one document a line. */
  readonly sniffs: boolean;
}

const DEFAULT_MAX_LISTED_LINES = 20;

/** The format of a text by its first line: a header, a JSON object with text, or a line of plain text. */
function sniffFormat(line: string): "csv" | "ndjson" | "lines" {
  if (isArticleHeader(line)) return "csv";
  return isArticleObject(line) ? "ndjson" : "lines";
}

const READ_OPTIONS: OptionNames<ReadOptions> = {
  textColumn: true,
  titleColumn: true,
  labelColumn: true,
  extraColumns: true,
  labelMap: true,
  maxListedLines: true,
  hashesFiles: true,
  onReject: true,
  onChoice: true,
  encoding: true,
  inputFormat: true,
  delimiter: true,
  preset: true,
  onBadRow: true,
  maxRowSize: true,
  labelLevel: true,
};

/** The sources one by one. */
function listSources(sources: ArticleSources): readonly (string | ByteSource)[] {
  const list: readonly (string | ByteSource)[] = Array.isArray(sources) ? sources : [sources as string | ByteSource];
  for (const [i, source] of list.entries()) checkSource(list === sources ? `sources[${i}]` : "sources", source);
  return list;
}

/** Checks the options of the table and fills in their defaults. */
function resolveInput(options: ReadOptions): Resolved<InputOptions> {
  checkOptionNames(options, READ_OPTIONS);
  for (const name of ["textColumn", "titleColumn", "labelColumn"] as const)
    if (options[name] !== undefined) checkText(name, options[name]);
  if (options.labelMap !== undefined) checkMethod("labelMap", options.labelMap, "get", "a Map of values and labels");
  if (options.extraColumns !== undefined) {
    checkMethod("extraColumns", options.extraColumns, Symbol.iterator, "an array of columns, { name, flag }");
    for (const [i, column] of [...options.extraColumns].entries()) checkText(`extraColumns[${i}].name`, column?.name);
  }
  const { encoding, inputFormat, delimiter, preset, onBadRow, maxRowSize, labelLevel } = options;
  const given = { encoding, inputFormat, delimiter, preset, onBadRow, maxRowSize, labelLevel };
  const isGiven = ([, value]: readonly [string, unknown]) => value !== undefined;
  const input = resolveOptions<InputOptions>(INPUT_SPEC, Object.fromEntries(Object.entries(given).filter(isGiven)), "");
  if (input.onBadRow === "collect" && options.onReject === undefined) {
    throw new OptionError("onReject", 'a function that takes the rows, with onBadRow "collect"', options.onReject);
  }
  return input;
}

/** Whether reading goes on after a row that cannot be read. */
function recoversFrom({ onBadRow }: Pick<Resolved<InputOptions>, "onBadRow">): boolean {
  return onBadRow === "skip" || onBadRow === "collect";
}

/** Where the parts of an article stand in the rows below a header. */
interface Layout {
  readonly columns: ArticleColumns;
  readonly details: DetailColumns;
  readonly extra: readonly number[];
  readonly nColumns: number;
}

type RowResult = { readonly article: Article; readonly label: Label } | { readonly reason: RejectionReason };

/** Turns rows into articles by the rules that hold for all formats. */
class RowReader {
  readonly #options: ReadOptions;
  readonly #requireLabel: boolean;
  readonly #isBigKinds: boolean;
  readonly #labelLevel: number;

  constructor(options: ReadOptions, input: Resolved<InputOptions>, requireLabel: boolean) {
    this.#options = options;
    this.#requireLabel = requireLabel;
    this.#isBigKinds = input.preset === "bigkinds";
    this.#labelLevel = options.labelLevel ?? (this.#isBigKinds ? 1 : 0);
  }

  /** @throws {DatasetError} with code DATASET_COLUMN when title and body, or a label that is required, are not found */
  findColumns(names: readonly string[], source: string, line: number): Layout {
    const columns = findArticleColumns(names, { ...this.#options, requireLabel: this.#requireLabel }, source, line);
    const extra = findExtraColumns(names, this.#options.extraColumns ?? [], source, line);
    return { columns, details: findDetailColumns(names), extra, nColumns: names.length };
  }

  read(values: readonly (string | null)[], { columns, details, nColumns }: Layout): RowResult {
    if (values.length !== nColumns) return { reason: "wrong-column-count" };
    if (this.#isBigKinds && details.excluded !== null && isMarked(values[details.excluded])) {
      return { reason: "excluded" };
    }
    const title = valueAt(values, columns.title);
    const body = valueAt(values, columns.body);
    const rawLabel = valueAt(values, columns.label);
    if (title === null || body === null || rawLabel === null) return { reason: "not-text" };
    let label = cleanText(rawLabel);
    if (columns.label !== null) {
      if (label === "") return { reason: "empty-label" };
      const { labelMap } = this.#options;
      if (labelMap !== undefined) {
        const name = labelMap.get(label);
        if (name === undefined) return { reason: "label-not-in-map" };
        label = name;
      }
      label = this.#cutLabel(label);
      if (label === "") return { reason: "empty-label" };
    }
    const article = { title, body };
    return toDocument(article) === "" ? { reason: "empty-text" } : { article, label };
  }

  #cutLabel(label: string): string {
    if (this.#labelLevel === 0) return label;
    // BigKinds joins levels by ">" in its exports and by "-" in its interface.
    const levels = label.split(this.#isBigKinds ? /[>-]/ : ">").map((level) => level.trim());
    return levels
      .filter((level) => level !== "")
      .slice(0, this.#labelLevel)
      .join(">");
  }
}

/** BigKinds writes why a row is excluded (중복, 예외), and nothing or a no for the others. */
function isMarked(value: string | null | undefined): boolean {
  return !/^(?:n|no|아니오|아니요|)$/i.test(cleanText(value ?? ""));
}

function valueAt(values: readonly (string | null)[], position: number | null): string | null {
  return position === null ? "" : (values[position] as string | null);
}

const REASON_TEXTS: Readonly<Record<RejectionReason, string>> = {
  "broken-row": "the row is broken",
  "too-long": "the row is too long",
  "wrong-column-count": "the row has another number of columns than the header",
  "missing-column": "the row has no column for its text or label",
  excluded: "the row is marked as excluded",
  "not-text": "a list or an object stands where text is needed",
  "empty-label": "the row has no label",
  "label-not-in-map": "the row's label is not in the label map",
  "empty-text": "the row has no text",
};

export class TableArticleReader<A extends Article> implements ArticleReader<A> {
  readonly #sources: readonly (string | ByteSource)[];
  readonly #options: ReadOptions;
  readonly #input: Resolved<InputOptions>;
  readonly #mode: ReadMode;
  readonly #build: (article: Article, label: Label) => A;
  readonly #rows: RowReader;
  readonly #tallies: RowTally[] = [];

  constructor(
    sources: ArticleSources,
    options: ReadOptions,
    mode: ReadMode,
    build: (article: Article, label: Label) => A,
  ) {
    this.#sources = listSources(sources);
    this.#input = resolveInput(options);
    this.#options = options;
    this.#mode = mode;
    if (this.#input.inputFormat === "lines" && !mode.sniffs) {
      throw new OptionError("inputFormat", "a format with columns", "lines");
    }
    this.#build = build;
    this.#rows = new RowReader(options, this.#input, mode.requireLabel);
  }

  summary(): ReadSummary {
    return addUp(this.#tallies.map((tally) => tally.summary()));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ArticleRecord<A>, void> {
    for (const source of this.#sources) yield* this.#readSource(source);
  }

  async *#readSource(given: string | ByteSource): AsyncGenerator<ArticleRecord<A>, void> {
    const source = typeof given === "string" ? openFile(given) : given;
    let format = this.#formatOf(source.name);
    if (format === "parquet" || format === "xlsx") {
      yield* this.#readBinary(given, source.name, format);
      return;
    }
    let tally: RowTally | null = null;
    let sha256: string | null = null;
    const noteHash = (digest: string): void => {
      if (tally === null) sha256 = digest;
      else tally.sha256 = digest;
    };
    const bytes = this.#options.hashesFiles === true ? hashSource(source, noteHash) : source;
    const choices: InputChoice[] = [];
    const onChoice = (choice: InputChoice): void => {
      if (tally === null) choices.push(choice);
      else this.#note(tally, choice);
    };
    let text: AsyncGenerator<string, void> = decodeText(unpack(bytes), {
      encoding: this.#input.encoding,
      onEncoding: (encoding) => onChoice({ source: source.name, kind: "encoding", encoding }),
    });
    if (format === null) {
      const peeked = await peekLine(text);
      ({ text } = peeked);
      format = sniffFormat(peeked.line);
    }
    tally = new RowTally(source.name, format, this.#options.maxListedLines ?? DEFAULT_MAX_LISTED_LINES);
    tally.sha256 = sha256;
    this.#tallies.push(tally);
    for (const choice of choices) this.#note(tally, choice);
    if (format === "lines") {
      yield* this.#readLines(text, source.name, tally);
      return;
    }
    const { maxRowSize, delimiter } = this.#input;
    const options = {
      source: source.name,
      maxRowBytes: maxRowSize,
      recovers: recoversFrom(this.#input),
    };
    const events =
      format === "ndjson"
        ? readNdjsonTable(text, options)
        : readCsvTable(text, options, format === "tsv" && delimiter === "auto" ? "tab" : delimiter, (found) =>
            onChoice({ source: source.name, kind: "delimiter", delimiter: found }),
          );
    yield* this.#readEvents(events, source.name, tally);
    if (this.#mode.requireLabel) rejectUnusable(tally.summary());
  }

  /** Formats that are read from a path, with places in the file or as a whole. */
  async *#readBinary(
    given: string | ByteSource,
    source: string,
    format: "parquet" | "xlsx",
  ): AsyncGenerator<ArticleRecord<A>, void> {
    if (typeof given !== "string") {
      throw new DatasetError("DATASET_FORMAT", { source }, `cannot be read as ${format}; give the path of a file`);
    }
    const tally = new RowTally(source, format, this.#options.maxListedLines ?? DEFAULT_MAX_LISTED_LINES);
    this.#tallies.push(tally);
    // Most runs read texts only.
    const events =
      format === "parquet"
        ? (await import("./parquet-table.js")).readParquetTable(given, {
            maxRowBytes: this.#input.maxRowSize,
            recovers: recoversFrom(this.#input),
          })
        : (await import("./xlsx-table.js")).readXlsxTable(given);
    yield* this.#readEvents(events, source, tally);
    // Its parts are read in an order of their own.
    if (this.#options.hashesFiles === true) tally.sha256 = await hashFile(openFile(source));
    if (this.#mode.requireLabel) rejectUnusable(tally.summary());
  }

  /** The format that is given, or that the name or a named column says; null when the text has to be looked at. */
  #formatOf(name: string): InputFormat | null {
    const { inputFormat } = this.#input;
    if (inputFormat !== "auto") return inputFormat;
    const named = formatOfName(name);
    if (named !== null) return named;
    const { textColumn, titleColumn } = this.#options;
    const isTable = textColumn !== undefined || titleColumn !== undefined || this.#input.preset !== "none";
    return isTable || !this.#mode.sniffs ? "csv" : null;
  }

  #note(tally: RowTally, choice: InputChoice): void {
    if (choice.kind === "encoding") tally.encoding = choice.encoding;
    else tally.delimiter = choice.delimiter;
    this.#options.onChoice?.(choice);
  }

  async *#readLines(
    text: AsyncIterable<string>,
    source: string,
    tally: RowTally,
  ): AsyncGenerator<ArticleRecord<A>, void> {
    const details = { id: null, date: null, publisher: null };
    const { maxRowSize } = this.#input;
    const recovers = recoversFrom(this.#input);
    for await (const { text: title, line, isTooLong } of scanLines(text, maxRowSize, recovers)) {
      if (!isTooLong) {
        tally.nUsable++;
        yield { article: this.#build({ title, body: "" }, ""), source, line, details };
      } else if (recovers) {
        this.#reject(tally, { source, line, reason: "too-long", raw: title });
      } else {
        throw lineTooLong(source, line, maxRowSize);
      }
    }
  }

  async *#readEvents(
    events: AsyncIterable<TableEvent>,
    source: string,
    tally: RowTally,
  ): AsyncGenerator<ArticleRecord<A>, void> {
    let layout: Layout | null = null;
    let isFirstHeader = true;
    for await (const event of events) {
      switch (event.kind) {
        case "blank":
          tally.nBlankLines++;
          break;
        case "header":
          layout = this.#findColumns(event.names, source, event.line, isFirstHeader);
          if (layout !== null) event.select?.(positionsOf(layout));
          isFirstHeader = false;
          break;
        case "fault":
          this.#reject(tally, { source, line: event.line, reason: event.reason, raw: event.raw });
          break;
        case "row": {
          const { values, line, raw } = event;
          const result = layout === null ? ({ reason: "missing-column" } as const) : this.#rows.read(values, layout);
          if ("reason" in result) {
            this.#reject(tally, { source, line, reason: result.reason, raw: raw() });
          } else {
            tally.nUsable++;
            yield this.#toRecord(result, values, layout as Layout, source, line);
          }
        }
      }
    }
  }

  #toRecord(
    { article, label }: { readonly article: Article; readonly label: Label },
    values: readonly (string | null)[],
    { details, extra }: Layout,
    source: string,
    line: number,
  ): ArticleRecord<A> {
    const record = { article: this.#build(article, label), source, line, details: detailsOf(values, details) };
    return extra.length === 0 ? record : { ...record, extra: extra.map((column) => values[column] ?? "") };
  }

  /** Null where the rows below a further header are of no use; the first one must do. */
  #findColumns(names: readonly string[], source: string, line: number, isFirst: boolean): Layout | null {
    try {
      return this.#rows.findColumns(names, source, line);
    } catch (error) {
      if (isFirst || !(error instanceof DatasetError)) throw error;
      return null;
    }
  }

  #reject(tally: RowTally, row: RejectedRow): void {
    const { source, line, reason } = row;
    if (this.#input.onBadRow === "fail" && reason !== "excluded") {
      throw new DatasetError(
        "DATASET_ROW",
        { source, line },
        `${REASON_TEXTS[reason]}; mend it, or leave such rows out with --on-bad-row skip (onBadRow)`,
      );
    }
    tally.reject(reason, line);
    this.#options.onReject?.(row);
  }
}

/** The columns that a layout reads, each once. */
function positionsOf({ columns, details, extra }: Layout): readonly number[] {
  const positions = [...Object.values(columns), ...Object.values(details), ...extra] as (number | null)[];
  return [...new Set(positions.filter((position) => position !== null))];
}

function detailsOf(values: readonly (string | null)[], { id, date, publisher }: DetailColumns): ArticleDetails {
  const at = (position: number | null) => (position === null ? null : (values[position] ?? null));
  return { id: at(id), date: at(date), publisher: at(publisher) };
}

function rejectUnusable({ source, nRows, nUsable, rejected }: SourceSummary): void {
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
