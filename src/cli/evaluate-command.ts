import type { Command } from "commander";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags, type InputFlags, readLabeled } from "./input-flags.js";
import { describeMergedLabels } from "./input-messages.js";
import type { CommandStreams } from "./streams.js";

interface EvaluateFlags extends InputFlags {
  readonly format: OutputFormat;
}

async function runEvaluate(
  modelPath: string,
  paths: readonly string[],
  flags: EvaluateFlags,
  streams: CommandStreams,
): Promise<void> {
  const [{ fromFile }, { Classifier }, { createEvaluator, formatReport, formatReportJson }, { LabelMatcher }] =
    await Promise.all([
      import("../io/model-source.js"),
      import("../classifier.js"),
      import("../evaluation/index.js"),
      import("../text/label-spelling.js"),
    ]);
  const classifier = await Classifier.load(fromFile(modelPath));
  const evaluator = createEvaluator(classifier.labels);
  const matcher = new LabelMatcher(flags.labelNormalization === false ? [] : classifier.labels);
  const topK = classifier.labels.length;
  const rows = await readLabeled(paths, flags, streams, async (reader) => {
    for await (const { article, line } of reader) {
      const predictions = classifier.classifyArticle(article, { topK });
      evaluator.add(matcher.match(article.label), predictions, { ...article, line });
    }
    return reader.summary();
  });
  streams.messages.write(describeMergedLabels(matcher.merged));
  const { nDocuments, nValidationDocuments, trainSupport } = classifier.metadata;
  const report = evaluator.finish({
    split: { kind: "test", source: paths.join(", ") },
    articles: {
      nRead: rows.nRows,
      nRejected: rows.nRows - rows.nUsable,
      nTrain: nDocuments,
      nValidation: nValidationDocuments,
    },
    trainSupport,
  });
  await streams.output.write(flags.format === "json" ? formatReportJson(report) : formatReport(report));
}

/** Adds `newsclf evaluate <model> <files...>`. */
export function addEvaluateCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("evaluate")
    .description("measure a model on labelled articles")
    .argument("<model>", "model file")
    .argument("<files...>", "tables of articles with labels, as for train")
    .addOption(formatOption());
  addInputFlags(command, { withLabel: true });
  command.action((modelPath: string, paths: readonly string[], flags: EvaluateFlags) => {
    checkInputFlags(command, flags);
    return runEvaluate(modelPath, paths, flags, streams);
  });
}
