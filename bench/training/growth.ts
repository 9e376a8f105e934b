/**
 * Time and memory of `newsclf train` with its defaults as the number of headlines grows: from the file to the model.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/training/growth.js [headlines …, default 1000 10000 100000 1000000] [-- FLAGS of train]
 *
 * Headlines are those of ../shared/data/ynat_train.csv, again and again; from the second time on each has a word of another
 * headline in place of one of its own. A model whose macro-F1 on the articles kept back says that it has not learned is an error.
 * Writes bench/results/growth.json; files go to build/bench/growth/.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { openFile } from "../../src/io/files.js";
import { readArticles } from "../../src/io/read-articles.js";
import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";
import { toDocument } from "../../src/text/article.js";

const FOLDER = "build/bench/growth";
const RESULTS = "bench/results/growth.json";
const SEED = 1;
/** None of the library's own. */
const STREAM = 1000;
/** Far above a guess among seven labels. */
const LEAST_MACRO_F1 = 0.5;

const given = process.argv.slice(2);
const nSizes = given.includes("--") ? given.indexOf("--") : given.length;
const sizes = given.slice(0, nSizes).map(Number);
const flags = given.slice(nSizes + 1);
const headlines: { readonly words: readonly string[]; readonly label: string }[] = [];
for await (const { article } of readArticles(openFile("../shared/data/ynat_train.csv"))) {
  headlines.push({ words: toDocument(article).split(" "), label: article.label });
}

const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;

/** The rows of a corpus of n headlines, the same in each run. */
function rowsOf(n: number): string {
  const random = new Philox().withKey(SEED, STREAM);
  const word = (at: number, limit: number): number => Math.floor(random.words[at]! * WORD_TO_UNIT * limit);
  const rows = ["title,label\n"];
  for (let i = 0; i < n; i++) {
    const { words, label } = headlines[i % headlines.length]!;
    const changed = [...words];
    if (i >= headlines.length) {
      random.generate(i, 0, 0, 0);
      const other = headlines[word(0, headlines.length)]!.words;
      changed[word(1, changed.length)] = other[word(2, other.length)]!;
    }
    rows.push(`${quote(changed.join(" "))},${quote(label)}\n`);
  }
  return rows.join("");
}

mkdirSync(FOLDER, { recursive: true });
const results = [];
for (const nHeadlines of sizes.length > 0 ? sizes : [1000, 10_000, 100_000, 1_000_000]) {
  const file = (name: string): string => path.join(FOLDER, name);
  writeFileSync(file("train.csv"), rowsOf(nHeadlines));
  const command = [
    "bin/newsclf.js",
    "train",
    file("train.csv"),
    "-o",
    file("model.newsclf"),
    "--report",
    FOLDER,
    ...flags,
  ];
  const before = loadavg()[0];
  const timed = ["-f", "%e %U %S %M", "-o", file("time.txt"), process.execPath, ...command];
  execFileSync("/usr/bin/time", [...timed, "--profile", file("profile.json")], { stdio: "ignore" });
  const { macroF1 } = JSON.parse(readFileSync(file("report.json"), "utf8")) as { macroF1: number };
  if (!(macroF1 >= LEAST_MACRO_F1)) throw new Error(`${nHeadlines} headlines: macro-F1 ${macroF1}`);
  const [seconds, user, system, kilobytes] = readFileSync(file("time.txt"), "utf8").trim().split(" ").map(Number);
  const profile = JSON.parse(readFileSync(file("profile.json"), "utf8")) as { stages: object };
  const result = {
    nHeadlines,
    seconds,
    cpuSeconds: Number((user! + system!).toFixed(2)),
    cpuMicrosecondsPerHeadline: Math.round(((user! + system!) / nHeadlines) * 1e6),
    peakMegabytes: Math.round(kilobytes! / 1024),
    macroF1,
    loadBefore: before,
    stages: profile.stages,
  };
  results.push(result);
  console.log(JSON.stringify({ ...result, stages: undefined }));
}
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const machine = { cpu: cpus()[0]!.model.trim(), nProcessors: cpus().length, node: process.version };
writeFileSync(RESULTS, `${JSON.stringify({ commit, ...machine, flags, results }, null, 2)}\n`);
