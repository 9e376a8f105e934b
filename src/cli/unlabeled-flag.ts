import type { Command } from "commander";
import { resolveTrainingSettings, type TrainingSettings } from "../options/train-options.js";
import { checkUnlabeledUse } from "../options/unlabeled-use.js";
import type { Article } from "../text/article.js";
import { type InputFlags, streamDocuments } from "./input-flags.js";
import type { CommandStreams } from "./streams.js";

/** The flag of commands that learn from texts without labels, too. */
export interface UnlabeledFlag {
  /** Files or patterns. */
  readonly unlabeled?: readonly string[];
}

/** Adds `--unlabeled`. */
export function addUnlabeledFlag(command: Command): void {
  command.option(
    "--unlabeled <file>",
    "articles or lines of text without labels to learn from, too, best those that are to be classified or of their date; may be given several times",
    (file: string, before: readonly string[] = []) => [...before, file],
  );
}

/**
 * Checks the flag as the other options are, before all else.
 * @throws {OptionError} when an option is out of range, or nothing would learn from the texts
 */
export function checkUnlabeledFlag({ unlabeled }: UnlabeledFlag, settings: TrainingSettings): void {
  if (unlabeled !== undefined) checkUnlabeledUse(resolveTrainingSettings(settings));
}

/**
 * Reads texts of any kind one by one, as they are asked for, those that cannot be used left out.
 * @param onEnd called when all have been read
 */
export function streamUnlabeledTexts(
  paths: readonly string[],
  flags: InputFlags,
  streams: CommandStreams,
  onEnd: () => void,
): Promise<AsyncIterable<Article>> {
  // The file for rejected rows is that of the articles with labels.
  const { rejects: _, onBadRow, ...inputFlags } = flags;
  const badRows = onBadRow === undefined || onBadRow === "collect" ? {} : { onBadRow };
  return streamDocuments(paths, { ...inputFlags, ...badRows }, streams, onEnd);
}
