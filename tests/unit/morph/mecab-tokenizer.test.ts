import { describe, expect, it } from "vitest";
import { ReferenceViterbi } from "../../../src/kernels/reference-viterbi.js";
import { MAX_SENTENCE_UNITS } from "../../../src/kernels/viterbi.js";
import { formatMecab } from "../../../src/morph/features.js";
import { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import { CONTEXT, entry, smallDictionary } from "./small-dictionary.js";

const ENTRIES = [
  entry("국회", CONTEXT.noun, 100, { tag: "NNG", final: "F" }),
  entry("는", CONTEXT.particle, 50, { tag: "JX", final: "T" }),
  entry("예산안", CONTEXT.noun, 100, { tag: "NNG", type: "Compound", expression: "예산/NNG/*+안/NNG/*" }),
];

/** Lengths of the pieces that the kernel is given. */
async function pieces(text: string): Promise<number[]> {
  const lengths: number[] = [];
  const tokenizer = new MecabTokenizer(await smallDictionary(ENTRIES), (tables) => {
    const kernel = new ReferenceViterbi(tables);
    const run = kernel.run.bind(kernel);
    kernel.run = (nUnits) => {
      lengths.push(nUnits);
      return run(nUnits);
    };
    return kernel;
  });
  for (const { surface, start, end } of tokenizer.tokenize(text)) {
    if (surface !== text.slice(start, end)) throw new Error(`${surface} at ${start}`);
  }
  return lengths;
}

describe("MecabTokenizer", () => {
  it("names mecab-ko, the dictionary and its content in its id", async () => {
    const dictionary = await smallDictionary(ENTRIES);
    expect(new MecabTokenizer(dictionary).id).toBe(`mecab-ko-0.9.2/small-1/${dictionary.hash.slice(0, 16)}`);
    const other = await smallDictionary(ENTRIES.slice(1));
    expect(new MecabTokenizer(other).id).not.toBe(new MecabTokenizer(dictionary).id);
  });

  it("gives surface, tag, offsets and word id", async () => {
    const tokenizer = new MecabTokenizer(await smallDictionary(ENTRIES));
    expect(tokenizer.tokenize(" 국회는")).toEqual([
      { surface: "국회", tag: "NNG", start: 1, end: 3, wordId: 1 },
      { surface: "는", tag: "JX", start: 3, end: 4, wordId: 0 },
    ]);
  });

  it("gives the parts of a compound and none of a simple or unknown word", async () => {
    const tokenizer = new MecabTokenizer(await smallDictionary(ENTRIES));
    const [compound, simple, unknown] = tokenizer.tokenize("예산안 국회 abc");
    expect(tokenizer.parts(compound!).map((part) => part.form)).toEqual(["예산", "안"]);
    expect(tokenizer.parts(simple!)).toEqual([]);
    expect(tokenizer.parts(unknown!)).toEqual([]);
  });

  it("cuts a long text after the last line end of the piece's second half", async () => {
    const line = `${"국회 ".repeat(7_000)}\n`;
    // Three lines of 21,001 units: a piece takes one, for two would be 42,002.
    expect(await pieces(line.repeat(3))).toEqual([21_001, 21_001, 21_001]);
  });

  it("cuts after white space where there is no line end, and at the limit where there is neither", async () => {
    // 32,767 = 3 · 10,922 + 1: the last space inside the limit ends the 10,922nd word.
    expect(await pieces("국회 ".repeat(11_000))).toEqual([32_766, 234]);
    expect(await pieces("국".repeat(40_000))).toEqual([MAX_SENTENCE_UNITS, 40_000 - MAX_SENTENCE_UNITS]);
  });

  it("never cuts a surrogate pair", async () => {
    // The limit is odd, so that it falls inside the 16,384th pair.
    expect(await pieces("😀".repeat(20_000))).toEqual([MAX_SENTENCE_UNITS - 1, 40_000 - MAX_SENTENCE_UNITS + 1]);
  });
});

describe("formatMecab", () => {
  it("prints mecab's own layout", async () => {
    const dictionary = await smallDictionary(ENTRIES);
    const tokens = new MecabTokenizer(dictionary).tokenize("국회는 abc");
    const lines = tokens.map(({ surface, wordId }) => ({ surface, features: dictionary.features(wordId) }));
    expect(formatMecab(lines)).toBe("국회\tNNG,*,F,국회,*,*,*,*\n는\tJX,*,T,는,*,*,*,*\nabc\tSL,*,*,*,*,*,*,*\nEOS\n");
    expect(formatMecab([])).toBe("EOS\n");
  });
});
