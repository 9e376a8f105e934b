/** What every Viterbi kernel must do, run over each of them with the package's own dictionary. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { MAX_SENTENCE_UNITS, type ViterbiKernel, type ViterbiKernelFactory } from "../../src/kernels/viterbi.js";
import type { Dictionary } from "../../src/morph/dictionary.js";
import { formatFeatures } from "../../src/morph/features.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";

const GOLDEN = fileURLToPath(new URL("../golden/mecab-ko.jsonl", import.meta.url));

/** Surface, features, start in UTF-16 units, running total, unknown. */
type GoldenToken = [string, string, number, number, 0 | 1];

/** Registers the suite; `name` is what the kernel must call itself. */
export function describeTokenizer(name: string, createKernel: ViterbiKernelFactory): void {
  describe(`tokenizer on the ${name} kernel`, () => {
    let dictionary: Dictionary;
    let kernel: ViterbiKernel;
    let nRuns = 0;
    let tokenizer: MecabTokenizer;

    beforeAll(async () => {
      dictionary = await loadDictionary();
      tokenizer = new MecabTokenizer(dictionary, (tables) => {
        kernel = createKernel(tables);
        const run = kernel.run.bind(kernel);
        kernel.run = (nUnits) => {
          nRuns++;
          return run(nUnits);
        };
        return kernel;
      });
    });

    function pairs(text: string): string {
      return tokenizer
        .tokenize(text)
        .map(({ surface, tag }) => `${surface}/${tag}`)
        .join(" ");
    }

    it("is the kernel that runs", () => {
      const before = nRuns;
      tokenizer.tokenize("국회");
      expect(kernel.name).toBe(name);
      expect(nRuns).toBe(before + 1);
    });

    it("gives mecab-ko's surfaces, features, starts and running costs for the whole golden file", () => {
      const lines = readFileSync(GOLDEN, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      expect(lines).toHaveLength(268);
      for (const line of lines) {
        const { text, tokens } = JSON.parse(line) as { text: string; tokens: GoldenToken[] };
        const found: GoldenToken[] = [];
        tokenizer.visit(text, (id, start, end, total) => {
          const features = formatFeatures(dictionary.features(id));
          found.push([text.slice(start, end), features, start, total, dictionary.isUnknown(id) ? 1 : 0]);
        });
        expect(found, text).toEqual(tokens);
      }
    });

    it("adds the left-space penalty to a particle after white space only", () => {
      // 가/JKS carries 6000 after a space, so that 가/NNG wins.
      expect(pairs("아버지가 방에")).toBe("아버지/NNG 가/JKS 방/NNG 에/JKB");
      expect(pairs("아버지 가 방에")).toBe("아버지/NNG 가/NNG 방/NNG 에/JKB");
    });

    it("keeps the white space inside a surface that has it", () => {
      expect(tokenizer.tokenize("에듀 ")).toMatchObject([{ surface: "에듀 ", tag: "NNG", start: 0, end: 3 }]);
    });

    it("offers a run of 25 unknown characters whole and peels a longer one", () => {
      expect(tokenizer.tokenize("a".repeat(25)).map((token) => token.surface)).toEqual(["a".repeat(25)]);
      expect(tokenizer.tokenize("a".repeat(26)).map((token) => token.surface)).toEqual(["a", "a".repeat(25)]);
    });

    it("takes lone surrogates and U+0000 as other symbols", () => {
      expect(tokenizer.tokenize("\ud800가")[0]).toMatchObject({ surface: "\ud800", tag: "SY", start: 0, end: 1 });
      expect(tokenizer.tokenize("가\udc00\0").at(-1)).toMatchObject({
        surface: "\udc00\0",
        tag: "SY",
        start: 1,
        end: 3,
      });
    });

    it("finds nothing in an empty or white text", () => {
      expect(tokenizer.tokenize("")).toEqual([]);
      expect(tokenizer.tokenize(" \t\n\v\r ")).toEqual([]);
    });

    it("takes a text of the longest size in one piece and refuses a longer one at the border", () => {
      const text = "가".repeat(MAX_SENTENCE_UNITS);
      const before = nRuns;
      const tokens = tokenizer.tokenize(text);
      expect(nRuns).toBe(before + 1);
      expect(tokens.map((token) => token.surface).join("")).toBe(text);
      expect(() => kernel.input(MAX_SENTENCE_UNITS + 1)).toThrow(RangeError);
    });

    it("gives the same tokens before and after its buffers have grown", () => {
      const fresh = new MecabTokenizer(dictionary, createKernel);
      const text = "한국은행이 기준금리를 동결했다.";
      const before = fresh.tokenize(text);
      fresh.tokenize("국회는 예산안을 의결했다. ".repeat(500));
      expect(fresh.tokenize(text)).toEqual(before);
    });
  });
}
