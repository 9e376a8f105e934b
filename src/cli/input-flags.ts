import type { Command } from "commander";
import type { Spool } from "../features/spool.js";
import type { Uint32List } from "../features/uint32-list.js";
import type { ArticleReader, ArticleRecord, ReadOptions, RejectedRow } from "../io/article-reader.js";
import type { ByteSource } from "../io/files.js";
import type { RejectsFile } from "../io/rejects-file.js";
import type { ReadSummary } from "../io/row-tally.js";
import { INPUT_SPEC, type InputOptions } from "../options/input-options.js";
import type { Article, Label, LabeledArticle } from "../text/article.js";
import type { LabelSpellings, MergedLabel } from "../text/label-spelling.js";
import type { StoredArticles } from "../training/stored-articles.js";
import { addColumnFlags, type ColumnFlags, columnOptions } from "./column-flags.js";
import { STANDARD_INPUT } from "./input-choice.js";
import { describeChoice, describeMergedLabels, describeRejectedRows } from "./input-messages.js";
import { addSpecFlags, pickSpecValues } from "./option-flags.js";
import type { CommandStreams } from "./streams.js";

export interface InputFlags extends ColumnFlags, InputOptions {
  readonly rejects?: string;
  readonly labelMap?: string;
  readonly labelNormalization?: boolean;
}

/** Adds the flags that say how files with articles are read, those of the columns included. */
export function addInputFlags(command: Command, { withLabel }: { readonly withLabel: boolean }): void {
  command.optionsGroup("Input:");
  addColumnFlags(command, { withLabel });
  const { labelLevel, ...spec } = INPUT_SPEC;
  addSpecFlags<Omit<InputOptions, "labelLevel">>(command, spec);
  command.option("--rejects <file>", "write rows that are left out to this file, with --on-bad-row collect");
  if (withLabel) {
    addSpecFlags<Pick<InputOptions, "labelLevel">>(command, { labelLevel });
    command
      .option("--label-map <file>", "names of labels such as 0, 1, 2: CSV of value,name or JSON")
      .option("--no-label-normalization", "do not: take labels for one that differ in spaces and punctuation only");
  }
  // Flags that follow belong to the command again.
  command.optionsGroup("Options:");
}

/** Ends with a usage error where a flag that needs another stands alone. */
export function checkInputFlags(command: Command, { onBadRow, rejects }: InputFlags): void {
  if ((onBadRow === "collect") !== (rejects !== undefined)) {
    command.error("error: --on-bad-row collect and --rejects go together: the file takes the rows");
  }
}

/** The files of the command line: patterns replaced by what they match, - by standard input. */
async function openSources(
  paths: readonly string[],
  { stdin }: Pick<CommandStreams, "stdin">,
): Promise<readonly (string | ByteSource)[]> {
  const [{ fromStream }, { expandPaths }] = await Promise.all([
    import("../io/files.js"),
    import("../io/expand-paths.js"),
  ]);
  const sources: (string | ByteSource)[] = [];
  for (const path of paths) {
    if (path === STANDARD_INPUT) sources.push(fromStream("standard input", stdin));
    else sources.push(...(await expandPaths([path])));
  }
  return sources;
}

/** Makes readers of one kind. */
type MakeReader<A extends Article> = (
  sources: readonly (string | ByteSource)[],
  options: ReadOptions,
) => ArticleReader<A>;

/** What a command asks for beside its flags. */
interface MoreOptions extends Pick<ReadOptions, "extraColumns" | "hashesFiles"> {
  /** Called for each row that is left out, before the next article. */
  readonly onReject?: (row: RejectedRow) => void;
}

/** A place that cannot be written to is better known before the work than after it. */
async function openRejects(file: string): Promise<RejectsFile> {
  const [{ checkWritable }, { RejectsFile }] = await Promise.all([
    import("../io/files.js"),
    import("../io/rejects-file.js"),
  ]);
  await checkWritable(file);
  return new RejectsFile(file);
}

/** A reader of the command line's files, to be closed when all has been read, or discarded when it cannot be. */
interface OpenReader<A extends Article> {
  readonly reader: ArticleReader<A>;
  /** Tells what was left out; rows to be collected go to their file, which appears now. */
  close(): void;
  discard(): void;
}

