import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { Philox } from "../../src/kernels/random.js";
import { findNearDuplicates, textSimilarity } from "../../src/near-duplicates.js";

/** Texts of 30 syllables; every fourth is a copy of an earlier one with up to 6 syllables changed. */
function randomTexts(nTexts: number): string[] {
  const philox = new Philox().withKey(7, 0);
  let nDrawn = 0;
  const draw = (below: number): number => {
    philox.generate(nDrawn++, 0, 0, 0);
    return (philox.words[0] as number) % below;
  };
  const syllable = (): string => String.fromCharCode(0xac00 + draw(400));
  const texts: string[] = [];
  for (let i = 0; i < nTexts; i++) {
    if (i % 4 !== 3) {
      texts.push(Array.from({ length: 30 }, syllable).join(""));
      continue;
    }
    const copy = [...(texts[draw(i)] as string)];
    for (let n = draw(7); n > 0; n--) copy[draw(copy.length)] = syllable();
    texts.push(copy.join(""));
  }
  return texts;
}

/** The groups by comparing each text with each other. */
function groupsByComparison(texts: readonly string[], similarity: number): Uint32Array {
  const groupOf = Uint32Array.from(texts, (_, row) => row);
  texts.forEach((text, row) => {
    for (let other = 0; other < row; other++) {
      if (textSimilarity(text, texts[other] as string) < similarity) continue;
      const [from, to] = [groupOf[row] as number, groupOf[other] as number].sort((a, b) => b - a) as [number, number];
      groupOf.forEach((group, i) => {
        if (group === from) groupOf[i] = to;
      });
    }
  });
  return groupOf;
}

describe("textSimilarity", () => {
  it("is the Jaccard index of the texts' character 3-grams", () => {
    // 기준금리, 준금리동, 금리동결 … : {기준금, 준금리, 금리동, 리동결} and {기준금, 준금리, 금리인, 리인상}: 2 of 6.
    expect(textSimilarity("기준금리동결", "기준금리인상")).toBeCloseTo(2 / 6, 12);
    expect(textSimilarity("기준금리동결", "여야 예산안 합의")).toBe(0);
  });

  it("sees letters and digits alone, in any case, spacing and Unicode form", () => {
    expect(textSimilarity("[속보] IMF, '2.5%' 전망", "속보 imf 25 전망".normalize("NFD"))).toBe(1);
  });

  it("compares texts shorter than a 3-gram, and those without letters, as a whole", () => {
    expect(textSimilarity("금리", "금 리")).toBe(1);
    expect(textSimilarity("금리", "금값")).toBe(0);
    expect(textSimilarity("…", "…")).toBe(1);
    expect(textSimilarity("…", "!")).toBe(0);
  });
});

describe("findNearDuplicates", () => {
  it("names each group by its first row and leaves single texts alone", () => {
    const texts = [
      "한국은행이 기준금리를 연 2.5%로 동결했다",
      "여야가 예산안 처리에 합의했다",
      "한국은행이 기준금리를 연 2.5%로 동결했다고 밝혔다",
      "여야가 예산안 처리에 합의했다.",
      "손흥민이 결승골을 넣었다",
      "한국은행, 기준금리를 연 2.5%로 동결했다",
    ];
    const { groupOf, groups } = findNearDuplicates(texts);
    expect([...groupOf]).toEqual([0, 1, 0, 1, 4, 0]);
    expect(groups).toEqual([
      [0, 2, 5],
      [1, 3],
    ]);
  });

  it("joins through a text that lies between two", () => {
    // Neighbours share 8 of 12 3-grams; the outer two share 6 of 14.
    const texts = ["가나다라마바사아자차카타", "다라마바사아자차카타파하", "마바사아자차카타파하거너"];
    expect(textSimilarity(texts[0] as string, texts[1] as string)).toBeCloseTo(8 / 12, 12);
    expect(textSimilarity(texts[0] as string, texts[2] as string)).toBeCloseTo(6 / 14, 12);
    expect([...findNearDuplicates(texts).groupOf]).toEqual([0, 0, 0]);
    expect([...findNearDuplicates([texts[0] as string, texts[2] as string]).groupOf]).toEqual([0, 1]);
  });

  it("joins equal letters alone at a similarity of 1", () => {
    const texts = ["금리 동결", "금리·동결", "금리 동결해"];
    expect([...findNearDuplicates(texts, { similarity: 1 }).groupOf]).toEqual([0, 0, 2]);
  });

  it("finds what comparing each text with each other finds", () => {
    const texts = randomTexts(400);
    const expected = groupsByComparison(texts, 0.6);
    expect(new Set(expected).size).toBeLessThan(350);
    expect(findNearDuplicates(texts, { similarity: 0.6 }).groupOf).toEqual(expected);
  });

  it("does not join texts that share a long phrase and nothing else", () => {
    const texts = randomTexts(300).filter((_, i) => i % 4 !== 3);
    const signed = texts.map((text) => `${text} 무단전재 및 재배포 금지`);
    expect(findNearDuplicates(signed).groups).toEqual([]);
  });

  it("takes an empty list", () => {
    expect(findNearDuplicates([])).toEqual({ groupOf: new Uint32Array(0), groups: [] });
  });

  it("refuses a similarity outside (0, 1]", () => {
    for (const similarity of [0, 1.01, Number.NaN]) {
      expect(() => findNearDuplicates(["가"], { similarity })).toThrow(OptionError);
    }
  });
});
