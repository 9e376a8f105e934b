/**
 * What pre-training on headlines without labels gives, where few headlines have labels: macro-F1 on later headlines.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/accuracy/pretraining.js
 *
 * Of ../shared/data/headlines_dev_train.csv a share drawn by the seed keeps its labels, the others lose them; the model, with all
 * defaults but the seed and without pseudo-labels, is measured on headlines_dev_test.csv. Hyper-parameters were chosen within
 * headlines_dev_train.csv. Results are written after each run to bench/results/pretraining.json; those that are there are not
 * made again.
 */

import {
  divide,
  Results,
  readAll,
  SEEDS,
  SHARES,
  scoresOf,
  TEST_PATH,
  TRAINING_PATH,
  trainTimed,
} from "./few-labels.js";

interface Result {
  readonly share: number;
  readonly seed: number;
  readonly pretrain: "none" | "autoencoder";
  readonly nLabeled: number;
  readonly macroF1: number;
  readonly seconds: number;
}

const given = await readAll(TRAINING_PATH);
const test = await readAll(TEST_PATH);
const results = new Results<Result>("bench/results/pretraining.json");
for (const seed of SEEDS) {
  for (const share of SHARES) {
    for (const pretrain of ["none", "autoencoder"] as const) {
      if (results.has({ seed, share, pretrain })) continue;
      const { labeled, others } = divide(given, share, seed);
      const options = { seed, pretrain, pseudoLabelRounds: 0 };
      const { classifier, seconds } = await trainTimed(labeled, options, pretrain === "none" ? null : others);
      const { macroF1 } = scoresOf(classifier, test);
      results.add({ share, seed, pretrain, nLabeled: labeled.length, macroF1, seconds });
    }
  }
}
