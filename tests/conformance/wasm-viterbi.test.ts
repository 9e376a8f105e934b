import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { ReferenceViterbi } from "../../src/kernels/reference-viterbi.js";
import type { ViterbiKernel, ViterbiKernelFactory } from "../../src/kernels/viterbi.js";
import { createWasmViterbi } from "../../src/kernels/wasm-viterbi.js";
import type { Dictionary } from "../../src/morph/dictionary.js";
import { findDifference } from "../../tools/compare-kernels.js";
import { RandomTexts } from "../../tools/random-texts.js";
import { describeTokenizer } from "./tokenizer.js";

const ROOT = path.resolve(import.meta.dirname, "../..");
const N_RANDOM_TEXTS = 5_000;
const SEED = 3;

function read(name: string): Buffer {
  return readFileSync(path.join(ROOT, name));
}

describe.each([
  ["release", "assets/viterbi.wasm"],
  ["debug", "build/assembly/viterbi.debug.wasm"],
])("%s build of the analyzer's kernel", (_build, file) => {
  let createKernel: ViterbiKernelFactory;
  let dictionary: Dictionary;

  beforeAll(async () => {
    dictionary = await loadDictionary();
    createKernel = createWasmViterbi(read(file));
  });

  describeTokenizer("wasm", (tables) => createKernel(tables));

  describe("beside the reference", () => {
    let reference: ViterbiKernel;
    let wasm: ViterbiKernel;

    beforeAll(() => {
      reference = new ReferenceViterbi(dictionary.tables);
      wasm = createKernel(dictionary.tables);
    });

    it(`gives the same tokens and totals for ${N_RANDOM_TEXTS} random and mutated texts`, () => {
      const samples = read("data/news.csv").toString("utf8").split("\n").slice(0, 200);
      const texts = new RandomTexts(SEED, dictionary, samples);
      const differences: string[] = [];
      for (let i = 0; i < N_RANDOM_TEXTS; i++) {
        const text = texts.next();
        const difference = findDifference(reference, wasm, text);
        if (difference !== null) differences.push(`${difference}: ${JSON.stringify(text)}`);
      }
      expect(differences).toEqual([]);
    });

    it("gives the same tokens and totals for every article of the sample corpus", () => {
      const lines = read("data/news.csv").toString("utf8").split("\n");
      expect(lines.length).toBeGreaterThan(840);
      expect(lines.filter((line) => findDifference(reference, wasm, line) !== null)).toEqual([]);
    });
  });
});
