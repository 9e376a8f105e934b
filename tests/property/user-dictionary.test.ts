import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dictionary } from "../../src/morph/dictionary.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import { decodeUserWords, encodeUserWords, type UserWord } from "../../src/morph/user-word.js";
import { encodeDictionary } from "../../tools/encode-dictionary.js";
import { CONTEXT, entry, smallSource } from "../unit/morph/small-dictionary.js";

const RUNS = { seed: 20180720, numRuns: 200 };

/** Few letters, so that surfaces share beginnings, are the same, and occur in the texts. */
const surface = fc.string({ unit: fc.constantFrom("가", "나", "다", "a", "\ud83d\ude00"), minLength: 1, maxLength: 4 });
const context = fc.constantFrom(CONTEXT.noun, CONTEXT.particle);
const cost = fc.integer({ min: -3, max: 3 });
const tag = fc.constantFrom("NNG", "NNP", "JX");
const ownEntry = fc
  .tuple(surface, context, cost)
  .map(([word, id, wordCost]) => entry(word, id, wordCost, { tag: "NNG" }));
const userWord = fc.tuple(surface, context, cost, tag).map(([word, id, wordCost, wordTag]): UserWord => {
  const { features } = entry(word, id, wordCost, { tag: wordTag });
  return { surface: word, leftId: id, rightId: id, cost: wordCost, features };
});
const dictionaries = fc.record({
  own: fc.array(ownEntry, { minLength: 1, maxLength: 20 }),
  user: fc.array(userWord, { maxLength: 20 }),
  text: fc.string({ unit: fc.constantFrom("가", "나", "다", "a", " ", "\ud83d\ude00"), maxLength: 30 }),
});
const CONNECTIONS = { "1,2": -1, "2,1": 1, "0,1": 2, "1,0": -2 };

function read(bytes: Uint8Array): Dictionary {
  return Dictionary.fromBytes(bytes, (section) => inflateSync(section));
}

function bytesOf(array: Uint16Array | Int16Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function analyse(dictionary: Dictionary, text: string): unknown[] {
  const found: unknown[] = [];
  new MecabTokenizer(dictionary).visit(text, (wordId, start, end, total) => {
    found.push([start, end, total, dictionary.isUnknown(wordId), dictionary.features(wordId)]);
  });
  return found;
}

describe("a dictionary with user words", () => {
  it("gives what a dictionary compiled with them behind its own entries gives", async () => {
    await fc.assert(
      fc.asyncProperty(dictionaries, async ({ own, user, text }) => {
        // Particles are penalised after white space: 6000, as JX in mecab-ko-dic.
        const entries = user.map((word) => ({ ...word, penalty: word.features.tag === "JX" ? 6000 : 0 }));
        const compiled = read(await encodeDictionary(smallSource([...own, ...entries], CONNECTIONS)));
        const merged = await read(await encodeDictionary(smallSource(own, CONNECTIONS))).withUserWords(user);
        // The arrays themselves too, but for the classes: the compiled ones are numbered by frequency.
        for (const name of ["labels", "firstChild", "firstWord", "wordCosts"] as const) {
          expect(bytesOf(merged.tables[name]).equals(bytesOf(compiled.tables[name])), name).toBe(true);
        }
        expect(analyse(merged, text)).toEqual(analyse(compiled, text));
        for (let wordId = 0; wordId < merged.nWords; wordId++) {
          expect(merged.surface(wordId)).toBe(compiled.surface(wordId));
          expect(merged.features(wordId)).toEqual(compiled.features(wordId));
          expect(merged.wordIds(merged.surface(wordId))).toContain(wordId);
        }
      }),
      RUNS,
    );
  });

  it("keeps words through encoding and decoding", () => {
    fc.assert(
      fc.property(fc.array(userWord), (words) => {
        expect(decodeUserWords(encodeUserWords(words))).toEqual(words);
      }),
      RUNS,
    );
  });
});
