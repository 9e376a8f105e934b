import type { Command } from "commander";
import type { Language } from "../html/index.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags, type InputFlags, readLabeled } from "./input-flags.js";
import { describeMergedLabels } from "./input-messages.js";
import { checkReportWritable, describeRun, languageOption, reportPaths, writeReport } from "./report-files.js";
import type { CommandStreams } from "./streams.js";

interface EvaluateFlags extends InputFlags {
  readonly format: OutputFormat;
  readonly report?: string;
  readonly lang: Language;
}

async function runEvaluate(
  modelPath: string,
  paths: readonly string[],
  flags: EvaluateFlags,
  streams: CommandStreams,
): Promise<void> {
  const [{ readFileBytes }, { Classifier }, evaluation, { evaluateArticle }, { LabelMatcher }] = await Promise.all([
    import("../io/files.js"),
    import("../classifier.js"),
    import("../evaluation/index.js"),
    import("../evaluation/evaluate.js"),
    import("../text/label-spelling.js"),
  ]);
  const { createEvaluator, describeModel, formatReport, formatReportJson } = evaluation;
  const reportFiles = flags.report === undefined ? null : reportPaths(flags.report);
  if (reportFiles !== null) await checkReportWritable(reportFiles);
  const bytes = await readFileBytes(modelPath);
  const model = await describeModel(bytes, modelPath);
  const classifier = await Classifier.load({ name: modelPath, read: async () => bytes });
  const evaluator = createEvaluator(classifier.labels);
  const matcher = new LabelMatcher(flags.labelNormalization === false ? [] : classifier.labels);
  const start = performance.now();
  const rows = await readLabeled(paths, flags, streams, async (reader) => {
    for await (const { article, line } of reader) {
      evaluateArticle(evaluator, classifier, { ...article, label: matcher.match(article.label), line });
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
    model,
    run: describeRun(streams.argv, evaluator.nDocuments, performance.now() - start),
  });
  if (reportFiles !== null) {
    await writeReport(reportFiles, report, flags.lang);
    streams.messages.write(`report: ${reportFiles.html}, ${reportFiles.markdown}, ${reportFiles.json}\n`);
  }
  await streams.output.write(flags.format === "json" ? formatReportJson(report) : formatReport(report));
}

/** Adds `newsclf evaluate <model> <files...>`. */
export function addEvaluateCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("evaluate")
    .description("measure a model on labelled articles")
    .argument("<model>", "model file")
    .argument("<files...>", "tables of articles with labels, as for train")
    .addOption(formatOption())
    .option("--report <dir>", "folder for report.html, report.md and report.json (default: none is written)")
    .addOption(languageOption());
  addInputFlags(command, { withLabel: true });
  command.action((modelPath: string, paths: readonly string[], flags: EvaluateFlags) => {
    checkInputFlags(command, flags);
    return runEvaluate(modelPath, paths, flags, streams);
  });
}
