import { describe, expect, it } from "vitest";
import { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import {
  checkUserWords,
  decodeUserWords,
  encodeUserWords,
  MAX_USER_WORDS,
  type UserWord,
} from "../../../src/morph/user-word.js";
import { errorOf } from "../io/streams.js";
import { CONTEXT, entry, smallDictionary } from "./small-dictionary.js";

const OWN = [
  entry("나무", CONTEXT.noun, 100, { tag: "NNG", reading: "나모" }),
  entry("꽃", CONTEXT.noun, 100, { tag: "NNG" }),
];

function word(surface: string, cost: number, changes: Partial<UserWord> = {}): UserWord {
  const { features } = entry(surface, CONTEXT.noun, cost, { tag: "NNP" });
  return { surface, leftId: CONTEXT.noun, rightId: CONTEXT.noun, cost, features, ...changes };
}

async function analyse(words: readonly UserWord[], text: string): Promise<string[]> {
  const tokenizer = new MecabTokenizer(await (await smallDictionary(OWN)).withUserWords(words));
  return tokenizer.tokenize(text).map((token) => `${token.surface}/${token.tag}/${tokenizer.features(token).reading}`);
}

describe("Dictionary.withUserWords", () => {
  it("lets the words compete by cost", async () => {
    // One word of 150 against two of 100: 150 < 200 and 250 > 200.
    expect(await analyse([word("나무꽃", 150)], "나무꽃")).toEqual(["나무꽃/NNP/나무꽃"]);
    expect(await analyse([word("나무꽃", 250)], "나무꽃")).toEqual(["나무/NNG/나모", "꽃/NNG/꽃"]);
  });

  it("gives equal costs to the dictionary's own entry, then to the word given first", async () => {
    expect(await analyse([word("꽃", 100)], "꽃")).toEqual(["꽃/NNG/꽃"]);
    expect(await analyse([word("꽃", 99)], "꽃")).toEqual(["꽃/NNP/꽃"]);
    const first = word("풀", 10, { features: { ...word("풀", 10).features, reading: "첫째" } });
    expect(await analyse([first, word("풀", 10)], "풀")).toEqual(["풀/NNP/첫째"]);
    expect(await analyse([word("풀", 10), first], "풀")).toEqual(["풀/NNP/풀"]);
  });

  it("finds words with spaces inside", async () => {
    expect(await analyse([word("나무 꽃", 10)], "꽃 나무 꽃")).toEqual(["꽃/NNG/꽃", "나무 꽃/NNP/나무 꽃"]);
  });

  it("leaves the dictionary as it is", async () => {
    const dictionary = await smallDictionary(OWN);
    const extended = await dictionary.withUserWords([word("풀", 10)]);
    expect([dictionary.nWords, extended.nWords]).toEqual([2, 3]);
    expect(dictionary.userWords).toEqual([]);
    expect(await dictionary.withUserWords([])).toBe(dictionary);
    expect(dictionary.wordIds("풀")).toEqual([]);
    expect(extended.wordIds("풀").map((wordId) => extended.tag(wordId))).toEqual(["NNP"]);
    expect(extended.features(extended.wordIds("나무")[0]!).reading).toBe("나모");
  });

  it("keeps its own copy of the words", async () => {
    const given = [{ ...word("풀", 10) }];
    const extended = await (await smallDictionary(OWN)).withUserWords(given);
    given[0]!.cost = 20;
    expect(extended.userWords[0]!.cost).toBe(10);
  });

  it("goes into the tokenizer's id, by content and order", async () => {
    const id = async (words: readonly UserWord[]) =>
      new MecabTokenizer(await (await smallDictionary(OWN)).withUserWords(words)).id;
    const [a, b] = [word("풀", 10), word("숲", 10)];
    expect(await id([a, b])).toMatch(/^mecab-ko-0\.9\.2\/small-1\/[0-9a-f]{16}\/user-[0-9a-f]{16}$/);
    expect(await id([a, b])).toBe(await id([{ ...a }, b]));
    expect(
      new Set([await id([]), await id([a]), await id([a, b]), await id([b, a]), await id([word("풀", 11)])]).size,
    ).toBe(5);
  });

  it("refuses words that break a rule, naming the value", async () => {
    const dictionary = await smallDictionary(OWN);
    const refusal = async (...words: UserWord[]) => ((await errorOf(dictionary.withUserWords(words))) as Error).message;
    expect(await refusal(word("풀", 10), word("숲", 32_768))).toBe(
      "userWords[1].cost must be an integer -32768 to 32767; got 32768",
    );
    expect(await refusal(word("풀", 10, { leftId: 4 }))).toBe("userWords[0].leftId must be an integer 0 to 3; got 4");
    expect(await refusal(word("풀", 10, { rightId: 0.5 }))).toContain("userWords[0].rightId must be an integer");
    expect(await refusal(word("", 10))).toContain("userWords[0].surface must be a word that is not empty");
    expect(await refusal(word(" 풀", 10))).toContain("does not begin with a space");
    expect(await refusal(word("풀".normalize("NFD"), 10))).toContain("a word in NFC");
    expect(await refusal(word("\ud83d", 10))).toContain("halves of surrogate pairs");
    const features = { ...word("풀", 10).features, reading: "" };
    expect(await refusal(word("풀", 10, { features }))).toContain("userWords[0].features.reading must be a feature");
    expect(await refusal(...Array.from({ length: 256 }, () => word("풀", 10)))).toContain(
      "userWords[255].surface must be one of at most 255 entries of its surface",
    );
    const extended = await dictionary.withUserWords([word("풀", 10)]);
    expect(((await errorOf(extended.withUserWords([word("숲", 10)]))) as Error).message).toContain("given once");
  });
});

describe("decodeUserWords", () => {
  it("gives back what was encoded, and refuses other JSON", () => {
    const words = [word("풀", 10), word('"별, 숲"', -5)];
    expect(decodeUserWords(encodeUserWords(words))).toEqual(words);
    const decode = (text: string) => () => decodeUserWords(new TextEncoder().encode(text));
    expect(decode("{}")).toThrow('is not JSON: expected a list; found "{"');
    expect(decode("[] 1")).toThrow('is not JSON: expected the end; found "1"');
    expect(decodeUserWords(new TextEncoder().encode(" [ ] "))).toEqual([]);
    expect(decode('[["풀",1,1,10]]')).toThrow("row 0 of the user words must have 12 columns");
    expect(decode('[["풀","1",1,10,"","","","","","","",""]]')).toThrow(SyntaxError);
    expect(decode("[")).toThrow("is not JSON: expected a value; found the end");
  });

  it("takes no more words than a dictionary does", () => {
    const words = Array.from({ length: MAX_USER_WORDS + 1 }, () => word("풀", 10));
    expect(() => decodeUserWords(encodeUserWords(words))).toThrow("there are more than 100000 user words");
    expect(() => checkUserWords(words, 9, 9)).toThrow("userWords must be at most 100000 words; got 100001");
    expect(decodeUserWords(encodeUserWords(words.slice(1)))).toHaveLength(MAX_USER_WORDS);
  });
});
