import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";

const LABELS = ["정치", "경제", "사회", "생활문화", "세계", "IT과학", "스포츠"];
const GRAM_UNITS = 5;
const MAX_SIMILARITY = 0.2;

const rows = parse(readFileSync(path.resolve(import.meta.dirname, "../../data/news.csv"), "utf8")) as string[][];
const [header, ...articles] = rows as [string[], ...[string, string, string, string][]];

function gramsOf(text: string): Set<string> {
  const grams = new Set<string>();
  for (let start = 0; start + GRAM_UNITS <= text.length; start++) grams.add(text.slice(start, start + GRAM_UNITS));
  return grams;
}

/** The highest Jaccard similarity of two articles: shared grams / all grams of both. */
function highestSimilarity(texts: readonly string[]): { similarity: number; pair: readonly [string, string] } {
  const gramSets = texts.map(gramsOf);
  const holders = new Map<string, number[]>();
  gramSets.forEach((grams, article) => {
    for (const gram of grams) {
      const list = holders.get(gram);
      if (list === undefined) holders.set(gram, [article]);
      else list.push(article);
    }
  });
  const nArticles = texts.length;
  const shared = new Uint16Array(nArticles * nArticles);
  for (const list of holders.values()) {
    for (let i = 1; i < list.length; i++) {
      for (let j = 0; j < i; j++) {
        const cell = (list[j] as number) * nArticles + (list[i] as number);
        shared[cell] = (shared[cell] as number) + 1;
      }
    }
  }
  let similarity = 0;
  let pair: readonly [string, string] = ["", ""];
  for (let left = 0; left < nArticles; left++) {
    for (let right = left + 1; right < nArticles; right++) {
      const both = shared[left * nArticles + right] as number;
      const all = (gramSets[left] as Set<string>).size + (gramSets[right] as Set<string>).size - both;
      if (both / all > similarity) {
        similarity = both / all;
        pair = [texts[left] as string, texts[right] as string];
      }
    }
  }
  return { similarity, pair };
}

describe("data/news.csv", () => {
  it("has the columns date, title, body, category", () => {
    expect(header).toEqual(["date", "title", "body", "category"]);
    expect(articles.every((row) => row.length === 4)).toBe(true);
  });

  it("holds at least 840 articles and at least 120 of each label", () => {
    expect(articles.length).toBeGreaterThanOrEqual(840);
    for (const label of LABELS) {
      expect(articles.filter((row) => row[3] === label).length, label).toBeGreaterThanOrEqual(120);
    }
    expect(new Set(articles.map((row) => row[3]))).toEqual(new Set(LABELS));
  });

  it("is dated 2015 to 2026 and sorted by date", () => {
    const dates = articles.map((row) => row[0]);
    expect(dates.every((date) => /^20(1[5-9]|2[0-6])-\d\d-\d\d$/.test(date))).toBe(true);
    expect(dates).toEqual([...dates].sort());
  });

  it("holds every article once, in NFC, on one line, without white space at the ends", () => {
    expect(new Set(articles.map((row) => row[1])).size).toBe(articles.length);
    for (const [, title, body] of articles) {
      for (const text of [title, body]) {
        expect(text.normalize("NFC")).toBe(text);
        expect(text.trim()).toBe(text);
        expect(text).not.toMatch(/[\n\r\t]/);
      }
    }
  });

  it("has no pair of articles with a Jaccard similarity of character 5-grams above 0.2", () => {
    const { similarity, pair } = highestSimilarity(articles.map(([, title, body]) => `${title} ${body}`));
    expect(similarity, pair.join("\n")).toBeLessThanOrEqual(MAX_SIMILARITY);
    // Two copies of one article would give 1: the measure itself works.
    expect(highestSimilarity(["하나의 같은 기사 문장", "하나의 같은 기사 문장"]).similarity).toBe(1);
  });
});
