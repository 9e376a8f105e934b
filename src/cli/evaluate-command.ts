import type { Command } from "commander";
import { addColumnFlags, type ColumnFlags, columnOptions } from "./column-flags.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { describeRejectedRows } from "./rejected-rows.js";
import type { CommandStreams } from "./streams.js";

interface EvaluateFlags extends ColumnFlags {
  readonly format: OutputFormat;
}

async function runEvaluate(
  modelPath: string,
  csvPath: string,
  flags: EvaluateFlags,
  { output, messages }: CommandStreams,
): Promise<void> {
  const [{ fromFile }, { readArticles }, { Classifier }, { createEvaluator, formatReport, formatReportJson }] =
    await Promise.all([
      import("../io/model-source.js"),
      import("../io/read-articles.js"),
      import("../classifier.js"),
      import("../evaluation/index.js"),
    ]);
  const classifier = await Classifier.load(fromFile(modelPath));
  const evaluator = createEvaluator(classifier.labels);
  const topK = classifier.labels.length;
  const reader = readArticles(csvPath, columnOptions(flags));
  for await (const { article, line } of reader) {
    evaluator.add(article.label, classifier.classifyArticle(article, { topK }), { ...article, line });
  }
  const rows = reader.summary();
  messages.write(describeRejectedRows(csvPath, rows));
  const { nDocuments, nValidationDocuments, trainSupport } = classifier.metadata;
  const report = evaluator.finish({
    split: { kind: "test", source: csvPath },
    articles: {
      nRead: rows.nRows,
      nRejected: rows.nRows - rows.nUsable,
      nTrain: nDocuments,
      nValidation: nValidationDocuments,
    },
    trainSupport,
  });
  await output.write(flags.format === "json" ? formatReportJson(report) : formatReport(report));
}

/** Adds `newsclf evaluate <model> <csv>`. */
export function addEvaluateCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("evaluate")
    .description("measure a model on labelled articles")
    .argument("<model>", "model file")
    .argument("<csv>", "CSV file with a header, as for train")
    .addOption(formatOption());
  addColumnFlags(command, { withLabel: true });
  command.action((modelPath: string, csvPath: string, flags: EvaluateFlags) =>
    runEvaluate(modelPath, csvPath, flags, streams),
  );
}
