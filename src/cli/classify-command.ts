import type { Command } from "commander";
import type { Predictions } from "../classifier.js";
import {
  addClassPriorFlags,
  type ClassPriorFlags,
  describeEstimate,
  isAbstention,
  loadPriorAdapter,
} from "./class-prior-flag.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import { addInputFlags, checkInputFlags, type InputFlags, readAnyDocuments } from "./input-flags.js";
import { loadClassifier, modelOption } from "./model-option.js";
import { parseCount } from "./parse-count.js";
import type { CommandStreams } from "./streams.js";
import { addWorkersFlag, type WorkersFlag } from "./workers-flag.js";

interface ClassifyFlags extends InputFlags, ClassPriorFlags, WorkersFlag {
  readonly model?: string;
  readonly text?: string;
  readonly topK: number;
  readonly format: OutputFormat;
}

const SCORE_DIGITS = 4;

/** One line for one document; null stands for a row that could not be used. */
function renderPredictions(predictions: Predictions | null, flags: ClassifyFlags): string {
  const { format, topK } = flags;
  const isLabelled = predictions !== null && !isAbstention(predictions, flags);
  if (format === "json") {
    const best = predictions?.[0];
    const label = isLabelled ? best?.label : null;
    return `${JSON.stringify({ label, score: best?.score ?? null, predictions: predictions?.slice(0, topK) ?? [] })}\n`;
  }
  if (predictions === null) return "-\n";
  if (!isLabelled) return `-\t${predictions[0].score.toFixed(SCORE_DIGITS)}\n`;
  const shown = predictions.slice(0, topK);
  return `${shown.map(({ label, score }) => `${label}\t${score.toFixed(SCORE_DIGITS)}`).join("\t")}\n`;
}

async function runClassify(
  paths: readonly string[],
  flags: ClassifyFlags,
  command: Command,
  streams: CommandStreams,
): Promise<void> {
  rejectTextWithFile(command, flags.text);
  checkInputFlags(command, flags);
  const { output } = streams;
  const classifier = await loadClassifier(flags.model);
  const adapter = await loadPriorAdapter(classifier, flags);
  const topK = adapter === null ? flags.topK : classifier.labels.length;
  // Documents in order, null for one that could not be used; where all scores are needed, they wait here.
  const waiting: (Predictions | null)[] = [];
  const write = async (predictions: Predictions | null): Promise<void> => {
    if (adapter?.needsAll) waiting.push(predictions);
    else {
      const [adapted] = adapter === null || predictions === null ? [predictions] : adapter.adapt([predictions]);
      await output.write(renderPredictions(adapted as Predictions | null, flags));
    }
  };
  const writeWaiting = async (): Promise<void> => {
    const adapted = adapter?.adapt(waiting.filter((predictions) => predictions !== null)).values();
    for (const predictions of waiting) {
      await output.write(
        renderPredictions(predictions === null ? null : (adapted?.next().value as Predictions), flags),
      );
    }
    streams.messages.write(describeEstimate(classifier.labels, adapter, flags));
  };
  if (flags.text !== undefined) {
    await write(classifier.classify(flags.text, { topK }));
    await writeWaiting();
    return;
  }
  const { ClassifierPool } = await import("../io/classifier-pool.js");
  const pool = new ClassifierPool(classifier, flags.workers);
  try {
    await readAnyDocuments(paths, flags, streams, async (records) => {
      for await (const { predictions } of pool.classify(records, { topK })) await write(predictions);
    });
  } finally {
    await pool.close();
  }
  await writeWaiting();
}

/** Adds `newsclf classify [files...]`. */
export function addClassifyCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("classify")
    .description("label texts: one line of output for each document, in the same order")
    .argument("[files...]", "plain text, one document per line, or tables of articles; - for standard input", [
      STANDARD_INPUT,
    ])
    .addOption(modelOption())
    .option("--text <text>", "one text to label, in place of a file")
    .option("-k, --top-k <n>", "labels per document, best first", parseCount("labels"), 1)
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nText output is label TAB score, repeated for each label; json is one object per line:\n" +
        '  {"label":…,"score":…,"predictions":[{"label":…,"score":…}…]}\n' +
        "A row of a table that cannot be used gets - or null as its label, and is named on stderr.\n" +
        "Below --min-score the label is - or null, with the best score behind it.",
    );
  addClassPriorFlags(command);
  addInputFlags(command, { withLabel: false });
  addWorkersFlag(command);
  command.action((paths: readonly string[], flags: ClassifyFlags) => runClassify(paths, flags, command, streams));
}
