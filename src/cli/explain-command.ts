import { type Command, Option } from "commander";
import type { Classifier } from "../classifier.js";
import type { Explanation } from "../explanation/explain.js";
import type { Language } from "../html/message.js";
import { ATTRIBUTION_METHODS, type AttributionMethod } from "../nn/attribution.js";
import type { Article } from "../text/article.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import { addInputFlags, checkInputFlags, type InputFlags, readAnyDocuments } from "./input-flags.js";
import { loadClassifier, modelOption } from "./model-option.js";
import { parseCount } from "./parse-count.js";
import { languageOption } from "./report-files.js";
import type { CommandStreams } from "./streams.js";

interface ExplainFlags extends InputFlags {
  readonly model?: string;
  readonly text?: string;
  readonly label?: string;
  readonly against?: string;
  readonly method: AttributionMethod;
  readonly top: number;
  readonly format: "text" | "json" | "html";
  readonly lang: Language;
}

const DEFAULT_TOP = 10;

/** An article and the reasons for its label; null for a row that could not be used. */
type Explained = { readonly article: Article; readonly explanation: Explanation } | null;

function explain(classifier: Classifier, article: Article, { label, against, method }: ExplainFlags): Explained {
  const options = { method, ...(against === undefined ? {} : { against }) };
  return { article, explanation: classifier.explainArticle(article, label, options) };
}

/** Explains what the command line names, in the order of the input. */
async function explainInput(
  paths: readonly string[],
  flags: ExplainFlags,
  streams: CommandStreams,
  take: (explained: Explained) => Promise<void>,
): Promise<void> {
  const classifier = await loadClassifier(flags.model);
  if (flags.text !== undefined) {
    await take(explain(classifier, { title: flags.text, body: "" }, flags));
    return;
  }
  await readAnyDocuments(paths, flags, streams, async (records) => {
    for await (const record of records) await take(record && explain(classifier, record.article, flags));
  });
}

async function runExplain(
  paths: readonly string[],
  flags: ExplainFlags,
  command: Command,
  streams: CommandStreams,
): Promise<void> {
  rejectTextWithFile(command, flags.text);
  checkInputFlags(command, flags);
  const { output } = streams;
  const { format, lang: language, top } = flags;
  if (format === "json") {
    await explainInput(paths, flags, streams, (explained) =>
      output.write(`${JSON.stringify(explained?.explanation ?? null)}\n`),
    );
  } else if (format === "html") {
    const { formatExplanationsHtml } = await import("../explanation/format-explanation-html.js");
    const all: NonNullable<Explained>[] = [];
    await explainInput(paths, flags, streams, async (explained) => {
      if (explained !== null) all.push(explained);
    });
    await output.write(await formatExplanationsHtml(all, { language, top }));
  } else {
    const { formatExplanation } = await import("../explanation/format-explanation.js");
    const options = { colors: output.hasColors, top };
    let separator = "";
    await explainInput(paths, flags, streams, async (explained) => {
      const text = explained === null ? "-\n" : formatExplanation(explained.article, explained.explanation, options);
      await output.write(`${separator}${text}`);
      separator = "\n";
    });
  }
}

/** Adds `newsclf explain [files...]`. */
export function addExplainCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("explain")
    .description("show which words and terms speak for a label, and how much")
    .argument("[files...]", "plain text, one document per line, or tables of articles; - for standard input", [
      STANDARD_INPUT,
    ])
    .addOption(modelOption())
    .option("--text <text>", "one text to explain, in place of a file")
    .option("--label <label>", "label to explain (default: the best one)")
    .option("--against <label>", "label to compare it with (default: the best of the others)")
    .addOption(
      new Option("--method <method>", "how the odds are divided among the terms; see docs/explain.md")
        .choices(ATTRIBUTION_METHODS)
        .default("active-units"),
    )
    .option("--top <n>", "words and terms in each list", parseCount("words"), DEFAULT_TOP)
    .addOption(
      new Option("--format <format>", "text for people, json for programs, html for a page of all documents")
        .choices(["text", "json", "html"])
        .default("text"),
    )
    .addOption(languageOption())
    .addHelpText(
      "after",
      "\nNumbers are natural logarithms of odds: +0.69 makes the label twice as likely against the other one.\n" +
        "On a terminal the text is shown with its words marked (not with NO_COLOR). json is one object per document,\n" +
        "null for a row of a table that cannot be used; start and end are UTF-16 units of the text as it was given.",
    );
  addInputFlags(command, { withLabel: false });
  command.action((paths: readonly string[], flags: ExplainFlags) => runExplain(paths, flags, command, streams));
}
