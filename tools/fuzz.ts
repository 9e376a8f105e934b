/**
 * Feeds hostile inputs to everything that reads what others wrote; exit status 1 when one of them meets anything but a right
 * result or an error thrown on purpose.
 *
 *   npm run fuzz -- [inputs, default 1000000] [seed, default 1] [part of a target's name]
 *
 * A fault is shown with the seed of its input: `npm run fuzz -- 1 SEED TARGET --input` runs that one alone.
 */

import { FuzzRandom } from "../tests/fuzz/fuzz-random.js";
import { fuzz, makeTargets } from "../tests/fuzz/targets.js";

const MAX_REPORTS = 20;

const [inputs = "1000000", seedText = "1", part = ""] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const seed = Number(seedText);
const targets = (await makeTargets()).filter(({ name }) => name.includes(part));

let nFaults = 0;
const report = (target: string, inputSeed: number, error: unknown): void => {
  nFaults++;
  if (nFaults <= MAX_REPORTS) {
    console.error(
      `${target}, input ${inputSeed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
};

if (process.argv.includes("--input")) {
  for (const { name, run } of targets) {
    try {
      await run(new FuzzRandom(seed));
    } catch (error) {
      report(name, seed, error);
    }
  }
} else {
  const rssBefore = process.memoryUsage().rss;
  // An input that takes long is no fault by itself; one that never ends shows in nothing else.
  const slowestMs: Record<string, number> = {};
  const timed = targets.map((target) => ({
    ...target,
    run: async (random: FuzzRandom) => {
      const start = performance.now();
      try {
        await target.run(random);
      } finally {
        slowestMs[target.name] = Math.max(slowestMs[target.name] ?? 0, Math.round(performance.now() - start));
      }
    },
  }));
  const counts = await fuzz(timed, seed, Number(inputs), { onFault: report });
  const rssGrowthMegabytes = Math.round((process.memoryUsage().rss - rssBefore) / 2 ** 20);
  console.log(
    JSON.stringify({ seed, inputs: Object.fromEntries(counts), faults: nFaults, slowestMs, rssGrowthMegabytes }),
  );
}
process.exitCode = nFaults === 0 ? 0 : 1;
