/** The WebAssembly kernel against the reference on every text of ../shared. */

import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { ReferenceViterbi } from "../../src/kernels/reference-viterbi.js";
import { MAX_SENTENCE_UNITS, type ViterbiKernel } from "../../src/kernels/viterbi.js";
import { createWasmViterbi } from "../../src/kernels/wasm-viterbi.js";
import { findDifference } from "../../tools/compare-kernels.js";

const SHARED = new URL("../../../shared/", import.meta.url);

let reference: ViterbiKernel;
let wasm: ViterbiKernel;

beforeAll(async () => {
  const { tables } = await loadDictionary();
  reference = new ReferenceViterbi(tables);
  wasm = createWasmViterbi(readFileSync(new URL("../../assets/viterbi.wasm", import.meta.url)))(tables);
});

function differences(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const difference = findDifference(reference, wasm, text.slice(0, MAX_SENTENCE_UNITS));
    return difference === null ? [] : [`${difference}: ${JSON.stringify(text.slice(0, 100))}`];
  });
}

describe("WebAssembly kernel beside the reference", () => {
  it.each([
    ["articles.csv", 1_100],
    ["headlines_dev_test.csv", 20_096],
    ["headlines_dev_train.csv", 90_208],
    ["ynat_train.csv", 44_931],
    ["bbc_en.csv", 2_124],
  ])("gives the same tokens and totals for %s", (name, nTexts) => {
    const rows = parse(readFileSync(new URL(`data/${name}`, SHARED)), { columns: true, bom: true }) as {
      text: string;
    }[];
    expect(rows).toHaveLength(nTexts);
    expect(differences(rows.map((row) => row.text))).toEqual([]);
  });

  it("gives the same tokens and totals for the golden texts", () => {
    const lines = (name: string) =>
      readFileSync(new URL(`golden/${name}`, SHARED), "utf8")
        .split("\n")
        .filter((line) => line !== "");
    const texts = [
      ...lines("mecab-ko-edge.jsonl").map((line) => (JSON.parse(line) as [string, unknown])[0]),
      ...lines("mecab-ko-sentences-full.jsonl").map((line) => (JSON.parse(line) as { text: string }).text),
    ];
    expect(texts).toHaveLength(894);
    expect(differences(texts)).toEqual([]);
  });
});
