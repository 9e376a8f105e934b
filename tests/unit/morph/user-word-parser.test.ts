import { beforeAll, describe, expect, it } from "vitest";
import { DatasetError } from "../../../src/errors.js";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import type { Dictionary } from "../../../src/morph/dictionary.js";
import { UserWordParser } from "../../../src/morph/user-word-parser.js";

let dictionary: Dictionary;

beforeAll(async () => {
  dictionary = await loadDictionary();
});

const parse = (...columns: string[]) => new UserWordParser(dictionary).parse(columns, { source: "words.csv", line: 7 });

function refusal(...columns: string[]): string {
  try {
    parse(...columns);
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: "USER_DICTIONARY", source: "words.csv", line: 7 });
    return (error as Error).message;
  }
  throw new Error("the row was taken");
}

describe("UserWordParser on the short form", () => {
  it("takes a lone word as a proper noun with the ids and the cost of one", () => {
    // MECAB-KO: NNP,* has left id 1786, right ids 3546 (final consonant) and 3545, default cost 2953.
    expect(parse("윤슬전자")).toEqual({
      surface: "윤슬전자",
      leftId: 1786,
      rightId: 3545,
      cost: 2953,
      features: {
        tag: "NNP",
        semantic: "*",
        final: "F",
        reading: "윤슬전자",
        type: "*",
        firstTag: "*",
        lastTag: "*",
        expression: "*",
      },
    });
    expect(parse("도담찬")).toMatchObject({ rightId: 3546, features: { final: "T" } });
  });

  it("takes tag and cost", () => {
    expect(parse("꿈샘폰", "NNG")).toMatchObject({ leftId: 1780, rightId: 3534, cost: 2639, features: { tag: "NNG" } });
    expect(parse(" 꿈샘폰 ", " NNG ", " -1500 ")).toMatchObject({ surface: "꿈샘폰", cost: -1500 });
    expect(parse("꿈샘폰", "", "-1500")).toMatchObject({ cost: -1500, features: { tag: "NNP" } });
  });

  it("leaves out comments and blank rows, but not words that begin with a number sign", () => {
    expect(parse("꿈샘폰", "NNG", "", "# 34 times", " left 2.1")).toMatchObject({ surface: "꿈샘폰", cost: 2639 });
    expect(parse("꿈샘폰", "# a phone")).toMatchObject({ features: { tag: "NNP" } });
    expect(parse("# names", " of people")).toBeNull();
    expect(parse("")).toBeNull();
    expect(parse("", "", "")).toBeNull();
    expect(parse("#미투")).toMatchObject({ surface: "#미투" });
  });

  it("brings words to NFC and keeps spaces inside", () => {
    expect(parse("윤슬".normalize("NFD"))).toMatchObject({ surface: "윤슬", features: { reading: "윤슬" } });
    expect(parse("바다 위 도서관")).toMatchObject({ surface: "바다 위 도서관" });
  });

  it("gives foreign words neither reading nor final, as mecab-ko-dic does", () => {
    // Right id 3532 is that of NNG,* without a final: SL counts as NNG to its right.
    expect(parse("GPT9", "SL")).toMatchObject({
      leftId: 1796,
      rightId: 3532,
      cost: 824,
      features: { reading: "*", final: "*" },
    });
  });
});

