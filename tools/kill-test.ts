/**
 * Kills training at random moments, resumes it, and compares the model with that of a run that was left alone.
 *
 *   npm run build && npm run kill-test -- [kills, default 100] [seed, default 1]
 *
 * Each round starts a run with --resume and sends SIGKILL after a time drawn from the length of a whole run; a run that is done before
 * is no kill. Rounds go on over the same checkpoint until one is done; then the model must be the same, byte for byte, and beside
 * it nothing else. Prints counts as JSON; exit status 1 on a difference.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FuzzRandom } from "../tests/fuzz/fuzz-random.js";

const CORPUS = "tests/fixtures/tiny-corpus.csv";
const SETTINGS = [
  "--hidden-units",
  "16,8,8",
  "--min-df",
  "1",
  "--batch-size",
  "4",
  "--min-steps",
  "2000",
  "--workers",
  "1",
];

const nKills = Number(process.argv[2] ?? 100);
const random = new FuzzRandom(Number(process.argv[3] ?? 1));
const folder = mkdtempSync(path.join(tmpdir(), "newsclf-kill-"));

/** Runs training; true when it came to its end before it was killed. */
async function run(name: string, killAfterMs: number | null): Promise<boolean> {
  const places = ["-o", path.join(folder, name, "model"), "--report", path.join(folder, `${name}-report`)];
  const argv = ["bin/newsclf.js", "train", CORPUS, ...places, ...SETTINGS, "--checkpoint-every", "step", "--resume"];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  let messages = "";
  child.stderr.on("data", (text: Buffer) => {
    messages += text.toString();
  });
  const timer = killAfterMs === null ? null : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
  if (timer !== null) clearTimeout(timer);
  if (signal === "SIGKILL") return false;
  if (exitCode !== 0) throw new Error(`training ended with ${exitCode}: ${messages}`);
  return true;
}

let nKilled = 0;
let nFinished = 0;
let nDifferent = 0;
try {
  const start = performance.now();
  await run("whole", null);
  const wholeMs = performance.now() - start;
  const whole = readFileSync(path.join(folder, "whole", "model"));
  while (nKilled < nKills) {
    const name = `run-${nFinished}`;
    while (!(await run(name, wholeMs * (0.2 + random.below(1000) / 1000)))) nKilled++;
    nFinished++;
    const isSame = readFileSync(path.join(folder, name, "model")).equals(whole);
    const names = readdirSync(path.join(folder, name));
    if (!isSame || names.length !== 1) {
      nDifferent++;
      console.error(`${name}: ${isSame ? "the same model" : "another model"}; there are ${names.join(", ")}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(JSON.stringify({ kills: nKilled, finishedRuns: nFinished, different: nDifferent }));
process.exitCode = nDifferent === 0 ? 0 : 1;
