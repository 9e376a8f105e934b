import type { Command } from "commander";
import { resolveTrainingSettings, type TrainingSettings } from "../options/train-options.js";
import { checkUnlabeledUse } from "../options/unlabeled-use.js";
import type { Article } from "../text/article.js";
import { type InputFlags, streamDocuments } from "./input-flags.js";
import type { Interrupt } from "./interrupt.js";
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
 * The texts as an option of `train`, none without the flag: texts of any kind one by one, as they are asked for, those that
 * cannot be used left out. The interrupt is listened for when all have been read; without the flag that is left to the caller.
 */
export async function openUnlabeledTexts(
  flags: UnlabeledFlag & InputFlags,
  streams: CommandStreams,
  interrupt: Interrupt,
): Promise<{ readonly unlabeled?: AsyncIterable<Article> }> {
  // The file for rejected rows is that of the articles with labels.
  const { unlabeled: paths, rejects: _, onBadRow, ...inputFlags } = flags;
  if (paths === undefined) return {};
  const badRows = onBadRow === undefined || onBadRow === "collect" ? {} : { onBadRow };
  return { unlabeled: await streamDocuments(paths, { ...inputFlags, ...badRows }, streams, () => interrupt.listen()) };
}
