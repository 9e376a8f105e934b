/** Every golden file of ../shared against the tokenizer: whole lines, no sampling. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { formatFeatures } from "../../src/morph/features.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";

const GOLDEN = new URL("../../../shared/golden/", import.meta.url);

let tokenizer: MecabTokenizer;

beforeAll(async () => {
  tokenizer = new MecabTokenizer(await loadDictionary());
});

function readLines(name: string): string[] {
  // By line feed only: other line ends are part of the texts.
  const lines = readFileSync(fileURLToPath(new URL(name, GOLDEN)), "utf8").split("\n");
  return lines.filter((line) => line !== "");
}

function pairs(text: string): [string, string][] {
  return tokenizer.tokenize(text).map(({ surface, tag }) => [surface, tag]);
}

describe("golden files of mecab-ko", () => {
  it("gives every surface and tag of the 500 sentences", () => {
    const differences = readLines("mecab-ko-sentences.tsv").filter((line) => {
      const tab = line.lastIndexOf("\t");
      return JSON.stringify(pairs(line.slice(0, tab))) !== line.slice(tab + 1).trimEnd();
    });
    expect(differences).toEqual([]);
    expect(readLines("mecab-ko-sentences.tsv")).toHaveLength(500);
  });

  it("gives every surface and tag of the 394 edge strings", () => {
    const cases = readLines("mecab-ko-edge.jsonl").map((line) => JSON.parse(line) as [string, [string, string][]]);
    const differences = cases.filter(([text, expected]) => JSON.stringify(pairs(text)) !== JSON.stringify(expected));
    expect(differences).toEqual([]);
    expect(cases).toHaveLength(394);
  });

  it("gives all eight features, starts, running totals and the unknown flag of the full sentences", () => {
    const cases = readLines("mecab-ko-sentences-full.jsonl").map((line) => JSON.parse(line) as FullSentence);
    const { dictionary } = tokenizer;
    let nTokens = 0;
    const differences = cases.filter(({ text, tokens }) => {
      const found: FullToken[] = [];
      tokenizer.visit(text, (id, start, end, total) => {
        const features = formatFeatures(dictionary.features(id));
        found.push([text.slice(start, end), features, start, total, dictionary.isUnknown(id) ? 1 : 0]);
      });
      nTokens += found.length;
      return JSON.stringify(found) !== JSON.stringify(tokens);
    });
    expect(differences).toEqual([]);
    expect([cases.length, nTokens]).toEqual([500, 16_177]);
  });
});

/** Surface, features, start in UTF-16 units, running total, unknown. */
type FullToken = [string, string, number, number, 0 | 1];

interface FullSentence {
  readonly text: string;
  readonly tokens: readonly FullToken[];
}
