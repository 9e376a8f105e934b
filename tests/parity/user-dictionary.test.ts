/** User dictionaries against mecab-dict-index and mecab-ko; see tests/fixtures/user-dictionary/README.md. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { readUserDictionary } from "../../src/io/read-user-dictionary.js";
import { defaultCost } from "../../src/morph/default-costs.js";
import type { Dictionary } from "../../src/morph/dictionary.js";
import { formatFeatures } from "../../src/morph/features.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import { FEATURE_NAMES, type UserWord } from "../../src/morph/user-word.js";
import { UserWordParser } from "../../src/morph/user-word-parser.js";

const FIXTURES = path.resolve(import.meta.dirname, "../fixtures/user-dictionary");

function lines(name: string): string[] {
  return readFileSync(path.join(FIXTURES, name), "utf8").trimEnd().split("\n");
}

/** As mecab-dict-index writes a word. */
function formatWord({ surface, leftId, rightId, cost, features }: UserWord): string {
  const quoted = surface.includes(",") ? `"${surface}"` : surface;
  return [quoted, leftId, rightId, cost, ...FEATURE_NAMES.map((name) => features[name])].join();
}

let dictionary: Dictionary;
let words: readonly UserWord[];

beforeAll(async () => {
  dictionary = await loadDictionary();
  words = await readUserDictionary(
    ["words.csv", "more-words.csv"].map((name) => path.join(FIXTURES, name)),
    dictionary,
  );
});

describe("user dictionaries as mecab-ko takes them", () => {
  it("gives rows the ids and costs that mecab-dict-index gives them", () => {
    const compiled = lines("compiled.csv");
    expect(compiled).toHaveLength(30);
    expect(words.map(formatWord)).toEqual(compiled);
  });

  it("has mecab-dict-index's cost for every tag and semantic class with a constant one", () => {
    const costs = lines("costs.csv").map((line) => line.split(","));
    expect(costs).toHaveLength(35);
    for (const [tag, semantic, cost] of costs)
      expect([tag, semantic, defaultCost(tag!, semantic!)]).toEqual([tag, semantic, Number(cost)]);
  });

  it("refuses the rows whose context ids mecab-dict-index cannot find", () => {
    const parser = new UserWordParser(dictionary);
    const rows = lines("underivable.csv");
    expect(rows).toHaveLength(6);
    for (const row of rows)
      expect(() => parser.parse(row.split(","), { source: "words.csv", line: 1 })).toThrow(/context id follows|no tag/);
  });

  it("gives mecab-ko's tokens, features, offsets and running costs", async () => {
    const tokenizer = new MecabTokenizer(await dictionary.withUserWords(words));
    let nUserTokens = 0;
    for (const line of lines("analysed.jsonl")) {
      const { text, tokens } = JSON.parse(line) as { text: string; tokens: unknown[] };
      const found: unknown[] = [];
      tokenizer.visit(text, (wordId, start, end, total) => {
        const features = formatFeatures(tokenizer.dictionary.features(wordId));
        found.push([text.slice(start, end), features, start, total, tokenizer.dictionary.isUnknown(wordId) ? 1 : 0]);
        if (words.some(({ surface }) => surface === text.slice(start, end))) nUserTokens++;
      });
      expect([text, ...found]).toEqual([text, ...tokens]);
    }
    // The words must have been met, or nothing was compared.
    expect(nUserTokens).toBeGreaterThan(30);
  });
});
