/**
 * Starts: bare Node, the analyzer made ready, and short commands, each as a process of its own, in orders that turn round.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node bin/newsclf.js train data/news.csv
 *   [chrt -f 50] node build/bench/inference/start.js [rounds, default 15]
 *
 * `chrt -f 50`, before which other processes wait, shows a quiet machine's wall clock on a busy one. Of the analyzer its
 * own time, after `import`, is reported too, and how much more memory the process holds than bare Node.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "../median.js";

/** What a process that makes the analyzer ready says of itself; bytes by Linux. */
const READY = `
import { readFileSync } from "node:fs";
const residentMegabytes = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024 / 1e6;
const loadAnalyzer = async () => {
  const { loadDefaultTokenizer } = await import(${JSON.stringify(pathToFileURL(path.resolve("dist/io/assets.js")).href)});
  const [start, before] = [performance.now(), process.cpuUsage()];
  (await loadDefaultTokenizer()).tokenize("아버지가 방에 들어가신다");
  const { user, system } = process.cpuUsage(before);
  return { elapsedMs: performance.now() - start, processorMs: (user + system) / 1e3 };
};
const load = process.argv[2] === "analyzer" ? await loadAnalyzer() : { elapsedMs: 0, processorMs: 0 };
console.log(JSON.stringify({ ...load, residentMegabytes: residentMegabytes() }));
`;

interface Load {
  readonly elapsedMs: number;
  readonly processorMs: number;
  readonly residentMegabytes: number;
}

interface Start {
  readonly wallMs: number;
  readonly processorMs: number;
  readonly peakMegabytes: number;
  readonly load: Load | null;
}

const [rounds = "15"] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "newsclf-start-"));
const script = path.join(folder, "ready.mjs");
const timeFile = path.join(folder, "time");
const text = "한국은행이 기준금리를 동결했다";
const commands: Readonly<Record<string, readonly string[]>> = {
  "bare Node": [script, "nothing"],
  analyzer: [script, "analyzer"],
  "newsclf tokenize --text": ["bin/newsclf.js", "tokenize", "--text", text],
  "newsclf classify --text": ["bin/newsclf.js", "classify", "-m", "models/news.newsclf", "--text", text],
  "newsclf classify --help": ["bin/newsclf.js", "classify", "--help"],
  "newsclf --help": ["bin/newsclf.js", "--help"],
};

function run(args: readonly string[]): Start {
  const timed = ["-f", "%U %S %M", "-o", timeFile, process.execPath, ...args];
  const start = performance.now();
  const output = execFileSync("/usr/bin/time", timed, { encoding: "utf8" });
  const wallMs = performance.now() - start;
  const [user, system, kilobytes] = readFileSync(timeFile, "utf8").trim().split(" ").map(Number);
  const load = args[0] === script ? (JSON.parse(output) as Load) : null;
  return { wallMs, processorMs: 1e3 * (user! + system!), peakMegabytes: (kilobytes! * 1024) / 1e6, load };
}

try {
  writeFileSync(script, READY);
  const starts: Record<string, Start[]> = {};
  const names = Object.keys(commands);
  for (let round = 0; round < Number(rounds); round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      starts[name] ??= [];
      starts[name].push(run(commands[name]!));
    }
  }
  const medianOf = (name: string, of: (start: Start) => number): number =>
    Math.round(10 * median(starts[name]!.map(of))) / 10;
  const bareMegabytes = medianOf("bare Node", ({ load }) => load!.residentMegabytes);
  const report = names.map((name) => ({
    name,
    wallMs: medianOf(name, (start) => start.wallMs),
    processorMs: medianOf(name, (start) => start.processorMs),
    peakMegabytes: medianOf(name, (start) => start.peakMegabytes),
  }));
  const analyzer = {
    elapsedMs: medianOf("analyzer", ({ load }) => load!.elapsedMs),
    processorMs: medianOf("analyzer", ({ load }) => load!.processorMs),
    megabytesOverBareNode: Number(
      (medianOf("analyzer", ({ load }) => load!.residentMegabytes) - bareMegabytes).toFixed(1),
    ),
  };
  const machine = { cpu: cpus()[0]!.model, node: process.version, load: loadavg()[0] };
  console.log(JSON.stringify({ ...machine, rounds: Number(rounds), report, analyzer }, null, 2));
} finally {
  rmSync(folder, { recursive: true });
}
