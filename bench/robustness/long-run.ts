/**
 * Memory of a process that classifies for long, and of one that loads and drops dictionary, kernels and model again and again.
 *
 *   npm run build && node bin/newsclf.js train data/news.csv && npx tsc -p tsconfig.bench.json
 *   node --expose-gc build/bench/robustness/long-run.js [classifications, default 1000000] [loads, default 200]
 *
 * Texts are the titles of data/news.csv, each time with one letter replaced, so that unknown words never end. Heap and resident
 * memory are read after a garbage collection at 20 moments of each part. Exit status 1 when the first texts have another
 * answer at the end, or when from the first quarter to the end the heap grows by more than 2 MB or resident memory by more
 * than 16 MB. Writes bench/results/long-run.json.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { Classifier } from "../../src/classifier.js";
import { readDictionary } from "../../src/io/dictionary-file.js";
import { openFile } from "../../src/io/files.js";
import { readArticles } from "../../src/io/read-articles.js";
import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";
import { createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import { createWasmViterbi } from "../../src/kernels/wasm-viterbi.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";

const MODEL = "models/news.newsclf";
const RESULTS = "bench/results/long-run.json";
const SEED = 1;
/** None of the library's own. */
const STREAM = 1001;
const N_SAMPLES = 20;
const N_COMPARED = 100;
const MEGABYTE = 2 ** 20;
const MOST_HEAP_GROWTH = 2 * MEGABYTE;
const MOST_RSS_GROWTH = 16 * MEGABYTE;
const FIRST_SYLLABLE = 0xac00;
const N_SYLLABLES = 11_172;

interface MemorySample {
  readonly done: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

const collectGarbage = globalThis.gc;
if (collectGarbage === undefined) throw new Error("start it with node --expose-gc");

async function sampleMemory(done: number): Promise<MemorySample> {
  // Memory of WebAssembly is given back in a later turn than the one that collects its owner.
  for (let i = 0; i < 3; i++) {
    collectGarbage?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { done, heapBytes: heapUsed, rssBytes: rss };
}

/** Runs a step again and again, and reads memory at even distances. */
async function runLong(n: number, step: (i: number) => void | Promise<void>): Promise<readonly MemorySample[]> {
  const samples = [];
  const distance = Math.max(1, Math.floor(n / N_SAMPLES));
  for (let i = 0; i < n; i++) {
    const pending = step(i);
    if (pending !== undefined) await pending;
    if ((i + 1) % distance === 0) samples.push(await sampleMemory(i + 1));
  }
  return samples;
}

function grew(samples: readonly MemorySample[]): { readonly heapBytes: number; readonly rssBytes: number } {
  const [start, end] = [samples[Math.floor(samples.length / 4)]!, samples.at(-1)!];
  return { heapBytes: end.heapBytes - start.heapBytes, rssBytes: end.rssBytes - start.rssBytes };
}

async function load(): Promise<Classifier> {
  const dictionary = await readDictionary("assets/mecab-ko-dic.bin");
  const tokenizer = new MecabTokenizer(dictionary, createWasmViterbi(readFileSync("assets/viterbi.wasm")));
  const kernels = createWasmMlp(readFileSync("assets/mlp.wasm"));
  return Classifier.load(readFileSync(MODEL), { tokenizer, kernels });
}

const nTexts = Number(process.argv[2] ?? 1_000_000);
const nLoads = Number(process.argv[3] ?? 200);
const titles: string[] = [];
for await (const { article } of readArticles(openFile("data/news.csv"))) titles.push(article.title);

const random = new Philox().withKey(SEED, STREAM);
function textOf(i: number): string {
  const title = titles[i % titles.length]!;
  random.generate(i, 0, 0, 0);
  const [first, second] = random.words;
  const at = Math.floor(first! * WORD_TO_UNIT * title.length);
  const syllable = String.fromCharCode(FIRST_SYLLABLE + Math.floor(second! * WORD_TO_UNIT * N_SYLLABLES));
  return title.slice(0, at) + syllable + title.slice(at + 1);
}

const classifier = await load();
const answers = (by: Classifier): string =>
  JSON.stringify(Array.from({ length: N_COMPARED }, (_, i) => by.classify(textOf(i))));
const expected = answers(classifier);
const classifying = await runLong(nTexts, (i) => void classifier.classify(textOf(i)));
let isSame = answers(classifier) === expected;
const loading = await runLong(nLoads, async () => {
  const loaded = await load();
  isSame &&= answers(loaded) === expected;
});

const growth = { classifying: grew(classifying), loading: grew(loading) };
const result = { node: process.version, model: MODEL, isSame, growth, classifying, loading };
writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify({ nTexts, nLoads, isSame, growth }));
const isFlat = Object.values(growth).every(
  ({ heapBytes, rssBytes }) => heapBytes <= MOST_HEAP_GROWTH && rssBytes <= MOST_RSS_GROWTH,
);
process.exitCode = isSame && isFlat ? 0 : 1;