/** Opens the files of the command line as its flags say. What is found out about them goes to stderr. */
async function openReader<A extends Article>(
  makeReader: MakeReader<A>,
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  { onReject, ...more }: MoreOptions,
): Promise<OpenReader<A>> {
  const sources = await openSources(paths, streams);
  const labelMap =
    flags.labelMap === undefined ? null : await (await import("../io/read-label-map.js")).readLabelMap(flags.labelMap);
  const rejects = flags.rejects === undefined ? null : await openRejects(flags.rejects);
  const discard = (): void => rejects?.discard();
  try {
    const reader = makeReader(sources, {
      ...columnOptions(flags),
      ...pickSpecValues<InputOptions>(INPUT_SPEC, { ...flags }),
      ...(labelMap === null ? {} : { labelMap }),
      ...more,
      onReject: (row) => {
        rejects?.add(row);
        onReject?.(row);
      },
      onChoice: (choice) => streams.messages.write(describeChoice(choice)),
    });
    const close = (): void => {
      streams.messages.write(describeRejectedRows(reader.summary()));
      rejects?.close();
    };
    return { reader, close, discard };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Reads the files of the command line from beginning to end. */
async function readWith<A extends Article, T>(
  makeReader: MakeReader<A>,
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  use: (reader: ArticleReader<A>) => Promise<T>,
  more: MoreOptions,
): Promise<T> {
  const { reader, close, discard } = await openReader(makeReader, paths, flags, streams, more);
  try {
    const result = await use(reader);
    close();
    return result;
  } catch (error) {
    discard();
    throw error;
  }
}

/** Reads articles with labels one by one. */
export async function readLabeled<T>(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  use: (reader: ArticleReader<LabeledArticle>) => Promise<T>,
  more: MoreOptions = {},
): Promise<T> {
  const { readArticles } = await import("../io/read-articles.js");
  return readWith(readArticles, paths, flags, streams, use, more);
}

/** Reads articles without labels one by one. */
export async function readUnlabeled<T>(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  use: (reader: ArticleReader<Article>) => Promise<T>,
): Promise<T> {
  const { readUnlabeledArticles } = await import("../io/read-articles.js");
  return readWith(readUnlabeledArticles, paths, flags, streams, use, {});
}

/**
 * Reads articles or lines of plain text one by one, in the order of the input: null stands for each row that cannot be
 * used, so that the output can keep a place for it.
 */
export async function readAnyDocuments<T>(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  use: (records: AsyncIterable<ArticleRecord<Article> | null>) => Promise<T>,
): Promise<T> {
  const { readDocuments } = await import("../io/read-documents.js");
  let nSkipped = 0;
  async function* withSkipped(reader: ArticleReader<Article>): AsyncGenerator<ArticleRecord<Article> | null, void> {
    for await (const record of reader) {
      for (; nSkipped > 0; nSkipped--) yield null;
      yield record;
    }
    for (; nSkipped > 0; nSkipped--) yield null;
  }
  return readWith(readDocuments, paths, flags, streams, (reader) => use(withSkipped(reader)), {
    onReject: () => nSkipped++,
  });
}

/** Yields records as they are asked for, then tells what was left out, and calls `onEnd`. */
async function* streamRecords<A extends Article>(
  { reader, close, discard }: OpenReader<A>,
  onEnd: (rows: ReadSummary) => void,
): AsyncGenerator<ArticleRecord<A>, void> {
  let isRead = false;
  try {
    yield* reader;
    close();
    onEnd(reader.summary());
    isRead = true;
  } finally {
    // Also when nobody wants the rest.
    if (!isRead) discard();
  }
}

/**
 * Reads articles or lines of plain text one by one, as they are asked for, rows that cannot be used left out.
 * @param onEnd called when all have been read
 */
export async function streamDocuments(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  onEnd: () => void,
): Promise<AsyncIterable<Article>> {
  const { readDocuments } = await import("../io/read-documents.js");
  const opened = await openReader(readDocuments, paths, flags, streams, {});
  async function* read(): AsyncGenerator<Article, void> {
    for await (const { article } of streamRecords(opened, onEnd)) yield article;
  }
  return read();
}

/** Articles in memory with where they came from. */
export interface LoadedArticles {
  readonly articles: readonly LabeledArticle[];
  /** `[nArticles]` 1-based line of each in its file. */
  readonly lines: readonly number[];
  /** `[nArticles]` name of each one's file. */
  readonly sources: readonly string[];
  readonly rows: ReadSummary;
  /** Spellings of labels that were replaced. */
  readonly mergedLabels: readonly MergedLabel[];
  /** `[nArticles]` fields of the extra columns; empty lists where none were asked for. */
  readonly extra: readonly (readonly string[])[];
}

/**
 * Reads all articles with labels, each label in one spelling unless the flags forbid it.
 * @param more `extraColumns` are read beside the article
 */
export async function loadLabeled(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  more: MoreOptions = {},
): Promise<LoadedArticles> {
  const { unifyLabels } = await import("../text/label-spelling.js");
  const loaded = await readLabeled(
    paths,
    flags,
    streams,
    async (reader) => {
      const articles: LabeledArticle[] = [];
      const lines: number[] = [];
      const sources: string[] = [];
      const extra: (readonly string[])[] = [];
      for await (const { article, source, line, extra: fields = [] } of reader) {
        articles.push(article);
        lines.push(line);
        sources.push(source);
        extra.push(fields);
      }
      return { articles, lines, sources, extra, rows: reader.summary() };
    },
    more,
  );
  if (flags.labelNormalization === false) return { ...loaded, mergedLabels: [] };
  const { articles, merged } = unifyLabels(loaded.articles);
  streams.messages.write(describeMergedLabels(merged));
  return { ...loaded, articles, mergedLabels: merged };
}

/** What is known of articles that have been read, beside themselves. */
export interface ArticleFacts extends Pick<LoadedArticles, "rows" | "mergedLabels"> {
  readonly nArticles: number;
  /** Name of an article's file. */
  readonly sourceOf: (index: number) => string;
  /** 1-based line of an article in its file. */
  readonly lineOf: (index: number) => number;
  /** The one spelling of a label as it stands in the file. */
  readonly labelOf: (label: Label) => Label;
}

/** Gathers the facts of articles as they are read. */
class FactKeeper {
  readonly #flags: InputFlags;
  readonly #messages: CommandStreams["messages"];
  readonly #lines: Uint32List;
  /** Each file that has articles, and the place of its first one; ascending. */
  readonly #files: { readonly source: string; readonly start: number }[] = [];
  readonly #spellings: LabelSpellings;

  private constructor(
    flags: InputFlags,
    messages: CommandStreams["messages"],
    lines: Uint32List,
    spellings: LabelSpellings,
  ) {
    this.#flags = flags;
    this.#messages = messages;
    this.#lines = lines;
    this.#spellings = spellings;
  }

  static async create(flags: InputFlags, messages: CommandStreams["messages"]): Promise<FactKeeper> {
    const [{ LabelSpellings }, { Uint32List }] = await Promise.all([
      import("../text/label-spelling.js"),
      import("../features/uint32-list.js"),
    ]);
    return new FactKeeper(flags, messages, new Uint32List(), new LabelSpellings());
  }

  add({ article, source, line }: ArticleRecord<LabeledArticle>): void {
    if (this.#files.at(-1)?.source !== source) this.#files.push({ source, start: this.#lines.count });
    this.#lines.push(line);
    this.#spellings.add(article.label);
  }

  /** Tells of labels in several spellings, and returns the facts. */
  finish(rows: ReadSummary): ArticleFacts {
    const lines = this.#lines;
    const facts = {
      rows,
      nArticles: lines.count,
      sourceOf: (index: number) => this.#files.findLast(({ start }) => start <= index)?.source as string,
      lineOf: (index: number) => lines.at(index),
    };
    if (this.#flags.labelNormalization === false) return { ...facts, mergedLabels: [], labelOf: (label) => label };
    const choice = this.#spellings.choose();
    this.#messages.write(describeMergedLabels(choice.merged));
    return { ...facts, mergedLabels: choice.merged, labelOf: (label) => choice.labelOf(label) };
  }
}

/** Reads articles with labels one by one, as they are asked for; their facts are there when all have been read. */
export async function streamLabeled(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  more: MoreOptions = {},
): Promise<{ readonly articles: AsyncIterable<LabeledArticle>; readonly facts: () => ArticleFacts }> {
  const { readArticles } = await import("../io/read-articles.js");
  const keeper = await FactKeeper.create(flags, streams.messages);
  let known: ArticleFacts | null = null;
  async function* read(): AsyncGenerator<LabeledArticle, void> {
    const opened = await openReader(readArticles, paths, flags, streams, more);
    const finish = (rows: ReadSummary): void => {
      known = keeper.finish(rows);
    };
    for await (const record of streamRecords(opened, finish)) {
      keeper.add(record);
      yield record.article;
    }
  }
  const facts = (): ArticleFacts => {
    if (known === null) throw new Error("Bug: the facts of articles that have not been read");
    return known;
  };
  return { articles: read(), facts };
}

/** Reads articles with labels into a spool: memory has their labels and lines. */
export async function spoolLabeled(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  spool: Spool,
  more: MoreOptions = {},
): Promise<ArticleFacts & { readonly articles: StoredArticles }> {
  const { StoredArticles } = await import("../training/stored-articles.js");
  const keeper = await FactKeeper.create(flags, streams.messages);
  const articles = new StoredArticles(spool);
  const rows = await readLabeled(
    paths,
    flags,
    streams,
    async (reader) => {
      for await (const record of reader) {
        articles.add(record.article);
        keeper.add(record);
      }
      return reader.summary();
    },
    more,
  );
  const facts = keeper.finish(rows);
  articles.renameLabels(facts.labelOf);
  return { articles, ...facts };
}
