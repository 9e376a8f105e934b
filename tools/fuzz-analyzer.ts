/**
 * Compares the WebAssembly kernel with the reference on random and mutated strings; exit status 1 on a difference.
 *
 *   npm run build && node build/tools/fuzz-analyzer.js [strings, default 1000000] [seed, default 1]
 */

import { readFile } from "node:fs/promises";
import { readDictionary } from "../src/io/dictionary-file.js";
import { ReferenceViterbi } from "../src/kernels/reference-viterbi.js";
import { createWasmViterbi } from "../src/kernels/wasm-viterbi.js";
import { findDifference } from "./compare-kernels.js";
import { RandomTexts } from "./random-texts.js";

const MAX_REPORTS = 10;

const nStrings = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);

const dictionary = await readDictionary("assets/mecab-ko-dic.bin");
const reference = new ReferenceViterbi(dictionary.tables);
const wasm = createWasmViterbi(await readFile("assets/viterbi.wasm"))(dictionary.tables);
const samples = (await readFile("data/news.csv", "utf8")).split("\n").filter((line) => line !== "");
const texts = new RandomTexts(seed, dictionary, samples);

let nUnits = 0;
let nDifferences = 0;
for (let i = 0; i < nStrings; i++) {
  const text = texts.next();
  nUnits += text.length;
  const difference = findDifference(reference, wasm, text);
  if (difference === null) continue;
  nDifferences++;
  if (nDifferences <= MAX_REPORTS) console.error(`string ${i}: ${difference}: ${JSON.stringify(text)}`);
}
console.log(JSON.stringify({ seed, strings: nStrings, units: nUnits, differences: nDifferences }));
process.exitCode = nDifferences === 0 ? 0 : 1;
