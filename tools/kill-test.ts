/**
 * Kills training at random moments, resumes it, and compares the files with those of a run that was left alone.
 *
 *   npm run build && npm run kill-test -- [kills, default 100] [seed, default 1]
 *
 * Half of the kills come at a time drawn from the length of a whole run, half at an operation on one of its files (lock,
 * checkpoint, model, report), in the middle of a write among others. A run is killed up to four times, with one thread or
 * two, and goes on from its checkpoint; then its model must be the same, byte for byte, its report, too, and beside them
 * nothing. Prints counts as JSON; exit status 1 on a difference.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FuzzRandom } from "../tests/fuzz/fuzz-random.js";
import { faultsAfterKill, faultsAtEnd, type Kill, runTraining, runWhole } from "../tests/kills/killed-runs.js";

const MOST_KILLS_OF_RUN = 4;

const nKills = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? 1);
const random = new FuzzRandom(seed);
const folder = mkdtempSync(path.join(tmpdir(), "newsclf-kill-"));

const count = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

/** Kills by tenth of a whole run's time, and by the file and operation that was begun last. */
const byTenth: Record<string, number> = {};
const byOperation: Record<string, number> = {};
let nKilled = 0;
let nFinished = 0;
let nEqual = 0;
try {
  const whole = await runWhole(path.join(folder, "whole"));
  /** The operations of one kind come up as often as those of any other, however often a checkpoint is written. */
  const places = new Map<string, number[]>();
  for (const [i, operation] of whole.operations.entries()) {
    places.set(operation, [...(places.get(operation) ?? []), i + 1]);
  }
  const kinds = [...places.keys()].sort();

  const draw = (): Kill =>
    random.below(2) === 0
      ? { kind: "time", afterMs: whole.durationMs * (random.below(1000) / 1000) }
      : { kind: "operation", nth: random.pick(places.get(random.pick(kinds)) ?? []) };

  while (nKilled < nKills) {
    const place = path.join(folder, `run-${nFinished}`);
    const faults: string[] = [];
    for (let n = 1 + random.below(MOST_KILLS_OF_RUN); n > 0; n--) {
      const kill = draw();
      const { isKilled, operations } = await runTraining(place, 1 + random.below(2), kill);
      if (!isKilled) break;
      nKilled++;
      if (kill.kind === "time") count(byTenth, String(Math.floor((10 * kill.afterMs) / whole.durationMs)));
      else count(byOperation, operations.at(-1) ?? "none");
      faults.push(...faultsAfterKill(place, whole));
    }
    await runTraining(place, 1 + random.below(2), null);
    faults.push(...faultsAtEnd(place, whole));
    nFinished++;
    if (faults.length === 0) nEqual++;
    else console.error(`run ${nFinished}: ${faults.join("; ")}`);
    rmSync(place, { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  JSON.stringify(
    { seed, kills: nKilled, finishedRuns: nFinished, equalRuns: nEqual, timeKillsByTenth: byTenth, byOperation },
    null,
    2,
  ),
);
process.exitCode = nEqual === nFinished ? 0 : 1;
