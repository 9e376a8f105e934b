import { describe, expect, it } from "vitest";
import { StoredArticles } from "../../../src/training/stored-articles.js";
import { MemorySpool } from "../features/memory-spool.js";

const ARTICLES = [
  { title: "금리 동결", body: "", label: "경제" },
  { title: "", body: "plain é text", label: "세계" },
  // A lone surrogate, and a character of two units.
  { title: "\ud800 \u{1f600}", body: "\0\n", label: "경제" },
  // Longer than a block of 2^18 bytes, in either width.
  { title: "a".repeat(300_000), body: "가나".repeat(100_000), label: "IT" },
  { title: "끝", body: "end", label: "세계" },
];

function stored(): StoredArticles {
  const articles = new StoredArticles(new MemorySpool());
  for (const article of ARTICLES) articles.add(article);
  return articles;
}

describe("StoredArticles", () => {
  it("gives articles back unit by unit, in order and by number", () => {
    const articles = stored();
    expect(articles.nArticles).toBe(5);
    expect([...articles]).toEqual(ARTICLES);
    for (const index of [4, 0, 3, 2, 1]) expect(articles.at(index)).toEqual(ARTICLES[index]);
  });

  it("replaces a label wherever it stands", () => {
    const articles = stored();
    articles.renameLabels((label) => (label === "경제" ? "경제·금융" : label));
    expect(Array.from(articles, ({ label }) => label)).toEqual(["경제·금융", "세계", "경제·금융", "IT", "세계"]);
  });
});
