import type { Command } from "commander";
import type { Spool } from "../features/spool.js";
import type { ArticleReader, ArticleRecord, ReadOptions, RejectedRow } from "../io/article-reader.js";
import type { ByteSource } from "../io/files.js";
import type { RejectsFile } from "../io/rejects-file.js";
import type { ReadSummary } from "../io/row-tally.js";
import { INPUT_SPEC, type InputOptions } from "../options/input-options.js";
import type { Article, LabeledArticle } from "../text/article.js";
import type { MergedLabel } from "../text/label-spelling.js";
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

/**
 * Reads the files of the command line as its flags say. What was found out about them, and what was left out, goes to stderr;
 * rows to be collected go to their file, which appears when all has been read.
 */
async function readWith<A extends Article, T>(
  makeReader: MakeReader<A>,
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  use: (reader: ArticleReader<A>) => Promise<T>,
  { onReject, ...more }: MoreOptions,
): Promise<T> {
  const sources = await openSources(paths, streams);
  const labelMap =
    flags.labelMap === undefined ? null : await (await import("../io/read-label-map.js")).readLabelMap(flags.labelMap);
  const rejects = flags.rejects === undefined ? null : await openRejects(flags.rejects);
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
    const result = await use(reader);
    streams.messages.write(describeRejectedRows(reader.summary()));
    rejects?.close();
    return result;
  } catch (error) {
    rejects?.discard();
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

/** Articles in a file with where they came from. */
export interface SpooledArticles extends Pick<LoadedArticles, "rows" | "mergedLabels"> {
  readonly articles: StoredArticles;
  /** 1-based line of an article in its file. */
  readonly lineOf: (index: number) => number;
}

/** Reads articles as {@link loadLabeled} does, but into a spool: memory has their labels and lines. */
export async function spoolLabeled(
  paths: readonly string[],
  flags: InputFlags,
  streams: Pick<CommandStreams, "stdin" | "messages">,
  spool: Spool,
  more: MoreOptions = {},
): Promise<SpooledArticles> {
  const [{ LabelSpellings }, { StoredArticles }, { Uint32List }] = await Promise.all([
    import("../text/label-spelling.js"),
    import("../training/stored-articles.js"),
    import("../features/uint32-list.js"),
  ]);
  const articles = new StoredArticles(spool);
  const lines = new Uint32List();
  const spellings = new LabelSpellings();
  const rows = await readLabeled(
    paths,
    flags,
    streams,
    async (reader) => {
      for await (const { article, line } of reader) {
        articles.add(article);
        lines.push(line);
        spellings.add(article.label);
      }
      return reader.summary();
    },
    more,
  );
  const read = { articles, lineOf: (index: number) => lines.at(index), rows };
  if (flags.labelNormalization === false) return { ...read, mergedLabels: [] };
  const choice = spellings.choose();
  articles.renameLabels((label) => choice.labelOf(label));
  streams.messages.write(describeMergedLabels(choice.merged));
  return { ...read, mergedLabels: choice.merged };
}