describe("UserWordParser on mecab-ko's own form", () => {
  const row = (changes: Record<number, string>, n = 12) =>
    Array.from(
      { length: n },
      (_, i) => changes[i + 1] ?? ["윤슬전자", "", "", "", "NNP", "*", "F", "윤슬전자"][i] ?? "*",
    );

  it("derives empty ids and cost, and keeps what is given", () => {
    expect(parse(...row({}))).toMatchObject({ leftId: 1786, rightId: 3545, cost: 2953 });
    expect(parse(...row({ 2: "5", 3: "6", 4: "-7" }))).toMatchObject({ leftId: 5, rightId: 6, cost: -7 });
  });

  it("takes the thirteen columns of older releases", () => {
    expect(parse(...row({}, 13))).toEqual(parse(...row({})));
  });

  it("keeps a trailing space of the surface, which five words of mecab-ko-dic have", () => {
    expect(parse(...row({ 1: " 윤슬 " }))).toMatchObject({ surface: "윤슬 " });
  });

  it("fills in an empty reading and final", () => {
    expect(parse(...row({ 1: "도담찬", 7: "", 8: "" }))).toMatchObject({ features: { final: "T", reading: "도담찬" } });
  });

  it("derives the ids of particles from their reading", () => {
    const ids = (reading: string) => parse(...row({ 1: "은요", 4: "0", 5: "JX", 7: "T", 8: reading }))?.leftId;
    const { wordClasses, wordStride } = dictionary.tables;
    expect(ids("은")).toBe(dictionary.classContexts(wordClasses[wordOf("은", "JX") * wordStride]!).leftId);
    expect(ids("은")).not.toBe(ids("만"));
  });

  function wordOf(surface: string, tag: string): number {
    return dictionary.wordIds(surface).find((wordId) => dictionary.tag(wordId) === tag)!;
  }
});

describe("UserWordParser on rows that are no entries", () => {
  it("names file, line, column and what must hold", () => {
    expect(refusal("윤슬", "NNP", "40000")).toBe(
      'words.csv:7:3: the cost must be an integer -32768 to 32767; got "40000"',
    );
    expect(refusal("윤슬", "NNP", "1.5")).toContain("words.csv:7:3: the cost must be an integer");
    expect(refusal("윤슬", "NNX")).toBe('words.csv:7:2: there is no tag "NNX" in mecab-ko-dic-2.1.1-20180720');
    expect(refusal("", "NNP")).toBe('words.csv:7:1: must be a word that is not empty; got ""');
    expect(refusal("윤\n슬")).toContain("words.csv:7:1: must be a word without line ends");
    expect(refusal("윤슬", "JX", "0")).toMatch(/^words\.csv:7:2: no left context id follows from tag JX/);
    expect(refusal("윤슬", "MM")).toBe(
      "words.csv:7:3: there is no default cost for tag MM, semantic class *; give one",
    );
    expect(refusal("윤슬", "", "", "")).toBe(
      "words.csv:7: a row must be word,tag,cost (1 to 3 columns) or mecab-ko's 12 columns; got 4 columns",
    );
  });

  it("checks the columns of mecab-ko's form by their place", () => {
    const columns = ["윤슬", "", "", "", "NNP", "*", "F", "윤슬", "*", "*", "*", "*"];
    const withColumn = (column: number, value: string) => refusal(...columns.with(column - 1, value));
    expect(withColumn(2, "2693")).toBe('words.csv:7:2: the left context id must be an integer 0 to 2692; got "2693"');
    expect(withColumn(3, "-1")).toContain("words.csv:7:3: the right context id must be an integer 0 to 3821");
    expect(withColumn(4, "-32769")).toContain("words.csv:7:4: the cost");
    expect(withColumn(5, "N")).toContain('words.csv:7:5: there is no tag "N"');
    expect(withColumn(8, "윤,슬")).toContain("words.csv:7:8: must be a feature without commas");
    expect(withColumn(7, "*")).toMatch(/^words\.csv:7:3: no right context id follows from tag NNP.*final \*/);
  });

  it("counts the entries of a surface over all rows", () => {
    const parser = new UserWordParser(dictionary);
    for (let i = 0; i < 255; i++) parser.parse(["윤슬", "NNP", String(i)], { source: "a.csv", line: i + 1 });
    expect(() => parser.parse(["윤슬"], { source: "b.csv", line: 1 })).toThrow(
      'b.csv:1:1: "윤슬" has more than 255 entries',
    );
  });
});
