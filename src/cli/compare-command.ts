import { type Command, InvalidArgumentError, Option } from "commander";
import type { ComparedReport, Comparison } from "../comparison/comparison.js";
import { GATE_MEASURES, type RegressionGate } from "../comparison/regression-gate.js";
import type { Label, LabeledArticle } from "../text/article.js";
import { addInputFlags, checkInputFlags, type InputFlags, readLabeled } from "./input-flags.js";
import { describeMergedLabels } from "./input-messages.js";
import { parseCount } from "./parse-count.js";
import type { CommandStreams } from "./streams.js";

interface CompareFlags extends InputFlags {
  readonly failIfWorse?: readonly RegressionGate[];
  readonly maxFlips: number;
  readonly format: "text" | "json" | "markdown";
}

const DEFAULT_MAX_FLIPS = 20;

function parseGate(text: string, before: readonly RegressionGate[] | undefined): readonly RegressionGate[] {
  const [, measure = "", points = ""] = /^([a-z0-9-]+):([0-9]+(?:\.[0-9]+)?)$/.exec(text) ?? [];
  if (GATE_MEASURES[measure] === undefined) {
    const measures = Object.keys(GATE_MEASURES).join(", ");
    throw new InvalidArgumentError(
      `must be a measure (${measures}), ":" and percentage points, such as macro-f1:0.5; got ${JSON.stringify(text)}`,
    );
  }
  return [...(before ?? []), { measure, points: Number(points) }];
}

function isReport(path: string): boolean {
  return path.toLowerCase().endsWith(".json");
}

/**
 * The labels of B in the spelling that A has for them, so that 생활문화 and 생활/문화 are one label of both; as they are where
 * two of them would become one.
 */
async function inSpellingOf(a: readonly Label[], b: readonly Label[]): Promise<readonly Label[]> {
  const { LabelMatcher } = await import("../text/label-spelling.js");
  const matcher = new LabelMatcher(a);
  const matched = b.map((label) => matcher.match(label));
  return new Set(matched).size === b.length ? matched : b;
}

async function compareModels(
  names: Comparison["names"],
  paths: readonly string[],
  flags: CompareFlags,
  streams: CommandStreams,
): Promise<Comparison> {
  const [{ fromFile }, { Classifier }, { createComparator }, { LabelMatcher }] = await Promise.all([
    import("../io/model-source.js"),
    import("../classifier.js"),
    import("../comparison/comparator.js"),
    import("../text/label-spelling.js"),
  ]);
  const a = await Classifier.load(fromFile(names.a));
  const b = await Classifier.load(fromFile(names.b));
  const isNormalized = flags.labelNormalization !== false;
  const labelsOfB = isNormalized ? await inSpellingOf(a.labels, b.labels) : b.labels;
  const matcher = new LabelMatcher(isNormalized ? [...new Set([...a.labels, ...labelsOfB])] : []);
  const comparator = createComparator(a.labels, labelsOfB, { maxFlips: flags.maxFlips });
  const spellings = new Map(b.labels.map((label, i) => [label, labelsOfB[i] as Label]));
  const classify = (model: typeof a, article: LabeledArticle) =>
    model.classifyArticle(article, { topK: model.labels.length });
  const classifyByB = (article: LabeledArticle) =>
    classify(b, article).map(({ label, score }) => ({ label: spellings.get(label) as Label, score }));
  await readLabeled(paths, flags, streams, async (reader) => {
    for await (const { article, source, line } of reader) {
      const label = matcher.match(article.label);
      comparator.add(label, classify(a, article), classifyByB(article), { ...article, source, line });
    }
  });
  for (const [spelling, label] of spellings) {
    if (spelling !== label)
      streams.messages.write(
        `${names.b}: its label ${JSON.stringify(spelling)} is taken for ${JSON.stringify(label)}\n`,
      );
  }
  streams.messages.write(describeMergedLabels(matcher.merged));
  return comparator.finish(names, paths.join(", "));
}

async function readReport(path: string): Promise<ComparedReport> {
  const [{ readJsonText }, { parseReport, reportError }] = await Promise.all([
    import("../io/read-json-text.js"),
    import("../comparison/parse-report.js"),
  ]);
  return parseReport(await readJsonText(path, (problem, options) => reportError(path, problem, options)), path);
}

async function runCompare(
  a: string,
  b: string,
  paths: readonly string[],
  flags: CompareFlags,
  command: Command,
  streams: CommandStreams,
): Promise<void> {
  checkInputFlags(command, flags);
  const names = { a, b };
  const nReports = [a, b].filter(isReport).length;
  if (nReports === 1) command.error("error: compare two models, or two reports (.json), not one of each");
  if (nReports === 2 && paths.length > 0) command.error("error: two reports are compared without articles");
  if (nReports === 0 && paths.length === 0)
    command.error("error: missing argument 'files': articles to compare two models on");
  const [{ compareReports }, { formatComparison, formatComparisonMarkdown }, { checkGates }] = await Promise.all([
    import("../comparison/comparison.js"),
    import("../comparison/format-comparison.js"),
    import("../comparison/regression-gate.js"),
  ]);
  const comparison =
    paths.length === 0
      ? compareReports(names, await readReport(a), await readReport(b))
      : await compareModels(names, paths, flags, streams);
  const render = { text: formatComparison, markdown: formatComparisonMarkdown, json: toJson }[flags.format];
  try {
    await streams.output.write(render(comparison));
  } finally {
    // Also where nobody reads on: a gate must not open because of `| head`.
    checkGates(comparison, flags.failIfWorse ?? []);
  }
}

function toJson(comparison: Comparison): string {
  return `${JSON.stringify(comparison, null, 2)}\n`;
}

/** Adds `newsclf compare <a> <b> [files...]`. */
export function addCompareCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("compare")
    .description("say how a second model differs from a first on the same articles")
    .argument("<a>", "model file, or report.json")
    .argument("<b>", "another of the same kind")
    .argument("[files...]", "tables of articles with labels, as for train; for two models")
    .addOption(
      new Option(
        "--fail-if-worse <measure:points>",
        "end with exit code 1 when a measure of B is lower by more than these percentage points; may be repeated",
      ).argParser(parseGate),
    )
    .option(
      "--max-flips <n>",
      "articles listed that one side alone has right, each way",
      parseCount("articles"),
      DEFAULT_MAX_FLIPS,
    )
    .addOption(
      new Option("--format <format>", "text for people, markdown for pull requests, json for programs")
        .choices(["text", "json", "markdown"])
        .default("text"),
    );
  addInputFlags(command, { withLabel: true });
  command.action((a: string, b: string, paths: readonly string[], flags: CompareFlags) =>
    runCompare(a, b, paths, flags, command, streams),
  );
}
