/**
 * How large report.html is and how fast Chromium opens it: for an invented evaluation of 100,000 articles with bodies, and for the
 * reports that are named.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/report/open.js [report.html …]
 *
 * Time is from the navigation to the load event and the next frame, median and range of 9 fresh pages. Writes bench/results/report.json.
 */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { createEvaluator, formatReportHtml } from "../../src/index.js";

const N_DOCUMENTS = 100_000;
const N_LABELS = 8;
const N_RUNS = 9;

/** An evaluation whose scores are a function of the document's number; about one in five is wrong. */
async function inventReport(): Promise<string> {
  const labels = Array.from({ length: N_LABELS }, (_, index) => `분야${index}`);
  const evaluator = createEvaluator(labels);
  for (let index = 0; index < N_DOCUMENTS; index++) {
    const hash = Math.imul(index + 1, 0x9e37_79b1) >>> 0;
    const trueIndex = index % N_LABELS;
    const predictedIndex = hash % 5 === 0 ? (hash >>> 8) % N_LABELS : trueIndex;
    const best = 0.4 + 0.6 * (hash / 2 ** 32);
    const scores = labels.map((_, label) => (label === predictedIndex ? best : (1 - best) / (N_LABELS - 1)));
    evaluator.addScores(labels[trueIndex] as string, scores, {
      title: `기사 ${index}의 제목은 서른 자쯤 되는 한 줄로 되어 있다`,
      body: `기사 ${index}의 본문. `.repeat(40),
      line: index + 2,
    });
  }
  return formatReportHtml(evaluator.finish());
}

const folder = mkdtempSync(path.join(tmpdir(), "newsclf-bench-"));
const invented = path.join(folder, "report.html");
writeFileSync(invented, await inventReport());
const executablePath = process.env["NEWSCLF_CHROMIUM"] ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const results = [];
for (const file of [invented, ...process.argv.slice(2)]) {
  const name =
    file === invented ? `invented, ${N_DOCUMENTS} articles` : path.basename(path.dirname(path.resolve(file)));
  const times: number[] = [];
  for (let run = 0; run < N_RUNS; run++) {
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(pathToFileURL(path.resolve(file)).href);
    await page.evaluate("new Promise(requestAnimationFrame)");
    times.push(Math.round(performance.now() - start));
    await page.close();
  }
  times.sort((a, b) => a - b);
  const nItems = readFileSync(file, "utf8").split("<li data-item").length - 1;
  const result = {
    name,
    sizeBytes: statSync(file).size,
    nItems,
    openMs: times[N_RUNS >> 1],
    rangeMs: [times[0], times.at(-1)],
  };
  results.push(result);
  console.log(JSON.stringify(result));
}
const browserVersion = browser.version();
await browser.close();
rmSync(folder, { recursive: true });
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  nCpus: cpus().length,
  node: process.version,
  chromium: browserVersion,
};
writeFileSync("bench/results/report.json", `${JSON.stringify({ machine, results }, null, 2)}\n`);
