import path from "node:path";
import type { Command } from "commander";
import type { Language } from "../html/index.js";
import type { TrainingFiles } from "../io/training-files.js";
import type { Rollback } from "../nn/training-state.js";
import type { WeightType } from "../nn/weights.js";
import type { TrainingSettings } from "../options/train-options.js";
import type { LabeledArticle } from "../text/article.js";
import type { Answers, RefusedWeights } from "../training/choose-weight-type.js";
import type { TrainProgress } from "../training/progress.js";
import { addCheckpointFlags, CheckpointFile, type CheckpointFlags, checkpointPath } from "./checkpoint-flags.js";
import { describeEngine } from "./describe-engine.js";
import { describeUnlabeledUse } from "./describe-unlabeled-use.js";
import { STANDARD_INPUT } from "./input-choice.js";
import {
  type ArticleFacts,
  addInputFlags,
  checkInputFlags,
  type InputFlags,
  spoolLabeled,
  streamLabeled,
} from "./input-flags.js";
import { countExcluded } from "./input-messages.js";
import { Interrupt } from "./interrupt.js";
import { parseBytes } from "./parse-amount.js";
import { ProgressDisplay, type ProgressState } from "./progress.js";
import { checkReportWritable, describeRun, languageOption, reportPaths, writeReport } from "./report-files.js";
import { StageTimes } from "./stage-times.js";
import type { CommandStreams } from "./streams.js";
import { addTrainingFlags, type ConfigFlag, loadTrainingSettings } from "./training-flags.js";
import { addUnlabeledFlag, checkUnlabeledFlag, openUnlabeledTexts, type UnlabeledFlag } from "./unlabeled-flag.js";
import { addUserDictionaryFlag, loadTokenizer, type UserDictionaryFlags } from "./user-dictionary-flag.js";
import { addWorkersFlag, countWorkers, type WorkersFlag } from "./workers-flag.js";

interface TrainFlags extends InputFlags, UserDictionaryFlags, WorkersFlag, CheckpointFlags, ConfigFlag, UnlabeledFlag {
  readonly output?: string;
  readonly report: string;
  readonly lang: Language;
  readonly profile?: string;
  /** Bytes. */
  readonly maxMemory?: number;
}

/** `data/news.csv` → `models/news.newsclf`, by the first of the files, ".gz" left out. */
export function defaultModelPath([first = "-"]: readonly string[]): string {
  const name = first === STANDARD_INPUT ? "news" : path.parse(first.replace(/\.gz$/i, "")).name;
  return path.join("models", `${name.replaceAll(/[*?[\]]/g, "")}.newsclf`);
}

/** What a progress display shows of training. */
export function trainingState(progress: TrainProgress): ProgressState {
  if (progress.stage === "pretrain") {
    const { stage, member, nMembers, layer, epoch, nEpochs, nDone, nTotal, loss } = progress;
    const network = nMembers === 1 ? "" : `network ${member + 1}/${nMembers}  `;
    const note = `${network}layer ${layer}/3  epoch ${epoch}/${nEpochs}  loss ${loss.toFixed(4)}`;
    return { stage, nDone, nTotal, nDocuments: nDone, note };
  }
  if (progress.stage === "pseudo-label") {
    const { stage, round, nRounds, nDocuments } = progress;
    return { stage, nDone: nDocuments, nTotal: null, nDocuments, note: `round ${round}/${nRounds}` };
  }
  if (progress.stage === "analyze") {
    const { stage, nDone, nTotal } = progress;
    return { stage, nDone, nTotal, nDocuments: nDone, note: "" };
  }
  const { stage, member, nMembers, epoch, nEpochs, nSteps, nStepsDone, loss, nDocuments, validationMacroF1 } = progress;
  const macroF1 = validationMacroF1 === null ? "" : `  validation macro-F1 ${validationMacroF1.toFixed(4)}`;
  const network = nMembers === 1 ? "" : `network ${member + 1}/${nMembers}  `;
  const note = `${network}epoch ${epoch}/${nEpochs}  loss ${loss.toFixed(4)}${macroF1}`;
  return { stage, nDone: nStepsDone, nTotal: nMembers * nSteps, nDocuments, note };
}

function describeRollback({ epoch, step, toEpoch, learningRateFactor }: Rollback): string {
  const weights = toEpoch === 0 ? "the weights of the start" : `the weights of epoch ${toEpoch}`;
  return `epoch ${epoch}, step ${step}: the loss is not finite; going on from ${weights} at ${learningRateFactor} × the learning rate`;
}

