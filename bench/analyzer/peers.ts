/**
 * Other analyzers of Korean beside this one: speed of text → tokens with tags, start, memory, and how much of mecab-ko's
 * output they give.
 *
 *   (cd PEERS && npm install kuromoji-ko@1.0.8 lindera-wasm-nodejs-cjk@2.0.0 garu-ko@0.3.7)
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/analyzer/peers.js PEERS CSV TEXTS [PYTHON with kiwipiepy, or -] [passes, default 9]
 *
 * TEXTS is how many texts of the CSV to take. F1 is that of (start, end, tag) against newsclf, whose output is mecab-ko's
 * (docs/tokenizer.md). Kiwi and garu follow conventions of their own, so that theirs says how alike, not how good.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { parse } from "csv-parse/sync";
import { median } from "../median.js";

/** The place is in UTF-16 units, where the analyzer gives it. */
type Tokens = readonly (readonly [surface: string, tag: string, start?: number])[];

interface Peer {
  readonly name: string;
  readonly process: ChildProcessWithoutNullStreams;
  readonly answers: AsyncIterator<string>;
  readonly load: { readonly loadMs: number; readonly loadBytes: number };
  readonly tokensFile: string;
  readonly times: number[];
}

async function nextAnswer<T>(answers: AsyncIterator<string>, name: string): Promise<T> {
  const { value, done } = await answers.next();
  if (done === true) throw new Error(`${name} ended`);
  return JSON.parse(value) as T;
}

/** A form that is found farther on, white space aside, is not that of the text. */
const MAX_GAP = 4;

/** "start,end,tag" of each token; a token that is not in the text gets a place of its own. */
function spans(text: string, tokens: Tokens): Set<string> {
  let position = 0;
  return new Set(
    tokens.map(([surface, tag, start]) => {
      while (/\s/.test(text.charAt(position))) position++;
      const found = start ?? text.indexOf(surface, position);
      if (found < 0 || (start === undefined && found > position + MAX_GAP)) return `${position},?,${surface}/${tag}`;
      position = found + surface.length;
      return `${found},${position},${tag}`;
    }),
  );
}

function f1(texts: readonly string[], found: readonly Tokens[], expected: readonly Tokens[]): number {
  let [nShared, nFound, nExpected] = [0, 0, 0];
  for (const [i, text] of texts.entries()) {
    const [a, b] = [spans(text, found[i]!), spans(text, expected[i]!)];
    for (const span of a) if (b.has(span)) nShared++;
    nFound += a.size;
    nExpected += b.size;
  }
  return (2 * nShared) / (nFound + nExpected);
}

const [folder, csv, nTexts, python = "-", nPasses = "9"] = process.argv.slice(2);
if (folder === undefined || csv === undefined || nTexts === undefined) {
  throw new Error("usage: peers.js PEERS CSV TEXTS [PYTHON|-] [PASSES]");
}
const rows = parse(await readFile(csv), { columns: true, bom: true }) as { text?: string; title?: string }[];
const texts = rows.slice(0, Number(nTexts)).map((row) => row.text ?? row.title ?? "");
const work = await mkdtemp(path.join(tmpdir(), "newsclf-peers-"));
const peers: Peer[] = [];
try {
  const textsFile = path.join(work, "texts.json");
  await writeFile(textsFile, JSON.stringify(texts));
  const script = path.join(import.meta.dirname, "peer.js");
  const names = ["newsclf", "kuromoji-ko", "lindera-wasm", "garu-ko", ...(python === "-" ? [] : ["kiwipiepy"])];
  for (const name of names) {
    const tokensFile = path.join(work, `${name}.json`);
    const child =
      name === "kiwipiepy"
        ? spawn(python, ["bench/analyzer/kiwi.py", textsFile, tokensFile])
        : spawn(process.execPath, [script, name, path.resolve(folder), textsFile, tokensFile]);
    child.stderr.pipe(process.stderr);
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const load = await nextAnswer<Peer["load"]>(answers, name);
    peers.push({ name, process: child, answers, load, tokensFile, times: [] });
  }
  for (let pass = 0; pass <= Number(nPasses); pass++) {
    for (const peer of pass % 2 === 0 ? peers : peers.toReversed()) {
      peer.process.stdin.write("\n");
      const { elapsedMs } = await nextAnswer<{ elapsedMs: number }>(peer.answers, peer.name);
      // The first pass warms up and writes the tokens.
      if (pass > 0) peer.times.push(elapsedMs);
    }
  }
  const tokensOf = async ({ tokensFile }: Peer) => JSON.parse(await readFile(tokensFile, "utf8")) as Tokens[];
  const expected = await tokensOf(peers[0]!);
  const nBytes = Buffer.byteLength(texts.join(""));
  const report = [];
  for (const peer of peers) {
    const ratios = peer.times.map((time, pass) => time / peers[0]!.times[pass]!);
    report.push({
      name: peer.name,
      megabytesPerSecond: Number((nBytes / median(peer.times) / 1e3).toFixed(3)),
      timesSlower: Number(median(ratios).toFixed(2)),
      range: [Math.min(...ratios), Math.max(...ratios)].map((ratio) => Number(ratio.toFixed(2))),
      f1: Number(f1(texts, await tokensOf(peer), expected).toFixed(4)),
      loadMs: Math.round(peer.load.loadMs),
      loadMegabytes: Math.round(peer.load.loadBytes / 1e6),
    });
  }
  const data = { csv: path.basename(csv), texts: texts.length, bytes: nBytes, passes: Number(nPasses) };
  console.log(JSON.stringify({ cpu: cpus()[0]!.model, node: process.version, ...data, report }, null, 2));
} finally {
  for (const peer of peers) peer.process.stdin.end();
  await rm(work, { recursive: true });
}
