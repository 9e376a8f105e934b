import type { Command } from "commander";
import type { Article } from "../text/article.js";
import type { RemovedRange } from "../text/clean-news.js";
import type { NewsRule } from "../text/news-rules.js";
import { BatchedOutput } from "./batched-output.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import { addInputFlags, checkInputFlags, type InputFlags, readAnyDocuments } from "./input-flags.js";
import type { CommandStreams } from "./streams.js";

interface CleanFlags extends InputFlags {
  readonly text?: string;
  readonly explain?: true;
  readonly rules?: true;
  readonly format: OutputFormat;
}

/** Where a part was taken out: of the title or the body as they stand in the file, in UTF-16 units. */
interface Removal extends RemovedRange {
  readonly part: keyof Article;
  readonly text: string;
}

/** One line without tabs or line breaks inside. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function renderRules(rules: Readonly<Record<NewsRule, string>>): string {
  const width = Math.max(...Object.keys(rules).map((rule) => rule.length));
  return Object.entries(rules)
    .map(([rule, help]) => `${rule.padEnd(width)}  ${help}\n`)
    .join("");
}

/** The rules that took something out, the busiest first. */
function renderCounts(counts: ReadonlyMap<NewsRule, number>, nTouched: number, nDocuments: number): string {
  const lines = [...counts].sort(([, left], [, right]) => right - left).map(([rule, n]) => `  ${n}  ${rule}\n`);
  return `something was taken out of ${nTouched} of ${nDocuments} documents\n${lines.join("")}`;
}

async function runClean(
  paths: readonly string[],
  flags: CleanFlags,
  command: Command,
  streams: CommandStreams,
): Promise<void> {
  rejectTextWithFile(command, flags.text);
  checkInputFlags(command, flags);
  const { output, messages } = streams;
  const [{ NEWS_RULES }, { traceCleanNews }, { toCleanDocument }] = await Promise.all([
    import("../text/news-rules.js"),
    import("../text/clean-news.js"),
    import("../text/article.js"),
  ]);
  if (flags.rules) {
    await output.write(renderRules(NEWS_RULES));
    return;
  }
  const counts = new Map<NewsRule, number>();
  let nDocuments = 0;
  let nTouched = 0;
  const render = (article: Article, place: string): string => {
    const removed = (["title", "body"] as const).flatMap((part) =>
      traceCleanNews(article[part]).removed.map(
        (range): Removal => ({ part, ...range, text: article[part].slice(range.start, range.end) }),
      ),
    );
    nDocuments++;
    if (removed.length > 0) nTouched++;
    for (const { rule } of removed) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    const document = toCleanDocument(article, "news");
    if (flags.format === "json") return `${JSON.stringify(flags.explain ? { document, removed } : { document })}\n`;
    if (!flags.explain) return `${document.replace("\n", "\t")}\n`;
    return removed
      .map(({ part, start, end, rule, text }) => `${place}\t${part}\t${start}\t${end}\t${rule}\t${oneLine(text)}\n`)
      .join("");
  };
  if (flags.text !== undefined) {
    await output.write(render({ title: flags.text, body: "" }, "--text:1"));
  } else {
    const batch = new BatchedOutput(output);
    await readAnyDocuments(paths, flags, streams, async (records) => {
      for await (const record of records) {
        // A row that cannot be used is an empty document, so that the output keeps the lines of the input.
        await batch.write(
          record === null
            ? render({ title: "", body: "" }, "")
            : render(record.article, `${record.source}:${record.line}`),
        );
      }
      await batch.flush();
    });
  }
  if (flags.explain) messages.write(renderCounts(counts, nTouched, nDocuments));
}

/** Adds `newsclf clean [files...]`. */
export function addCleanCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("clean")
    .description("take bylines, datelines, copyright notices and the like out of articles, as --clean news does")
    .argument("[files...]", "plain text, one document per line, or tables of articles; - for standard input", [
      STANDARD_INPUT,
    ])
    .option("--text <text>", "one text to clean, in place of a file")
    .option("--explain", "list what was taken out, where and by which rule, in place of the rest")
    .option("--rules", "list the rules")
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nText output is one line for each document, its title and body apart by a TAB. With --explain it is one line\n" +
        "for each part taken out: file:line, title or body, start, end (UTF-16 units), rule, text; counts go to stderr.\n" +
        'json is one object per document: {"document":…}, with --explain also "removed".',
    );
  addInputFlags(command, { withLabel: false });
  command.action((paths: readonly string[], flags: CleanFlags) => runClean(paths, flags, command, streams));
}
