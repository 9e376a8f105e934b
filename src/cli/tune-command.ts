import path from "node:path";
import { type Command, Option } from "commander";
import type { TrainingSettings } from "../options/train-options.js";
import { TUNE_SPEC, type TuneOptions } from "../options/tune-options.js";
import type { TuneResult, TuneTrial } from "../tuning/tune.js";
import { addFoldFlags, type FoldFlags, loadFoldable } from "./fold-flags.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags } from "./input-flags.js";
import { addSpecFlags, pickSpecValues } from "./option-flags.js";
import { parseBytes, parseDuration } from "./parse-amount.js";
import { ProgressDisplay } from "./progress.js";
import type { CommandStreams } from "./streams.js";
import { addTrainingFlags, type ConfigFlag, loadTrainingSettings } from "./training-flags.js";
import { addUserDictionaryFlag, loadTokenizer, type UserDictionaryFlags } from "./user-dictionary-flag.js";
import { addWorkersFlag, countWorkers, type WorkersFlag } from "./workers-flag.js";

interface TuneFlags extends FoldFlags, UserDictionaryFlags, WorkersFlag, ConfigFlag {
  readonly budget: number;
  readonly output: string;
  readonly trials?: string;
  readonly maxModelSize?: number;
  readonly resume?: boolean;
  readonly format: OutputFormat;
}

const DEFAULT_OUTPUT = "tuned.json";
const DEFAULT_BUDGET = "5m";
/** Rows of the table that is printed; the file has all. */
const N_SHOWN_TRIALS = 10;
/** Between two looks at the clock for the display. */
const SHOW_MS = 1000;

/** `tuned.json` → `tuned.state.json`. */
function statePath(output: string): string {
  const { dir, name } = path.parse(output);
  return path.join(dir, `${name}.state.json`);
}

/** "optimizer.batchSize 64, terms.charNgrams false" for what a trial adds to the options given. */
function describeChanges(settings: TrainingSettings, given: TrainingSettings): string {
  const entries = (of: TrainingSettings): [string, string][] =>
    Object.entries(of).flatMap(([name, value]: [string, unknown]) =>
      typeof value === "object" && value !== null
        ? Object.entries(value).map(([option, inner]): [string, string] => [`${name}.${option}`, JSON.stringify(inner)])
        : [[name, JSON.stringify(value)] as [string, string]],
    );
  const known = new Map(entries(given));
  const added = entries(settings).filter(([name, value]) => known.get(name) !== value);
  return added.length === 0 ? "as given" : added.map(([name, value]) => `${name} ${value}`).join(", ");
}

function signed(points: number): string {
  return `${points < 0 ? "-" : "+"}${Math.abs(points).toFixed(2)}`;
}

async function formatResult(result: TuneResult, given: TrainingSettings, metric: string): Promise<string> {
  const { renderTextTable } = await import("../evaluation/text-table.js");
  const row = ({ settings, scores, mean, gain, gainStandardDeviation }: TuneTrial): string[] => [
    mean === null ? "-" : mean.toFixed(4),
    String(scores.length),
    gain === null ? "-" : signed(100 * gain),
    gainStandardDeviation === null ? "-" : (100 * gainStandardDeviation).toFixed(2),
    describeChanges(settings, given),
  ];
  const shown = result.trials.filter(({ failure }) => failure === null).slice(0, N_SHOWN_TRIALS);
  if (!shown.includes(result.start)) shown.push(result.start);
  const best = result.best ?? result.start;
  return (
    `${renderTextTable([[metric, "Folds", "Points gained", "± (1 sd)", "Options"], ...shown.map(row)])}\n` +
    `${result.nTrainings} trainings of ${result.trials.length} choices; best: ${describeChanges(best.settings, given)}\n`
  );
}

