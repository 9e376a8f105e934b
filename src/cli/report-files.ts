import path from "node:path";
import { Option } from "commander";
import type { EvaluationReport, RunSummary } from "../evaluation/index.js";
import type { Language } from "../html/index.js";
import { version } from "./version.js";

/** Korean where the system speaks it, else English. */
function systemLanguage(): Language {
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith("ko") ? "ko" : "en";
}

/** `--lang ko|en`, the language in which an HTML page opens. */
export function languageOption(): Option {
  return new Option("--lang <language>", "language in which the HTML page opens; it holds both")
    .choices(["ko", "en"])
    .default(systemLanguage(), "that of the system");
}

/** Files of a report in their folder. */
export interface ReportPaths {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/** Returns where the files of a report go. */
export function reportPaths(folder: string): ReportPaths {
  const [html, markdown, json] = ["html", "md", "json"].map((ending) => path.join(folder, `report.${ending}`));
  return { html, markdown, json } as ReportPaths;
}

/**
 * Checks, before long work, that a report can be written.
 * @throws {FileError} when it cannot
 */
export async function checkReportWritable(paths: ReportPaths): Promise<void> {
  const { checkWritable } = await import("../io/files.js");
  for (const place of [paths.html, paths.markdown, paths.json]) await checkWritable(place);
}

/**
 * Writes the report in its three forms.
 * @throws {FileError} when a file cannot be written
 */
export async function writeReport(paths: ReportPaths, report: EvaluationReport, language: Language): Promise<void> {
  const [{ formatReportHtml, formatReportJson, formatReportMarkdown }, { writeFileAtomically }] = await Promise.all([
    import("../evaluation/index.js"),
    import("../io/files.js"),
  ]);
  await writeFileAtomically(paths.json, formatReportJson(report));
  await writeFileAtomically(paths.markdown, formatReportMarkdown(report));
  await writeFileAtomically(paths.html, await formatReportHtml(report, { language }));
}

/** Returns what a report says of this run; `durationMs` is the time that the documents took. */
export function describeRun(argv: readonly string[], nDocuments: number, durationMs: number): RunSummary {
  return {
    command: ["newsclf", ...argv],
    version: version(),
    runtime: `node ${process.version} ${process.platform} ${process.arch}`,
    durationMs: Math.round(durationMs),
    documentsPerSecond: (1000 * nDocuments) / Math.max(durationMs, 1),
  };
}
