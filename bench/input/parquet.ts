/**
 * Rows per second of our Parquet reader and of hyparquet, which is not a dependency, on the same files.
 *
 *   npx tsc -p tsconfig.bench.json
 *   mkdir -p /tmp/hyparquet && npm install --prefix /tmp/hyparquet hyparquet@1.33.0 hyparquet-compressors@1.1.2
 *   node build/bench/input/parquet.js /tmp/hyparquet FILE.parquet...
 *
 * Both read all columns as texts, ours a row at a time within its limits, hyparquet the whole file as columns of strings. The rows must be
 * the same. Each takes turns in a process of its own, which reads once before its time is taken; processor time (user + system) and the
 * most resident memory are the median of the turns. Prints a line of JSON for each file.
 */

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readParquetTable } from "../../src/io/parquet-table.js";
import { sha256, toHex } from "../../src/sha-256.js";
import { median } from "../median.js";

const N_TURNS = 5;
const LIMITS = { maxRowBytes: 2 ** 24, recovers: false };

type Reader = "ours" | "hyparquet";

/** Called with each row. */
type Sink = (values: readonly unknown[]) => void;

async function readOurs(file: string, sink: Sink): Promise<void> {
  for await (const event of readParquetTable(file, LIMITS)) if (event.kind === "row") sink(event.values);
}

async function readHyparquet(folder: string, file: string, sink: Sink): Promise<void> {
  const require = createRequire(path.join(path.resolve(folder), "package.json"));
  const load = (name: string) => import(pathToFileURL(require.resolve(name)).href);
  const { asyncBufferFromFile, parquetReadObjects } = await load("hyparquet");
  const { compressors } = await load("hyparquet-compressors");
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
  for (const row of rows) sink(Object.values(row));
}

interface Turn {
  readonly nRows: number;
  readonly hash: string;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

async function takeTurn(reader: Reader, folder: string, file: string): Promise<Turn> {
  const read = (sink: Sink) => (reader === "ours" ? readOurs(file, sink) : readHyparquet(folder, file, sink));
  const texts: string[] = [];
  await read((values) => texts.push(values.join("\u0000")));
  const hash = toHex(await sha256(new TextEncoder().encode(texts.join("\n"))));
  const nRows = texts.splice(0).length;
  let nUnits = 0;
  const start = process.cpuUsage();
  await read((values) => {
    for (const value of values) nUnits += String(value).length;
  });
  const { user, system } = process.cpuUsage(start);
  if (nUnits === 0) throw new Error("nothing was read");
  return { nRows, hash, cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

const [folder = "", ...files] = process.argv.slice(2);
const turn = process.env["NEWSCLF_READER"] as Reader | undefined;
if (turn !== undefined) console.log(JSON.stringify(await takeTurn(turn, folder, files[0] as string)));
else {
  for (const file of files) {
    const turns: Record<Reader, Turn[]> = { ours: [], hyparquet: [] };
    for (let i = 0; i < N_TURNS; i++) {
      const order: readonly Reader[] = i % 2 === 0 ? ["ours", "hyparquet"] : ["hyparquet", "ours"];
      for (const reader of order) {
        const env = { ...process.env, NEWSCLF_READER: reader };
        const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), folder, file], { env });
        turns[reader].push(JSON.parse(`${output}`) as Turn);
      }
    }
    const hashes = new Set([...turns.ours, ...turns.hyparquet].map(({ hash }) => hash));
    if (hashes.size !== 1) throw new Error(`${file}: the rows differ`);
    const { nRows } = turns.ours[0] as Turn;
    const seconds = (reader: Reader) => median(turns[reader].map(({ cpuSeconds }) => cpuSeconds));
    const rowsPerSecond = (reader: Reader) => Math.round(nRows / seconds(reader));
    console.log(
      JSON.stringify({
        file: path.basename(file),
        nRows,
        ours: rowsPerSecond("ours"),
        hyparquet: rowsPerSecond("hyparquet"),
        ratio: Math.round((100 * seconds("hyparquet")) / seconds("ours")) / 100,
        // The texts of the first reading are in it for both.
        ourMegabytes: Math.round(median(turns.ours.map(({ peakMegabytes }) => peakMegabytes))),
        hyparquetMegabytes: Math.round(median(turns.hyparquet.map(({ peakMegabytes }) => peakMegabytes))),
      }),
    );
  }
}