function describeRefusedWeights({ type, before, after }: RefusedWeights, taken: WeightType): string {
  const answers = ({ nRight, loss }: Answers): string => `${nRight} right, loss ${loss.toFixed(4)}`;
  return `${type} weights would do worse (${answers(after)}; with float32 ${answers(before)}); the model has ${taken}`;
}

/** A word of a command line as a POSIX shell reads it. */
function quoteArgument(argument: string): string {
  return /^[\p{L}\p{N}_./:@%+,-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

async function runTrain(
  paths: readonly string[],
  flags: TrainFlags & Readonly<Record<string, unknown>>,
  streams: CommandStreams,
): Promise<void> {
  const [{ checkWritable }, { lockOutput }] = await Promise.all([
    import("../io/files.js"),
    import("../io/output-lock.js"),
  ]);
  const modelPath = flags.output ?? defaultModelPath(paths);
  const settings = await loadTrainingSettings(flags);
  checkUnlabeledFlag(flags, settings);
  // A place that cannot be written to is better known before the work than after it.
  await checkWritable(modelPath);
  await checkReportWritable(reportPaths(flags.report));
  if (flags.profile !== undefined) await checkWritable(flags.profile);
  const files = flags.maxMemory === undefined ? null : await openFiles(flags.maxMemory, modelPath);
  const lock = await lockOutput(modelPath);
  try {
    await trainInto(modelPath, paths, settings, files, flags, streams);
  } finally {
    files?.close();
    await lock.release();
  }
}

/** What does not fit into memory goes to where the model goes: there is room for it, and its owner's data. */
async function openFiles(maxBytes: number, modelPath: string): Promise<TrainingFiles> {
  const { TrainingFiles } = await import("../io/training-files.js");
  return new TrainingFiles(maxBytes, path.dirname(path.resolve(modelPath)));
}

/** Articles to train on, and what is known of them once they have been read: those in a file are already. */
interface TrainingArticles {
  readonly articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>;
  readonly facts: () => ArticleFacts;
}

async function openTraining(
  paths: readonly string[],
  files: TrainingFiles | null,
  flags: InputFlags,
  streams: CommandStreams,
): Promise<TrainingArticles> {
  const more = { hashesFiles: true };
  if (files === null) return streamLabeled(paths, flags, streams, more);
  const { articles, ...facts } = await spoolLabeled(paths, flags, streams, files.createSpool(), more);
  return { articles, facts: () => facts };
}

async function trainInto(
  modelPath: string,
  paths: readonly string[],
  given: TrainingSettings,
  files: TrainingFiles | null,
  flags: TrainFlags & Readonly<Record<string, unknown>>,
  streams: CommandStreams,
): Promise<void> {
  const { argv, output, messages } = streams;
  const source = paths.join(", ");
  const [
    { AnalyzerPool },
    { fileExists, removeFile, writeFileAtomically },
    { readCheckpoint },
    { saveModel },
    { WorkerTrainingThreads },
    { train },
    { createEvaluator, describeModel, formatReport },
    { evaluateArticle },
  ] = await Promise.all([
    import("../io/analyzer-pool.js"),
    import("../io/files.js"),
    import("../io/read-checkpoint.js"),
    import("../io/model-source.js"),
    import("../io/training-threads.js"),
    import("../train.js"),
    import("../evaluation/index.js"),
    import("../evaluation/evaluate.js"),
  ]);
  const display = new ProgressDisplay(messages);
  const times = new StageTimes();
  times.begin("start");
  const reportFiles = reportPaths(flags.report);

  // A fault in a user dictionary, too, is better known before the articles are read.
  const tokenizer = await loadTokenizer(flags);
  const checkpoint = checkpointPath(modelPath);
  const resume = flags.resume === true ? await readCheckpoint(checkpoint) : null;
  if (flags.resume === true) {
    display.log(
      resume === null ? `${checkpoint}: there is none; training from the start` : `resuming from ${checkpoint}`,
    );
  }
  const checkpoints = new CheckpointFile(
    flags.checkpointEvery,
    (bytes) => writeFileAtomically(checkpoint, bytes),
    (message) => display.log(message),
  );
  // Articles in memory are read while they are analysed.
  if (files !== null) times.begin("read");
  const { articles, facts } = await openTraining(paths, files, flags, streams);
  const interrupt = new Interrupt(streams);
  const unlabeled = await openUnlabeledTexts(flags, streams, interrupt);
  const nWorkers = countWorkers(flags);
  const threads = nWorkers > 1 ? new WorkerTrainingThreads(nWorkers) : null;
  const result = await train(articles, {
    ...given,
    ...unlabeled,
    tokenizer,
    analyzer: new AnalyzerPool(tokenizer, flags.workers).analyzer,
    source,
    chooseLabels: () => {
      const { nArticles, labelOf } = facts();
      display.log(`${source}: ${nArticles} articles`);
      if (flags.unlabeled === undefined) interrupt.listen();
      return labelOf;
    },
    onEngine: (choice) => display.log(describeEngine(choice)),
    onStage: (stage) => times.begin(stage),
    onProgress: (progress) => display.show(trainingState(progress)),
    onRollback: (rollback) => display.log(describeRollback(rollback)),
    checkpoints,
    ...(resume === null ? {} : { resume }),
    ...(files === null ? {} : { memory: files }),
    ...(threads === null ? {} : { threads }),
    signal: interrupt.signal,
  }).finally(() => threads?.close());
  display.clear();
  times.begin("save");
  const { classifier, measured, history, validation, weightType, refusedWeights, isInterrupted } = result;
  const { settings, selectedEpochs, trainSupport, isRefitted } = classifier.metadata;
  const { nArticles, sourceOf, lineOf, rows, mergedLabels } = facts();
  const [selectedEpoch] = selectedEpochs;
  if (isInterrupted) display.log(`stopped on request; the best model so far is that of epoch ${selectedEpoch.epoch}`);
  for (const refused of refusedWeights) display.log(describeRefusedWeights(refused, weightType));
  if (flags.unlabeled !== undefined) {
    const { nDocuments = 0 } = classifier.metadata.unlabeled ?? {};
    display.log(`${nDocuments} articles without labels, for ${describeUnlabeledUse(classifier.metadata)}`);
  }
  await saveModel(modelPath, classifier);
  // An interrupted run can still be resumed; a finished one has its model.
  if (!isInterrupted) await removeFile(checkpoint);
  else if (await fileExists(checkpoint)) display.log(`to go on: the same command with --resume`);
  display.log(
    `model: ${modelPath} (epoch ${selectedEpoch.epoch} of ${history.length}, ${classifier.vocabulary.nTerms} terms)`,
  );
  times.begin("report");
  if (validation.length > 0) {
    const evaluator = createEvaluator(classifier.labels);
    const start = performance.now();
    for (const { index, article } of validation) {
      evaluateArticle(evaluator, measured, { ...article, source: sourceOf(index), line: lineOf(index) });
    }
    const run = describeRun(argv, validation.length, performance.now() - start);
    const report = evaluator.finish({
      split: {
        kind: "validation",
        source,
        validationFraction: settings.validationFraction,
        seed: settings.seed,
        isRefitted,
      },
      files: rows.sources,
      mergedLabels,
      articles: {
        nRead: rows.nRows,
        nRejected: rows.nRows - rows.nUsable,
        nExcluded: countExcluded(rows),
        nTrain: nArticles - validation.length,
        nValidation: validation.length,
      },
      trainSupport,
      learningCurve: history,
      selectedEpoch: selectedEpoch.epoch,
      model: await describeModel(classifier.toBytes()),
      run,
    });
    await writeReport(reportFiles, report, flags.lang);
    display.log(`report: ${reportFiles.html}, ${reportFiles.markdown}, ${reportFiles.json}`);
    await output.write(formatReport(report));
  } else {
    display.log("no report: --validation-fraction 0 keeps no articles back to measure on");
  }
  if (flags.profile !== undefined) await writeFileAtomically(flags.profile, times.format());
  display.log(`next: newsclf classify -m ${quoteArgument(modelPath)} --text "한국은행이 기준금리를 동결했다"`);
}

/** Adds `newsclf train <files...>`. */
export function addTrainCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("train")
    .description("train a model on labelled articles and report how good it is on articles kept back")
    .argument(
      "<files...>",
      "tables of articles (CSV, TSV, NDJSON, Parquet, xlsx) with columns for title and/or text, and label",
    )
    .option("-o, --output <file>", "model file to write (default: models/<name of the first file>.newsclf)")
    .option("--report <dir>", "folder for report.html, report.md and report.json", "report")
    .option(
      "--max-memory <size>",
      "memory to take at most, such as 800MB: what does not fit goes to temporary files beside the model, which stays the same",
      parseBytes,
    );
  addUnlabeledFlag(command);
  command.option("--profile <file>", "write how long each stage took, as JSON").addOption(languageOption());
  addInputFlags(command, { withLabel: true });
  addUserDictionaryFlag(command);
  addWorkersFlag(command);
  addCheckpointFlags(command);
  addTrainingFlags(command);
  command.action((paths: readonly string[], flags: TrainFlags & Readonly<Record<string, unknown>>) => {
    checkInputFlags(command, flags);
    return runTrain(paths, flags, streams);
  });
}
