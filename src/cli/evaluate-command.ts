import type { Command } from "commander";
import type { Predictions } from "../classifier.js";
import type { EvaluatedArticle } from "../evaluation/evaluate.js";
import type { Language } from "../html/index.js";
import type { ArticleReader } from "../io/article-reader.js";
import type { ReadSummary } from "../io/row-tally.js";
import type { LabeledArticle } from "../text/article.js";
import {
  addClassPriorFlags,
  type ClassPriorFlags,
  describeEstimate,
  isAbstention,
  loadPriorAdapter,
} from "./class-prior-flag.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags, type InputFlags, readLabeled } from "./input-flags.js";
import { countExcluded, describeMergedLabels } from "./input-messages.js";
import { checkReportWritable, describeRun, languageOption, reportPaths, writeReport } from "./report-files.js";
import type { CommandStreams } from "./streams.js";
import { addWorkersFlag, type WorkersFlag } from "./workers-flag.js";

interface EvaluateFlags extends InputFlags, ClassPriorFlags, WorkersFlag {
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
  const [{ readFileBytes }, { Classifier }, evaluation, { evaluateArticle }, { LabelMatcher }, { ClassifierPool }] =
    await Promise.all([
      import("../io/files.js"),
      import("../classifier.js"),
      import("../evaluation/index.js"),
      import("../evaluation/evaluate.js"),
      import("../text/label-spelling.js"),
      import("../io/classifier-pool.js"),
    ]);
  const { createEvaluator, describeModel, formatReport, formatReportJson } = evaluation;
  const reportFiles = flags.report === undefined ? null : reportPaths(flags.report);
  if (reportFiles !== null) await checkReportWritable(reportFiles);
  const bytes = await readFileBytes(modelPath);
  const model = await describeModel(bytes, modelPath);
  const classifier = await Classifier.load({ name: modelPath, read: async () => bytes });
  const evaluator = createEvaluator(classifier.labels);
  const matcher = new LabelMatcher(flags.labelNormalization === false ? [] : classifier.labels);
  const adapter = await loadPriorAdapter(classifier, flags);
  const topK = classifier.labels.length;
  const pool = new ClassifierPool(classifier, flags.workers);
  let nAbstentions = 0;
  // Where label shares are estimated, the articles wait here until all have their scores.
  const waiting: { readonly article: EvaluatedArticle; readonly predictions: Predictions }[] = [];
  const countWaiting = (): void => {
    const predicted = waiting.map(({ predictions }) => predictions);
    const adapted = adapter?.adapt(predicted) ?? predicted;
    for (const [place, { article }] of waiting.splice(0).entries()) {
      const predictions = adapted[place] as Predictions;
      if (isAbstention(predictions, flags)) nAbstentions++;
      else evaluateArticle(evaluator, classifier, article, predictions);
    }
  };
  const start = performance.now();
  const countAll = async (reader: ArticleReader<LabeledArticle>): Promise<ReadSummary> => {
    for await (const { record, predictions } of pool.classify(reader, { topK })) {
      const { article, source, line } = record;
      waiting.push({ article: { ...article, label: matcher.match(article.label), source, line }, predictions });
      if (!adapter?.needsAll) countWaiting();
    }
    return reader.summary();
  };
  const rows = await readLabeled(paths, flags, streams, countAll, { hashesFiles: true }).finally(() => pool.close());
  countWaiting();
  streams.messages.write(describeEstimate(classifier.labels, adapter, flags));
  if (flags.minScore !== undefined) {
    const nAsked = nAbstentions + evaluator.nDocuments;
    streams.messages.write(
      `no label for ${nAbstentions} of ${nAsked} articles: their best score is below ${flags.minScore}\n`,
    );
  }
  streams.messages.write(describeMergedLabels(matcher.merged));
  const { nDocuments, nValidationDocuments, trainSupport } = classifier.metadata;
  const report = evaluator.finish({
    split: { kind: "test", source: paths.join(", ") },
    files: rows.sources,
    mergedLabels: matcher.merged,
    articles: {
      nRead: rows.nRows,
      nRejected: rows.nRows - rows.nUsable,
      nExcluded: countExcluded(rows),
      nTrain: nDocuments,
      nValidation: nValidationDocuments,
    },
    scoring: {
      classPrior: adapter?.shares ?? null,
      minScore: flags.minScore ?? null,
      nWithoutLabel: nAbstentions,
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
  addClassPriorFlags(command);
  addInputFlags(command, { withLabel: true });
  addWorkersFlag(command);
  command.action((modelPath: string, paths: readonly string[], flags: EvaluateFlags) => {
    checkInputFlags(command, flags);
    return runEvaluate(modelPath, paths, flags, streams);
  });
}
