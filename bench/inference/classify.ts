/**
 * Classifying headlines one at a time in a warm process: the whole way from text to labels, and the network alone on a
 * matrix with 250,000 terms.
 *
 *   npm run build && npx tsc -p tsconfig.bench.json
 *   node build/bench/inference/classify.js [headlines, default 20000]
 *
 * Nothing is reported unless the scores are the reference kernels'. Writes bench/results/classify.json.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { Classifier } from "../../src/classifier.js";
import { readDictionary } from "../../src/io/dictionary-file.js";
import { openFile } from "../../src/io/files.js";
import { readArticles } from "../../src/io/read-articles.js";
import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { createWasmMlp } from "../../src/kernels/wasm-mlp.js";
import { createWasmTerms } from "../../src/kernels/wasm-terms.js";
import { createWasmViterbi } from "../../src/kernels/wasm-viterbi.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import { MlpInference } from "../../src/nn/inference.js";
import { initializeWeights, makeParameters, oneNetwork } from "../../src/nn/weights.js";
import { toDocument } from "../../src/text/article.js";
import { train } from "../../src/train.js";
import { buildYnatMatrix, readYnat, YNAT_PATH } from "../training/ynat-matrix.js";

const RESULTS = "bench/results/classify.json";
const N_TRAINED = 5000;
const N_WARM_UPS = 3000;
const N_CHECKED = 500;
/** Sums of float32 against sums of doubles; those of the linear classifier reach some tens. */
const SCORE_TOLERANCE = 1e-4;
const HIDDEN_UNITS = [128, 64, 64] as const;

function quantiles(microseconds: Float64Array): Record<"p50" | "p90" | "p99", number> {
  const sorted = microseconds.toSorted();
  const at = (share: number) => Number(sorted[Math.floor(sorted.length * share)]!.toPrecision(3));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** Times each call of its own, in microseconds, after a warm-up. */
function timeCalls(n: number, call: (i: number) => void): Float64Array {
  for (let i = 0; i < N_WARM_UPS; i++) call(i % n);
  return Float64Array.from({ length: n }, (_, i) => {
    const start = performance.now();
    call(i);
    return (performance.now() - start) * 1000;
  });
}

const nHeadlines = Number(process.argv[2] ?? 20_000);
const wasm = createWasmMlp(readFileSync("assets/mlp.wasm"));
const tokenizer = new MecabTokenizer(
  await readDictionary("assets/mecab-ko-dic.bin"),
  createWasmViterbi(readFileSync("assets/viterbi.wasm")),
  createWasmTerms(readFileSync("assets/terms.wasm")),
);
const articles = [];
for await (const { article } of readArticles(openFile(YNAT_PATH))) articles.push(article);

const { classifier } = await train(articles.slice(0, N_TRAINED), {
  tokenizer,
  kernels: wasm,
  optimizer: { epochs: 2 },
});
const reference = await Classifier.load(classifier.toBytes(), {
  tokenizer: new MecabTokenizer(tokenizer.dictionary),
  kernels: createReferenceMlp,
});
const texts = articles.slice(N_TRAINED, N_TRAINED + nHeadlines).map(toDocument);
const topK = classifier.labels.length;
for (const text of texts.slice(0, N_CHECKED)) {
  const expected = new Map(reference.classify(text, { topK }).map(({ label, score }) => [label, score]));
  for (const { label, score } of classifier.classify(text, { topK })) {
    const difference = Math.abs(score - expected.get(label)!);
    if (!(difference <= SCORE_TOLERANCE)) throw new Error(`${label}: ${score}, the reference's ${expected.get(label)}`);
  }
}
let scoreSum = 0;
const whole = timeCalls(texts.length, (i) => {
  scoreSum += classifier.classify(texts[i]!)[0].score;
});

const { matrix, nLabels } = await buildYnatMatrix();
const initial = createReferenceMlp(Number.POSITIVE_INFINITY);
const shape = { nTerms: matrix.nColumns, hiddenUnits: HIDDEN_UNITS, nLabels };
const weights = makeParameters(shape, (n) => initial.allocate(n));
initializeWeights(initial, weights, 1);
const networks = {
  wasm: MlpInference.over(oneNetwork(weights), wasm),
  reference: MlpInference.over(oneNetwork(weights), createReferenceMlp),
};
const scores = new Float32Array(nLabels);
const expected = new Float32Array(nLabels);
for (let row = 0; row < N_CHECKED; row++) {
  networks.wasm.scoreRow(matrix, row, scores);
  networks.reference.scoreRow(matrix, row, expected);
  scores.forEach((score, c) => {
    if (!(Math.abs(score - expected[c]!) <= SCORE_TOLERANCE))
      throw new Error(`row ${row}: ${score}, not ${expected[c]}`);
  });
}
const nRows = Math.min(nHeadlines, matrix.nRows);
const timeNetwork = (network: MlpInference) =>
  timeCalls(nRows, (row) => {
    network.scoreRow(matrix, row, scores);
    scoreSum += scores[0]!;
  });
const results = {
  textToLabelMicroseconds: quantiles(whole),
  networkMicroseconds: quantiles(timeNetwork(networks.wasm)),
  referenceNetworkMicroseconds: quantiles(timeNetwork(networks.reference)),
};
if (!(scoreSum > 0)) throw new Error("Bug: no score was used");
console.log(JSON.stringify(results, null, 2));
mkdirSync(path.dirname(RESULTS), { recursive: true });
writeFileSync(
  RESULTS,
  `${JSON.stringify(
    {
      commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
      cpu: cpus()[0]!.model,
      loadAverage: loadavg(),
      node: process.version,
      dataSha256: createHash("sha256").update(readYnat()).digest("hex"),
      nHeadlines: texts.length,
      nTermsOfModel: classifier.vocabulary.nTerms,
      nTermsOfMatrix: matrix.nColumns,
      results,
    },
    null,
    2,
  )}\n`,
);
