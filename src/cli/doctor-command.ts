import { type Command, Option } from "commander";
import type { Dataset } from "../doctor/examine.js";
import type { Change, FixedArticles } from "../doctor/fix.js";
import type { Severity } from "../doctor/report.js";
import type { Language } from "../html/message.js";
import { DOCTOR_SPEC, type DoctorOptions } from "../options/doctor-options.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags, type InputFlags, loadLabeled } from "./input-flags.js";
import { addSpecFlags, pickSpecValues } from "./option-flags.js";
import { ProgressDisplay } from "./progress.js";
import { languageOption } from "./report-files.js";
import type { CommandStreams } from "./streams.js";
import { trainingState } from "./train-command.js";
import { addUserDictionaryFlag, loadTokenizer, type UserDictionaryFlags } from "./user-dictionary-flag.js";

interface DoctorFlags extends InputFlags, UserDictionaryFlags {
  readonly against?: string;
  readonly format: OutputFormat;
  readonly html?: string;
  readonly lang: Language;
  readonly fix?: string;
  readonly fixLog?: string;
  readonly failOn?: Severity;
}

/** A data set, and its rows that cannot be used as changes that `--fix` makes. */
interface Loaded {
  readonly dataset: Dataset;
  readonly dropped: readonly Change[];
}

async function load(paths: readonly string[], flags: DoctorFlags, streams: CommandStreams): Promise<Loaded> {
  const dropped: Change[] = [];
  // Labels are read as they stand: their spellings are findings.
  const { articles, lines, sources, rows } = await loadLabeled(
    paths,
    { ...flags, labelNormalization: false },
    streams,
    {
      hashesFiles: true,
      onReject: ({ source, line, reason }) =>
        dropped.push({ source, line, change: "unusable-row", from: reason, to: "" }),
    },
  );
  return { dataset: { name: paths.join(", "), articles, lines, sources, files: rows.sources }, dropped };
}

/** The log of `--fix` as CSV: a row for each change. */
function formatChanges(
  changes: readonly Change[],
  formatCsvRow: (fields: readonly (string | number)[]) => string,
): string {
  const rows = changes.map(({ source, line, change, from, to }) => formatCsvRow([source, line, change, from, to]));
  return formatCsvRow(["source", "line", "change", "from", "to"]) + rows.join("");
}

async function writeFixed(
  place: string,
  logPlace: string,
  { articles, changes }: FixedArticles,
  dropped: readonly Change[],
): Promise<void> {
  const [{ formatCsvRow }, { writeFileAtomically }] = await Promise.all([
    import("../io/format-csv.js"),
    import("../io/files.js"),
  ]);
  const rows = articles.map(({ title, body, label }) => formatCsvRow([title, body, label]));
  // The log goes first: a changed file without its log would be a silent change.
  await writeFileAtomically(logPlace, formatChanges([...dropped, ...changes], formatCsvRow));
  await writeFileAtomically(place, formatCsvRow(["title", "body", "label"]) + rows.join(""));
}

async function runDoctor(
  paths: readonly string[],
  flags: DoctorFlags & Readonly<Record<string, unknown>>,
  command: Command,
  streams: CommandStreams,
): Promise<void> {
  checkInputFlags(command, flags);
  if (flags.fixLog !== undefined && flags.fix === undefined) command.error("error: --fix-log needs --fix");
  const { output, messages, listenForInterrupt } = streams;
  const [{ examine }, { checkFindings }, { fixArticles }, { checkWritable, writeFileAtomically }] = await Promise.all([
    import("../doctor/examine.js"),
    import("../doctor/report.js"),
    import("../doctor/fix.js"),
    import("../io/files.js"),
  ]);
  const logPlace = flags.fixLog ?? `${flags.fix}.log.csv`;
  const places = [flags.html, ...(flags.fix === undefined ? [] : [flags.fix, logPlace])];
  for (const place of places) if (place !== undefined) await checkWritable(place);
  const tokenizer = await loadTokenizer(flags);
  const { dataset, dropped } = await load(paths, flags, streams);
  // What a second file lacks is no change of the first: its rows go to no log.
  const against = flags.against === undefined ? undefined : (await load([flags.against], flags, streams)).dataset;
  const display = new ProgressDisplay(messages);
  const signal = listenForInterrupt?.();
  const report = await examine(dataset, pickSpecValues<DoctorOptions>(DOCTOR_SPEC, flags), {
    tokenizer,
    onProgress: ({ fold, nFolds, training }) => {
      const state = trainingState(training);
      display.show({ ...state, stage: `${fold + 1}/${nFolds} ${state.stage}` });
    },
    ...(against === undefined ? {} : { against }),
    ...(signal === undefined ? {} : { signal }),
  });
  display.clear();
  if (flags.html !== undefined) {
    const { formatDoctorHtml } = await import("../doctor/format-doctor-html.js");
    await writeFileAtomically(flags.html, await formatDoctorHtml(report, { language: flags.lang }));
    display.log(`page: ${flags.html}`);
  }
  if (flags.fix !== undefined) {
    const fixed = fixArticles(dataset, flags.labelNormalization !== false);
    await writeFixed(flags.fix, logPlace, fixed, dropped);
    display.log(`fixed: ${flags.fix} (${fixed.articles.length} articles)`);
    display.log(`log: ${logPlace} (${dropped.length + fixed.changes.length} changes)`);
  }
  const { formatDoctor } = await import("../doctor/format-doctor.js");
  try {
    await output.write(flags.format === "json" ? `${JSON.stringify(report, null, 2)}\n` : formatDoctor(report));
  } finally {
    // Also where nobody reads on: bad data must not pass because of `| head`.
    if (flags.failOn !== undefined) checkFindings(report, flags.failOn);
  }
}

/** Adds `newsclf doctor <files...>`. */
export function addDoctorCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("doctor")
    .description("say what is wrong with articles before a model is trained on them")
    .argument("<files...>", "tables of articles with labels, as for train")
    .option("--against <file>", "a second file, such as a test file: look for copies in it and measure drift")
    .addOption(formatOption())
    .option("--html <file>", "also write the report as a page")
    .addOption(languageOption())
    .option("--fix <file>", "write the articles as CSV of title, body, label: one spelling a label, no exact copies")
    .option("--fix-log <file>", "where the changes of --fix are listed as CSV (default: its file with .log.csv)")
    .addOption(
      new Option("--fail-on <severity>", "end with exit code 1 when there is a problem, or anything at all").choices([
        "problem",
        "notice",
      ]),
    );
  const { labelNormalization: _, ...spec } = DOCTOR_SPEC;
  addSpecFlags<Omit<DoctorOptions, "labelNormalization">>(command, spec);
  addInputFlags(command, { withLabel: true });
  addUserDictionaryFlag(command);
  command.action((paths: readonly string[], flags: DoctorFlags & Readonly<Record<string, unknown>>) =>
    runDoctor(paths, flags, command, streams),
  );
}
