/**
 * Compares the tokenizer, with the kernel that the program uses and with the reference, with the real mecab-ko on any texts:
 * surface, all eight features, start, running cost, unknown.
 *
 *   python tools/make-mecab-golden.py ../shared/data/articles.csv /tmp/articles.jsonl
 *   npx tsc -p tsconfig.tools.json && node build/tools/compare-mecab.js /tmp/articles.jsonl
 *
 * Texts longer than MAX_SENTENCE_UNITS are counted apart, for they are analysed in pieces. Exit status 1 on a difference.
 */

import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { readDictionary } from "../src/io/dictionary-file.js";
import { MAX_SENTENCE_UNITS } from "../src/kernels/viterbi.js";
import { createWasmViterbi } from "../src/kernels/wasm-viterbi.js";
import { formatFeatures } from "../src/morph/features.js";
import { MecabTokenizer } from "../src/morph/mecab-tokenizer.js";

const dictionary = await readDictionary("assets/mecab-ko-dic.bin");
const tokenizers = {
  webassembly: new MecabTokenizer(dictionary, createWasmViterbi(readFileSync("assets/viterbi.wasm"))),
  reference: new MecabTokenizer(dictionary),
};
const counts = { texts: 0, tooLong: 0, tokens: 0, differences: { webassembly: 0, reference: 0 } };

for (const path of process.argv.slice(2)) {
  // The maker escapes U+2028 and U+2029, at which readline would break lines.
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const { text, tokens } = JSON.parse(line) as { text: string; tokens: unknown[] };
    if (text.length > MAX_SENTENCE_UNITS) {
      counts.tooLong++;
      continue;
    }
    const expected = JSON.stringify(tokens);
    counts.texts++;
    counts.tokens += tokens.length;
    for (const [kernel, tokenizer] of Object.entries(tokenizers)) {
      const found: unknown[] = [];
      tokenizer.visit(text, (id, start, end, total) => {
        const features = formatFeatures(dictionary.features(id));
        found.push([text.slice(start, end), features, start, total, dictionary.isUnknown(id) ? 1 : 0]);
      });
      if (JSON.stringify(found) !== expected) {
        counts.differences[kernel as keyof typeof tokenizers]++;
        console.error(`${kernel} differs: ${JSON.stringify(text.slice(0, 200))}`);
      }
    }
  }
}
console.log(JSON.stringify(counts));
process.exitCode = Object.values(counts.differences).every((n) => n === 0) ? 0 : 1;
