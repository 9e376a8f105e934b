import { type Command, Option } from "commander";
import { DatasetError } from "../errors.js";
import type { ExtraColumn } from "../io/columns.js";
import type { LabeledArticle } from "../text/article.js";
import { type InputFlags, loadLabeled } from "./input-flags.js";
import type { CommandStreams } from "./streams.js";

/** What folds are drawn by. */
export interface FoldFlags extends InputFlags {
  readonly groupColumn?: string;
  readonly dateColumn?: string;
  readonly groupNearDuplicates?: boolean;
}

/** Adds `--group-column`, `--group-near-duplicates` and `--date-column`. */
export function addFoldFlags(command: Command): void {
  command
    .addOption(
      new Option(
        "--group-column <name>",
        "column of groups, such as a story's number: articles of one group stay on one side",
      ).conflicts(["dateColumn", "groupNearDuplicates"]),
    )
    .addOption(
      new Option("--group-near-duplicates", "articles that are nearly the same stay on one side").conflicts(
        "dateColumn",
      ),
    )
    .option("--date-column <name>", "column of dates: learn from the past, try on what came next");
}

/** The articles of a file with what the folds are drawn by. */
export interface FoldableArticles {
  readonly articles: readonly LabeledArticle[];
  /** 1-based, of each article. */
  readonly lines: readonly number[];
  /** Name of each one's file. */
  readonly sources: readonly string[];
  readonly groups?: readonly (string | number)[];
  readonly dates?: readonly string[];
}

function countMembers(groups: readonly (readonly number[])[]): number {
  return groups.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Reads all articles, and the groups or dates that the flags name.
 * @throws {DatasetError} code DATASET_DATE when a field is no date
 */
export async function loadFoldable(
  paths: readonly string[],
  flags: FoldFlags,
  streams: CommandStreams,
): Promise<FoldableArticles> {
  const { parseDay } = await import("../text/parse-day.js");
  const { groupColumn, dateColumn } = flags;
  const extraColumns: ExtraColumn[] = [];
  if (groupColumn !== undefined) extraColumns.push({ name: groupColumn, flag: "--group-column" });
  if (dateColumn !== undefined) extraColumns.push({ name: dateColumn, flag: "--date-column" });
  const { articles, lines, sources, extra } = await loadLabeled(paths, flags, streams, { extraColumns });
  const fields = extra.map(([field = ""], index) => {
    const day = dateColumn === undefined ? field : parseDay(field);
    if (day === null) {
      const problem = `a date must begin with year, month and day, such as 2026-11-23; got ${JSON.stringify(field)}`;
      const at = { source: sources[index] as string, line: lines[index] as number };
      throw new DatasetError("DATASET_DATE", at, problem);
    }
    return day;
  });
  if (flags.groupNearDuplicates) {
    const [{ findNearDuplicates }, { toDocument }] = await Promise.all([
      import("../near-duplicates.js"),
      import("../text/article.js"),
    ]);
    const { groupOf, groups } = findNearDuplicates(articles.map(toDocument));
    streams.messages.write(
      `${paths.join(", ")}: near-duplicates: ${groups.length} groups of ${countMembers(groups)} articles\n`,
    );
    return { articles, lines, sources, groups: Array.from(groupOf) };
  }
  if (groupColumn !== undefined) return { articles, lines, sources, groups: fields };
  return dateColumn === undefined ? { articles, lines, sources } : { articles, lines, sources, dates: fields };
}