async function runTune(
  paths: readonly string[],
  flags: TuneFlags & Readonly<Record<string, unknown>>,
  streams: CommandStreams,
): Promise<void> {
  const { output, messages, listenForInterrupt } = streams;
  const [
    { checkWritable, fileExists, writeFileAtomically },
    { readJsonText },
    { ConfigError },
    { AnalyzerPool },
    { WorkerTrainingThreads },
    { formatConfig },
    { tune },
  ] = await Promise.all([
    import("../io/files.js"),
    import("../io/read-json-text.js"),
    import("../errors.js"),
    import("../io/analyzer-pool.js"),
    import("../io/training-threads.js"),
    import("../options/config.js"),
    import("../tuning/tune.js"),
  ]);
  const display = new ProgressDisplay(messages);
  const base = await loadTrainingSettings(flags);
  const options = pickSpecValues<TuneOptions>(TUNE_SPEC, flags);
  const state = statePath(flags.output);
  for (const file of [flags.output, state, flags.trials]) if (file !== undefined) await checkWritable(file);
  const tokenizer = await loadTokenizer(flags);
  const { articles, lines: _, sources: __, ...kinds } = await loadFoldable(paths, flags, streams);
  const isResumed = flags.resume === true && (await fileExists(state));
  if (flags.resume === true && !isResumed) display.log(`${state}: there is none; searching from the start`);
  const refuse = (problem: string, options?: ErrorOptions) =>
    new ConfigError({ source: state }, `${problem}; tune without resuming`, options);
  const resume = isResumed ? { name: state, text: await readJsonText(state, refuse) } : null;

  const interrupt = listenForInterrupt?.();
  const ending = new AbortController();
  const end = (): void => ending.abort();
  interrupt?.addEventListener("abort", end);
  const start = performance.now();
  let note = "";
  const show = (): void => {
    const nDone = performance.now() - start;
    display.show({ stage: "tune", nDone, nTotal: flags.budget, nDocuments: 0, note });
  };
  const budget = setTimeout(end, flags.budget);
  const clock = setInterval(show, SHOW_MS);
  const nWorkers = countWorkers(flags);
  const threads = nWorkers > 1 ? new WorkerTrainingThreads(nWorkers) : null;
  let result: TuneResult;
  try {
    result = await tune(articles, {
      ...options,
      ...kinds,
      base,
      tokenizer,
      analyzer: new AnalyzerPool(tokenizer, flags.workers).analyzer,
      source: paths.join(", "),
      signal: ending.signal,
      onTraining: async (soFar, text) => {
        await writeFileAtomically(state, text);
        const gain = 100 * (soFar.best?.gain ?? 0);
        note = `training ${soFar.nTrainings}  best ${signed(gain)} points`;
        show();
      },
      ...(threads === null ? {} : { threads }),
      ...(flags.maxModelSize === undefined ? {} : { maxModelBytes: flags.maxModelSize }),
      ...(resume === null ? {} : { resume }),
    });
  } finally {
    clearTimeout(budget);
    clearInterval(clock);
    interrupt?.removeEventListener("abort", end);
    await threads?.close();
  }
  display.clear();
  if (interrupt?.aborted) display.log("stopped on request; the options are the best so far");
  await writeFileAtomically(flags.output, formatConfig((result.best ?? result.start).settings));
  display.log(`options: ${flags.output}; to go on searching: the same command with --resume (${state})`);
  if (flags.trials !== undefined) {
    await writeFileAtomically(flags.trials, `${JSON.stringify(result, null, 2)}\n`);
    display.log(`trials: ${flags.trials}`);
  }
  display.log(`next: newsclf train ${paths.join(" ")} --config ${flags.output}`);
  const metric = options.metric ?? TUNE_SPEC.metric.default;
  await output.write(
    flags.format === "json" ? `${JSON.stringify(result, null, 2)}\n` : await formatResult(result, base, metric),
  );
}

/** Adds `newsclf tune <files...>`. */
export function addTuneCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("tune")
    .description("look for training options that do better on these articles; options that are given stay as they are")
    .argument("<files...>", "tables of articles with labels, as for train")
    .addOption(
      new Option("--budget <time>", "search so long: 90s, 5m, 2h")
        .argParser(parseDuration)
        .default(parseDuration(DEFAULT_BUDGET), DEFAULT_BUDGET),
    )
    .option("-o, --output <file>", "file of options to write, for train --config", DEFAULT_OUTPUT)
    .option("--trials <file>", "write all options that were tried, and their scores, as JSON")
    .option(
      "--max-model-size <size>",
      "take only options that lead to a model file up to this size: 800KB, 10MB",
      parseBytes,
    )
    .option("--resume", "go on with the search that ended, was stopped or killed")
    .addOption(formatOption());
  addSpecFlags<TuneOptions>(command, TUNE_SPEC);
  addFoldFlags(command);
  addInputFlags(command, { withLabel: true });
  addUserDictionaryFlag(command);
  addWorkersFlag(command);
  addTrainingFlags(command);
  command.action((paths: readonly string[], flags: TuneFlags & Readonly<Record<string, unknown>>) => {
    checkInputFlags(command, flags);
    return runTune(paths, flags, streams);
  });
}
