import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import type { Dictionary } from "../../../src/morph/dictionary.js";
import { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import { formatSuggestions, makeUserWords, WordSuggester } from "../../../src/morph/word-suggester.js";

/** Invented companies, people, places and products, none of which mecab-ko-dic knows. */
const PLANTED = [
  "윤슬전자",
  "도담찬",
  "한가람페이",
  "쀍퀡",
  "새솔랩",
  "나루겐",
  "또바기톡",
  "류하늬봄",
  "가온비트",
  "라온제약빌",
];

const BEFORE = [
  "어제",
  "정부는",
  "주민들은",
  "최근",
  "기자가 만난",
  "내년에는",
  "반면",
  "전문가들은",
  "뉴스에 나온",
  "올해",
];
const AFTER = [
  "는 새 사옥을 짓겠다고 밝혔다",
  "가 지역 축제를 찾았다",
  "와 손을 잡았다",
  "도 비판을 피하지 못했다",
  "에 물음을 던졌다",
  "의 앞날은 밝다",
  "를 만난 사람이 늘었다",
  ", 다시 움직이다",
  "만 남았다",
  "까지 나섰다",
];
const ORDINARY = ["경찰", "학교", "은행", "병원", "시장", "선수", "의회", "도서관", "농부", "회사"];

/** Each planted word and each ordinary one in ten sentences, with other neighbours each time. */
function corpus(): string[] {
  return [...PLANTED, ...ORDINARY].flatMap((word, i) =>
    BEFORE.map((before, j) => `${before} ${word}${AFTER[(i + 3 * j) % AFTER.length]}.`),
  );
}

let dictionary: Dictionary;
let suggester: WordSuggester;

beforeAll(async () => {
  dictionary = await loadDictionary();
  suggester = new WordSuggester(new MecabTokenizer(dictionary));
  for (const text of corpus()) suggester.add(text);
});

describe("WordSuggester", () => {
  it("finds eight of ten words planted in a corpus, and nothing else", () => {
    const found = suggester.suggest().map(({ surface }) => surface);
    const nRight = found.filter((surface) => PLANTED.includes(surface)).length;
    const missed = PLANTED.filter((word) => !found.includes(word));
    // 나루겐 is read as 나루 and the particle 겐 (에게는), 또바기톡 as the adverb 또바기 and 톡: neither is a candidate.
    expect({ recall: nRight / PLANTED.length, precision: nRight / found.length, missed }).toEqual({
      recall: 0.8,
      precision: 1,
      missed: ["나루겐", "또바기톡"],
    });
  });

  it("counts occurrences whatever particle follows, and says what the word is now split into", () => {
    const found = suggester.suggest().find(({ surface }) => surface === "윤슬전자");
    expect(found).toMatchObject({ tag: "NNG", count: 10, parts: ["윤슬", "전자"] });
    expect(suggester.suggest().find(({ surface }) => surface === "도담찬")).toMatchObject({ tag: "NNP" });
  });

  it("orders by score, then surface, and the same for the same texts", () => {
    const scores = suggester.suggest().map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const again = new WordSuggester(new MecabTokenizer(dictionary));
    for (const text of corpus()) again.add(text);
    expect(again.suggest()).toEqual(suggester.suggest());
  });

  it("obeys its thresholds", () => {
    expect(suggester.suggest({ minCount: 11 })).toEqual([]);
    expect(suggester.suggest({ maxSuggestions: 3 })).toEqual(suggester.suggest().slice(0, 3));
    // Ten different neighbours at most: the entropy can't be above ln 10 = 2.303.
    expect(suggester.suggest({ minBranching: 2.31 })).toEqual([]);
    expect(suggester.suggest({ minNpmi: -1, minCount: 1, minBranching: 0 }).length).toBeGreaterThan(PLANTED.length);
  });

  it("refuses thresholds out of range and unknown ones", () => {
    expect(() => suggester.suggest({ minNpmi: 2 })).toThrow("minNpmi must be a number in [-1, 1]");
    expect(() => suggester.suggest({ minCount: 0 })).toThrow("minCount must be an integer ≥ 1");
    expect(() => suggester.suggest({ minimum: 1 } as object)).toThrow("minimum is not an option");
  });

  it("takes a sequence that stands in one surrounding only for part of something longer", () => {
    const bounded = new WordSuggester(new MecabTokenizer(dictionary));
    for (const text of corpus()) bounded.add(text.replaceAll("한가람페이", "한가람페이콕"));
    const found = bounded.suggest().map(({ surface }) => surface);
    expect(found).toContain("한가람페이콕");
    expect(found).not.toContain("한가람페이");
  });

  it("forgets rare candidates when there are too many, never frequent ones", () => {
    const crowded = new WordSuggester(new MecabTokenizer(dictionary));
    // 400 · 400 different pairs of syllables, none of them twice; 윤슬전자 once in a thousand.
    const syllable = (i: number) => String.fromCharCode(0xac00 + 27 * i);
    for (let i = 0; i < 160_000; i++) {
      crowded.add(`${syllable(Math.floor(i / 400))}${syllable(i % 400)}`);
      if (i % 1_000 === 0) crowded.add(`${BEFORE[(i / 1_000) % 10]} 윤슬전자${AFTER[(i / 1_000) % 10]}`);
    }
    const all = crowded.suggest({ minCount: 1, minBranching: 0, minNpmi: -1, maxSuggestions: 1_000_000 });
    expect(all.length).toBeGreaterThan(50_000);
    expect(all.length).toBeLessThanOrEqual(100_000);
    expect(crowded.suggest({ minCount: 100 }).map(({ surface }) => surface)).toContain("윤슬전자");
  });

  it("suggests nothing of no text", () => {
    expect(new WordSuggester(new MecabTokenizer(dictionary)).suggest()).toEqual([]);
  });
});

describe("makeUserWords", () => {
  it("gives each word a cost at which it comes out whole", async () => {
    const suggestions = [...suggester.suggest(), { surface: "국민의힘", tag: "NNP" as const }];
    const words = await makeUserWords(dictionary, suggestions);
    const tokenizer = new MecabTokenizer(await dictionary.withUserWords(words));
    for (const { surface } of suggestions) {
      expect(tokenizer.tokenize(surface).map((token) => token.surface)).toEqual([surface]);
    }
    // 2953 is the default; two frequent nouns and a particle are cheaper.
    expect(words.at(-1)?.cost).toBeLessThan(2953);
  });
});

describe("formatSuggestions", () => {
  it("writes rows of a user dictionary with a comment, and the cost where it is not the default", () => {
    const suggestion = { branching: 1.234, npmi: 0.5, score: 1, parts: ["국민", "의", "힘"], count: 7 };
    const text = formatSuggestions(
      [
        { ...suggestion, surface: "국민의힘", tag: "NNP" },
        { ...suggestion, surface: "새솔", tag: "NNG", parts: ["새", "솔"] },
      ],
      [{ cost: 1953 }, { cost: 2639 }],
    );
    expect(text).toBe(
      "국민의힘,NNP,1953,# 7 times; branching 1.23; npmi 0.50; 국민+의+힘\n" +
        "새솔,NNG,,# 7 times; branching 1.23; npmi 0.50; 새+솔\n",
    );
  });
});
