/**
 * Loads hostile files, each in a process of its own, and compares the most memory that it took with a load of a right file of its kind.
 *
 *   npm run build && npm run hostile-memory -- [damaged files of each kind, default 500] [seed, default 1]
 *
 * The files are those of tests/hostile/hostile-files.ts, and right ones with bytes changed at random. Prints a line of JSON for each; exit
 * status 1 when one ends otherwise than it must, or takes more than the allowance of its kind.
 */

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FuzzRandom, mutateBytes } from "../tests/fuzz/fuzz-random.js";
import { ALLOWANCES, goodFiles, hostileFiles } from "../tests/hostile/hostile-files.js";
import { type LoadKind, measureLoad } from "../tests/hostile/peak-memory.js";

const MEGABYTE = 2 ** 20;
/** Damaged files that one process loads. */
const PER_PROCESS = 5;
const nDamaged = Number(process.argv[2] ?? 500);
const seed = Number(process.argv[3] ?? 1);
const folder = mkdtempSync(path.join(tmpdir(), "newsclf-hostile-"));
let nFaults = 0;

const megabytes = (bytes: number): number => Math.round((bytes / MEGABYTE) * 10) / 10;

function report(kind: LoadKind, name: string, line: Readonly<Record<string, unknown>>, isFault: boolean): void {
  if (isFault) nFaults++;
  console.log(JSON.stringify({ kind, name, ...line, ...(isFault ? { FAULT: true } : {}) }));
}

try {
  const good = await goodFiles(folder);
  const bare = new Map<LoadKind, number>();
  for (const [kind, file] of Object.entries(good) as [LoadKind, string][]) {
    const { peakBytes, outcomes, seconds } = await measureLoad(kind, [file]);
    bare.set(kind, peakBytes);
    report(kind, "bare load", { peakMegabytes: megabytes(peakBytes), seconds }, outcomes[0] !== "loaded");
  }
  for (const { name, kind, outcome, write } of hostileFiles()) {
    const file = path.join(folder, name.includes(".") ? name : "hostile");
    await write(file);
    const sizeBytes = statSync(file).size;
    const { perByte, constantBytes } = ALLOWANCES[kind];
    const { peakBytes, outcomes, seconds } = await measureLoad(kind, [file]);
    const moreBytes = peakBytes - (bare.get(kind) ?? 0);
    const line = {
      fileMegabytes: megabytes(sizeBytes),
      moreMegabytes: megabytes(moreBytes),
      outcome: outcomes[0],
      seconds,
    };
    report(kind, name, line, outcomes[0] !== outcome || moreBytes > perByte * sizeBytes + constantBytes);
    rmSync(file);
  }
  for (const [kind, file] of Object.entries(good) as [LoadKind, string][]) {
    const bytes = await readFile(file);
    const files = Array.from({ length: nDamaged }, (_, i) => path.join(folder, `${i}-${path.basename(file)}`));
    for (const [i, damaged] of files.entries()) await writeFile(damaged, mutateBytes(new FuzzRandom(seed + i), bytes));
    // What many loads leave behind is garbage that may wait, and says nothing of one of them.
    const loads = [];
    for (let i = 0; i < files.length; i += PER_PROCESS) {
      loads.push(await measureLoad(kind, files.slice(i, i + PER_PROCESS)));
    }
    const outcomes = loads.flatMap((load) => load.outcomes);
    const seconds = loads.reduce((sum, load) => sum + load.seconds, 0);
    const moreBytes = Math.max(...loads.map(({ peakBytes }) => peakBytes)) - (bare.get(kind) ?? 0);
    const counts: Record<string, number> = {};
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    const isWrong = outcomes.some((outcome) => !/^[A-Za-z_]+$/.test(outcome));
    const line = { moreMegabytes: megabytes(moreBytes), outcomes: counts, seconds };
    report(kind, `${nDamaged} damaged files`, line, isWrong || moreBytes > ALLOWANCES[kind].constantBytes);
    for (const damaged of files) rmSync(damaged);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify({ seed, faults: nFaults }));
process.exitCode = nFaults === 0 ? 0 : 1;
