import type { Command } from "commander";
import type { Predictions } from "../classifier.js";
import type { Article } from "../text/article.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import { addInputFlags, checkInputFlags, type InputFlags, readAnyDocuments } from "./input-flags.js";
import { loadClassifier, modelOption } from "./model-option.js";
import { parseCount } from "./parse-count.js";
import type { CommandStreams } from "./streams.js";

interface ClassifyFlags extends InputFlags {
  readonly model?: string;
  readonly text?: string;
  readonly topK: number;
  readonly format: OutputFormat;
}

const SCORE_DIGITS = 4;

/** One line for one document; null stands for a row that could not be used. */
function renderPredictions(predictions: Predictions | null, format: OutputFormat): string {
  if (format === "json") {
    const best = predictions?.[0];
    return `${JSON.stringify({ label: best?.label ?? null, score: best?.score ?? null, predictions: predictions ?? [] })}\n`;
  }
  if (predictions === null) return "-\n";
  return `${predictions.map(({ label, score }) => `${label}\t${score.toFixed(SCORE_DIGITS)}`).join("\t")}\n`;
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
  const { topK, format } = flags;
  if (flags.text !== undefined) {
    await output.write(renderPredictions(classifier.classify(flags.text, { topK }), format));
    return;
  }
  // Rows that cannot be used come before the next article, so the output keeps the order of the input.
  let nSkipped = 0;
  const writeSkipped = async (): Promise<void> => {
    for (; nSkipped > 0; nSkipped--) await output.write(renderPredictions(null, format));
  };
  const classifyAll = async (reader: AsyncIterable<{ readonly article: Article }>): Promise<void> => {
    for await (const { article } of reader) {
      await writeSkipped();
      await output.write(renderPredictions(classifier.classifyArticle(article, { topK }), format));
    }
    await writeSkipped();
  };
  await readAnyDocuments(paths, flags, streams, classifyAll, () => nSkipped++);
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
        "A row of a table that cannot be used gets - or null as its label, and is named on stderr.",
    );
  addInputFlags(command, { withLabel: false });
  command.action((paths: readonly string[], flags: ClassifyFlags) => runClassify(paths, flags, command, streams));
}
