/** The most memory that a process of its own takes to load files, from dist/ of the repository that is the current folder. */

import { execFile } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describeSmallRun } from "../conformance/small-run.js";

const LOADERS = {
  model: `const { decodeModel } = await use("model-file/model-file.js"); const { readFile } = await import("node:fs/promises");
    load = async (file) => { await decodeModel(await readFile(file)); };`,
  checkpoint: `const { decodeCheckpoint } = await use("model-file/checkpoint.js"); const { readFile } = await import("node:fs/promises");
    load = async (file) => { await decodeCheckpoint(await readFile(file), run, file); };`,
  dictionary: `const { readDictionary } = await use("io/dictionary-file.js");
    load = async (file) => { await readDictionary(file); };`,
  "user-dictionary": `const { loadDictionary, readUserDictionary } = await use("io/index.js"); const dictionary = await loadDictionary();
    load = async (file) => { await dictionary.withUserWords(await readUserDictionary([file], dictionary)); };`,
  "label-map": `const { readLabelMap } = await use("io/read-label-map.js");
    load = async (file) => { await readLabelMap(file); };`,
  report: `const { readJsonText } = await use("io/read-json-text.js"); const { parseReport, reportError } = await use("comparison/parse-report.js");
    load = async (file) => { parseReport(await readJsonText(file, (problem) => reportError(file, problem)), file); };`,
  config: `const { readConfig } = await use("io/index.js");
    load = async (file) => { await readConfig(file); };`,
  articles: `const { readDocuments } = await use("io/index.js");
    load = async (file) => { for await (const _ of readDocuments(file)); };`,
  workbook: `const { readDocuments } = await use("io/index.js");
    load = async (file) => { for await (const _ of readDocuments(file)); };`,
} as const;

export type LoadKind = keyof typeof LOADERS;

export interface Load {
  /** Resident memory at its highest. */
  readonly peakBytes: number;
  /** For each file "loaded", the code of its error, or the name of an error that newsclf did not throw on purpose. */
  readonly outcomes: readonly string[];
  readonly seconds: number;
}

function program(kind: LoadKind, files: readonly string[]): string {
  return `
    const use = (file) => import(${JSON.stringify(pathToFileURL(`${path.resolve("dist")}/`).href)} + file);
    const run = ${JSON.stringify(describeSmallRun())};
    let load;
    ${LOADERS[kind]}
    const { readFileSync } = await import("node:fs");
    const peakBytes = () => {
      // On Linux that of this program alone: what the system says of a process holds what its parent had when it began it.
      if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
      return Number(/VmHWM:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
    };
    const outcomes = [];
    for (const file of ${JSON.stringify(files)}) {
      try { await load(file); outcomes.push("loaded"); } catch (error) { outcomes.push(error.code ?? error.stack); }
    }
    console.log(JSON.stringify({ peakBytes: peakBytes(), outcomes }));
  `;
}

/** Loads the files one after another in one process; an end of that process before the last file is an error. */
export async function measureLoad(kind: LoadKind, files: readonly string[]): Promise<Load> {
  const start = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program(kind, files)], {
    maxBuffer: 2 ** 26,
  });
  return { ...(JSON.parse(stdout) as Omit<Load, "seconds">), seconds: (performance.now() - start) / 1000 };
}
