/**
 * What pseudo-labels for headlines of the later date give: macro-F1 and calibration error on these and on others of that date.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/accuracy/pseudo-labels.js [labelled.csv later.csv]
 *
 * Of ../shared/data/headlines_dev_train.csv a share drawn by the seed keeps its labels, the others are left out. A half of
 * headlines_dev_test.csv, every second headline, is given without labels, and the model, with all defaults but the seed, is tried
 * on both halves, the one that it has seen without labels and the other; then the other way round. Nothing was chosen on that
 * file. Results are written after each run to bench/results/pseudo-labels.json; those that are there are not made again. With
 * files of one's own they are only printed.
 */

import {
  divide,
  Results,
  readAll,
  type Scores,
  SEEDS,
  SHARES,
  scoresOf,
  TEST_PATH,
  TRAINING_PATH,
  trainTimed,
} from "./few-labels.js";

/** Headlines of even and of odd places, from 0 on. */
type Half = "even" | "odd";

interface Result extends Scores {
  readonly share: number;
  readonly seed: number;
  /** The half that was given without labels. */
  readonly unlabeled: Half | "none";
  /** The half that the model was tried on. */
  readonly tried: Half;
  readonly nLabeled: number;
  readonly nUnlabeled: number;
  readonly seconds: number;
}

const [trainingPath = TRAINING_PATH, laterPath = TEST_PATH] = process.argv.slice(2);
const given = await readAll(trainingPath);
const later = await readAll(laterPath);
const halves = { even: later.filter((_, i) => i % 2 === 0), odd: later.filter((_, i) => i % 2 === 1) };
const RUNS = [
  { unlabeled: "none", tried: ["even", "odd"] },
  { unlabeled: "even", tried: ["even", "odd"] },
  { unlabeled: "odd", tried: ["even", "odd"] },
] as const satisfies readonly { unlabeled: Result["unlabeled"]; tried: readonly Half[] }[];
const results = new Results<Result>(process.argv.length > 2 ? null : "bench/results/pseudo-labels.json");
for (const seed of SEEDS) {
  for (const share of SHARES) {
    const { labeled } = divide(given, share, seed);
    for (const { unlabeled, tried } of RUNS) {
      const open = tried.filter((half) => !results.has({ seed, share, unlabeled, tried: half }));
      if (open.length === 0) continue;
      const texts = unlabeled === "none" ? null : halves[unlabeled].map(({ title, body }) => ({ title, body }));
      const { classifier, seconds } = await trainTimed(labeled, { seed }, texts);
      for (const half of open) {
        results.add({
          share,
          seed,
          unlabeled,
          tried: half,
          nLabeled: labeled.length,
          nUnlabeled: texts?.length ?? 0,
          ...scoresOf(classifier, halves[half]),
          seconds,
        });
      }
    }
  }
}
