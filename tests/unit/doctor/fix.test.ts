import { describe, expect, it } from "vitest";
import { fixArticles } from "../../../src/doctor/fix.js";

const rows = [
  ["생활/문화", "가을 전시"],
  ["생활문화", "겨울 공연"],
  ["생활/문화", "봄 축제"],
  ["생활문화", "가을  전시"], // the same text but for white space, which is cleaned
  ["경제", "가을 전시"],
] as const;
const input = {
  articles: rows.map(([label, title]) => ({ title, body: "", label })),
  sources: rows.map(() => "a.csv"),
  lines: rows.map((_, place) => place + 2),
};

describe("fixArticles", () => {
  it("writes one spelling, keeps the first of equal articles, and logs each change", () => {
    const { articles, changes } = fixArticles({ ...input, articles: [...input.articles] }, true);
    expect(articles.map(({ label, title }) => [label, title])).toEqual([
      // Both spellings have two articles; "생활/문화" is first by code unit.
      ["생활/문화", "가을 전시"],
      ["생활/문화", "겨울 공연"],
      ["생활/문화", "봄 축제"],
      ["경제", "가을 전시"],
    ]);
    expect(changes).toEqual([
      { source: "a.csv", line: 3, change: "label-spelling", from: "생활문화", to: "생활/문화" },
      { source: "a.csv", line: 5, change: "exact-copy", from: "생활문화", to: "" },
    ]);
  });

  it("leaves spellings alone where told to, so that they are no copies", () => {
    expect(fixArticles(input, false)).toEqual({ articles: input.articles, changes: [] });
  });
});
