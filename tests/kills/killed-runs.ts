/**
 * Training that is killed and resumed, for tools/kill-test.ts and tests/cli/kill.test.ts: SIGKILL comes at a moment of the run
 * or at an operation on its files, and what is on the disk afterwards is looked at.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

/** The folder is that of the repository; the program runs from dist/. */
const PROGRAM = "bin/newsclf.js";
const CORPUS = "tests/fixtures/tiny-corpus.csv";
const KILLER = "./tests/fixtures/kills/kill-at-operation.js";
/** Two networks and several epochs: every part of a checkpoint is used. */
const SETTINGS = [
  ...["--hidden-units", "16,8,8", "--min-df", "1", "--batch-size", "4", "--ensemble", "2"],
  ...["--min-steps", "40", "--checkpoint-every", "epoch", "--resume"],
];
const REPORTS = ["report.html", "report.json", "report.md"];

/** When a run is killed. */
export type Kill =
  | { readonly kind: "time"; readonly afterMs: number }
  /** Right before the nth operation on a file of the run (from 1), or in the middle of it when it writes. */
  | { readonly kind: "operation"; readonly nth: number };

/** How a run ended. */
export interface RunEnding {
  readonly isKilled: boolean;
  /** The operations on files that were begun, as "rename model.checkpoint", in their order. */
  readonly operations: readonly string[];
  readonly durationMs: number;
}

/** What a run that nobody disturbed leaves. */
export interface WholeRun extends RunEnding {
  readonly model: Buffer;
  readonly reportJson: string;
}

/** Runs training into `folder`/model and `folder`/report; goes on from a checkpoint that is there. */
export async function runTraining(folder: string, nWorkers: number, kill: Kill | null): Promise<RunEnding> {
  mkdirSync(folder, { recursive: true });
  const log = `${folder}.log`;
  rmSync(log, { force: true });
  const places = ["-o", path.join(folder, "model"), "--report", path.join(folder, "report")];
  const argv = [PROGRAM, "train", CORPUS, ...places, ...SETTINGS, "--workers", String(nWorkers)];
  const start = performance.now();
  const child = spawn(process.execPath, ["--import", KILLER, ...argv], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      NEWSCLF_KILL_FOLDER: path.resolve(folder),
      NEWSCLF_KILL_LOG: log,
      NEWSCLF_KILL_AT: String(kill?.kind === "operation" ? kill.nth : 0),
    },
  });
  let messages = "";
  child.stderr.on("data", (text: Buffer) => {
    messages += text.toString();
  });
  const timer = kill?.kind === "time" ? setTimeout(() => child.kill("SIGKILL"), kill.afterMs) : null;
  const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
  if (timer !== null) clearTimeout(timer);
  const isKilled = signal === "SIGKILL";
  if (!isKilled && exitCode !== 0) throw new Error(`training ended with ${exitCode ?? signal}: ${messages}`);
  const operations = existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
  rmSync(log, { force: true });
  return { isKilled, operations, durationMs: performance.now() - start };
}

/** A run in a folder of its own that is left alone. */
export async function runWhole(folder: string): Promise<WholeRun> {
  const ending = await runTraining(folder, 1, null);
  return {
    ...ending,
    model: readFileSync(path.join(folder, "model")),
    reportJson: comparable(path.join(folder, "report", "report.json")),
  };
}

/** A report without what differs from run to run: its command and times. */
function comparable(file: string): string {
  const { run: _, ...report } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  return JSON.stringify(report);
}

/**
 * Says what is wrong in the folder of a killed run; empty when nothing is. Each file has to be as in a whole run, or not be
 * there; the checkpoint is judged by the run that goes on from it.
 */
export function faultsAfterKill(folder: string, whole: WholeRun): string[] {
  const faults: string[] = [];
  const model = path.join(folder, "model");
  if (existsSync(model) && !readFileSync(model).equals(whole.model)) faults.push("another model after the kill");
  const [html, json, markdown] = REPORTS.map((name) => path.join(folder, "report", name)) as [string, string, string];
  if (existsSync(html) && !readFileSync(html, "utf8").trimEnd().endsWith("</html>")) faults.push("half a report.html");
  if (existsSync(markdown) && !readFileSync(markdown, "utf8").endsWith("\n")) faults.push("half a report.md");
  try {
    if (existsSync(json) && comparable(json) !== whole.reportJson) faults.push("another report.json");
  } catch (error) {
    faults.push(`report.json: ${String(error)}`);
  }
  return faults;
}

/** Says what is wrong in the folder of a run that came to its end; empty when nothing is. */
export function faultsAtEnd(folder: string, whole: WholeRun): string[] {
  const faults = faultsAfterKill(folder, whole);
  const names = [...readdirSync(folder), ...readdirSync(path.join(folder, "report"))].sort();
  const expected = ["model", "report", ...REPORTS].join(", ");
  if (names.join(", ") !== expected) faults.push(`there are ${names.join(", ")}; expected ${expected}`);
  return faults;
}
