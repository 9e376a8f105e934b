/**
 * How many wrong labels `newsclf doctor` finds: 5% of a file's labels are replaced by others at random, and as many suspects
 * are looked at. Done for each of the trainings that the search could use, interleaved, so that what each finds can be
 * weighed against its processor time.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json && node build/bench/doctor/planted.js [SEEDS [FILE...]]
 *
 * SEEDS is how many times errors are planted (default 1), FILE a name in ../shared/data without its ending (default: articles,
 * bbc_en). Writes bench/results/doctor.json.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { examine } from "../../src/doctor/examine.js";
import { readArticles } from "../../src/io/read-articles.js";
import type { TrainingSettings } from "../../src/options/train-options.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { plantErrors } from "../../tests/corpus/plant-errors.js";

const RESULTS = "bench/results/doctor.json";
const PLANTED_SHARE = 0.05;

/** In place of the search's own settings; {} is the search as it is. */
const TRAININGS: Readonly<Record<string, TrainingSettings>> = {
  "the search's": {},
  "four networks": { ensemble: 4 },
  "first layer of 64": { network: { hiddenUnits: [64, 32, 32] } },
  "half the steps": { optimizer: { epochs: 3, minSteps: 300 } },
  "batches of 32, dropout 0.3": {
    network: { hiddenUnits: [64, 32, 32], dropout: 0.3, inputDropout: 0.1 },
    optimizer: { epochs: 3, minSteps: 1000, batchSize: 32 },
  },
  "words and pairs of words": { terms: { charNgrams: false, ngramRange: [1, 2] } },
};

interface Run {
  readonly file: string;
  readonly training: string;
  readonly seed: number;
  readonly nPlanted: number;
  readonly nFound: number;
  readonly precision: number;
  readonly macroF1: number;
  readonly cpuSeconds: number;
}

async function run(file: string, articles: readonly LabeledArticle[], training: string, seed: number): Promise<Run> {
  const { swapped, planted } = plantErrors(articles, PLANTED_SHARE, seed);
  const begin = process.cpuUsage();
  const { labelErrors } = await examine(
    {
      name: file,
      articles: swapped,
      sources: swapped.map(() => file),
      lines: swapped.map((_, place) => place),
      files: [],
    },
    { top: planted.size },
    { training: TRAININGS[training]! },
  );
  const { user, system } = process.cpuUsage(begin);
  const nFound = labelErrors!.suspects.filter(({ line }) => planted.has(line)).length;
  return {
    file,
    training,
    seed,
    nPlanted: planted.size,
    nFound,
    precision: Number((nFound / planted.size).toFixed(4)),
    macroF1: Number(labelErrors!.macroF1.toFixed(4)),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
  };
}

const [nSeeds = "1", ...named] = process.argv.slice(2);
const runs: Run[] = [];
for (const file of named.length > 0 ? named : ["articles", "bbc_en"]) {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(`../shared/data/${file}.csv`)) articles.push(article);
  for (let seed = 1; seed <= Number(nSeeds); seed++) {
    for (const training of Object.keys(TRAININGS)) {
      const each = await run(file, articles, training, seed);
      runs.push(each);
      console.log(JSON.stringify(each));
    }
  }
}
const setting = {
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  cpu: cpus()[0]!.model,
  nCores: cpus().length,
  node: process.version,
  loadAverage: loadavg().map((value) => Number(value.toFixed(1))),
};
writeFileSync(RESULTS, `${JSON.stringify({ ...setting, plantedShare: PLANTED_SHARE, runs }, null, 2)}\n`);
