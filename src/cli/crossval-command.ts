import type { Command } from "commander";
import type { CrossValidationResult } from "../cross-validation.js";
import { FOLD_SPEC, type FoldOptions } from "../options/fold-options.js";
import { addFoldFlags, type FoldableArticles, type FoldFlags, loadFoldable } from "./fold-flags.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags } from "./input-flags.js";
import { Interrupt } from "./interrupt.js";
import { addSpecFlags, pickSpecValues } from "./option-flags.js";
import { ProgressDisplay } from "./progress.js";
import type { CommandStreams } from "./streams.js";
import { trainingState } from "./train-command.js";
import { addTrainingFlags, type ConfigFlag, loadTrainingSettings } from "./training-flags.js";
import { addUnlabeledFlag, checkUnlabeledFlag, openUnlabeledTexts, type UnlabeledFlag } from "./unlabeled-flag.js";
import { addUserDictionaryFlag, loadTokenizer, type UserDictionaryFlags } from "./user-dictionary-flag.js";

interface CrossvalFlags extends FoldFlags, UserDictionaryFlags, ConfigFlag, UnlabeledFlag {
  readonly predictions?: string;
  readonly format: OutputFormat;
}

/** The out-of-fold predictions as CSV: a row for each article, its file and line, fold, labels, and the scores of all labels. */
function formatPredictions(
  { predictions, report }: Pick<CrossValidationResult, "predictions" | "report">,
  { sources, lines }: Pick<FoldableArticles, "sources" | "lines">,
  formatCsvRow: (fields: readonly (string | number)[]) => string,
): string {
  const labels = report.labels.map(({ label }) => label);
  const scoresOf = labels.map((label) => `score ${label}`);
  let text = formatCsvRow(["source", "line", "fold", "label", "predicted", "score", ...scoresOf]);
  for (const { index, fold, trueLabel, predictions: ranked } of predictions) {
    const [best] = ranked;
    const scores = new Map(ranked.map(({ label, score }) => [label, score]));
    text += formatCsvRow([
      sources[index] as string,
      lines[index] as number,
      fold + 1,
      trueLabel,
      best.label,
      best.score,
      // A fold without articles of a label cannot give it.
      ...labels.map((label) => scores.get(label) ?? ""),
    ]);
  }
  return text;
}

async function formatResult(result: CrossValidationResult): Promise<string> {
  const [{ formatReport }, { renderTextTable }] = await Promise.all([
    import("../evaluation/index.js"),
    import("../evaluation/text-table.js"),
  ]);
  const { folds, accuracy, macroF1, report } = result;
  const show = (value: number | null): string => (value === null ? "-" : value.toFixed(3));
  const table = renderTextTable([
    ["Fold", "Trained on", "Tried on", "Accuracy", "Macro-F1"],
    ...folds.map((fold) => [
      String(fold.fold + 1),
      String(fold.nTrain),
      String(fold.nTest),
      show(fold.accuracy),
      show(fold.macroF1),
    ]),
    ["Mean", "", "", show(accuracy.mean), show(macroF1.mean)],
    ["Standard deviation", "", "", show(accuracy.standardDeviation), show(macroF1.standardDeviation)],
  ]);
  return `${table}\nAll folds together\n${formatReport(report)}`;
}

async function runCrossval(
  paths: readonly string[],
  flags: CrossvalFlags & Readonly<Record<string, unknown>>,
  streams: CommandStreams,
): Promise<void> {
  const { output, messages } = streams;
  const [{ crossValidate }, { checkWritable, writeFileAtomically }, { formatCsvRow }] = await Promise.all([
    import("../cross-validation.js"),
    import("../io/files.js"),
    import("../io/format-csv.js"),
  ]);
  const display = new ProgressDisplay(messages);
  const settings = await loadTrainingSettings(flags);
  checkUnlabeledFlag(flags, settings);
  const tokenizer = await loadTokenizer(flags);
  const { articles, lines, sources, ...kinds } = await loadFoldable(paths, flags, streams);
  if (flags.predictions !== undefined) await checkWritable(flags.predictions);
  const interrupt = new Interrupt(streams);
  const unlabeled = await openUnlabeledTexts(flags, streams, interrupt);
  if (flags.unlabeled === undefined) interrupt.listen();
  const result = await crossValidate(articles, {
    ...pickSpecValues<FoldOptions>(FOLD_SPEC, flags),
    ...kinds,
    training: { ...settings, ...unlabeled, tokenizer },
    source: paths.join(", "),
    onProgress: ({ fold, nFolds, training }) => {
      const state = trainingState(training);
      display.show({ ...state, stage: `${fold + 1}/${nFolds} ${state.stage}` });
    },
    onFold: ({ fold, macroF1 }) => display.log(`fold ${fold + 1}: macro-F1 ${macroF1.toFixed(4)}`),
    signal: interrupt.signal,
  });
  display.clear();
  if (flags.predictions !== undefined) {
    await writeFileAtomically(flags.predictions, formatPredictions(result, { sources, lines }, formatCsvRow));
    display.log(`predictions: ${flags.predictions}`);
  }
  const { predictions: _, ...scores } = result;
  await output.write(flags.format === "json" ? `${JSON.stringify(scores, null, 2)}\n` : await formatResult(result));
}

/** Adds `newsclf crossval <files...>`. */
export function addCrossvalCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("crossval")
    .description("measure training options by cross-validation: every article is tried by a model that did not see it")
    .argument("<files...>", "tables of articles with labels, as for train")
    .addOption(formatOption())
    .option("--predictions <file>", "write what was predicted for each article, out of its fold, as CSV");
  addUnlabeledFlag(command);
  addSpecFlags<FoldOptions>(command, FOLD_SPEC);
  addFoldFlags(command);
  addInputFlags(command, { withLabel: true });
  addUserDictionaryFlag(command);
  addTrainingFlags(command);
  command.action((paths: readonly string[], flags: CrossvalFlags & Readonly<Record<string, unknown>>) => {
    checkInputFlags(command, flags);
    return runCrossval(paths, flags, streams);
  });
}
