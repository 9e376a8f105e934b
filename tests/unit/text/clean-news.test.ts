import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toCleanDocument, toDocument } from "../../../src/text/article.js";
import { cleanNews, traceCleanNews } from "../../../src/text/clean-news.js";
import { NEWS_PATTERNS, NEWS_RULES } from "../../../src/text/news-rules.js";

interface Example {
  readonly rule: string | null;
  readonly text: string;
  readonly clean: string;
}

const examples = readFileSync(new URL("../../fixtures/cleaning/examples.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Example);

const gone = examples.filter(({ rule }) => rule !== null);
const kept = examples.filter(({ rule }) => rule === null);

describe("cleanNews", () => {
  it("has 150 examples or more, some for every rule, and many of what stays", () => {
    expect(examples.length).toBeGreaterThanOrEqual(150);
    expect(kept.length).toBeGreaterThanOrEqual(50);
    expect([...new Set(gone.map(({ rule }) => rule))].sort()).toEqual(Object.keys(NEWS_RULES).sort());
    expect([...new Set(NEWS_PATTERNS.map(({ rule }) => rule))].sort()).toEqual(Object.keys(NEWS_RULES).sort());
  });

  it.each(gone)("$rule: takes boilerplate out of $text", ({ rule, text, clean }) => {
    const result = traceCleanNews(text);
    expect(result.text).toBe(clean);
    expect(result.removed.map((range) => range.rule)).toContain(rule);
  });

  it.each(kept)("leaves $text as it is", ({ text, clean }) => {
    expect(clean).toBe(text);
    expect(traceCleanNews(text)).toMatchObject({ text, removed: [] });
  });

  it.each(examples)("changes nothing in its result of $text", ({ text }) => {
    const once = cleanNews(text);
    expect(cleanNews(once)).toBe(once);
  });

  it("tells what it took out by offsets into the text given", () => {
    // 3 units "\n\n\u200b", then the tag of 4, a space, 3 units kept, and a reference of 4 units for each angle bracket of the notice.
    const text = "\n\n\u200b[속보] 눈 옴 &lt;저작권자 ⓒ 한길&gt;";
    const { text: clean, starts, ends, removed } = traceCleanNews(text);
    expect(clean).toBe("눈 옴");
    expect(removed.map(({ start, end, rule }) => [rule, text.slice(start, end)])).toEqual([
      ["title-tag", "[속보]"],
      ["copyright", "&lt;저작권자 ⓒ 한길&gt;"],
    ]);
    expect(Array.from(starts, (start, i) => text.slice(start, ends[i]))).toEqual(["눈", " ", "옴"]);
  });

  it("maps composed characters to all that they were composed of", () => {
    const text = "[속보] 강풍".normalize("NFD");
    const { text: clean, starts, ends } = traceCleanNews(text);
    expect(clean).toBe("강풍");
    expect(Array.from(starts, (start, i) => text.slice(start, ends[i]).normalize("NFC"))).toEqual(["강", "풍"]);
  });

  it("takes only one of two tags that are the whole text", () => {
    expect(cleanNews("[속보][단독]")).toBe("[단독]");
  });
});

describe("toCleanDocument", () => {
  it("cleans title and body each by itself", () => {
    expect(toCleanDocument({ title: "[속보] 눈 옴", body: "(서울=연합뉴스) 홍길동 기자 = 눈이 왔다." }, "news")).toBe(
      "눈 옴\n눈이 왔다.",
    );
  });

  it("keeps all of an article that is nothing but boilerplate", () => {
    const body = "이미지 확대\n공유하기";
    expect(cleanNews(body)).toBe("");
    expect(toCleanDocument({ title: "", body }, "news")).toBe("이미지 확대 공유하기");
  });

  it("takes nothing out unless asked", () => {
    const article = { title: "[속보] 눈 옴", body: "" };
    expect(toCleanDocument(article, "none")).toBe("[속보] 눈 옴");
    expect(toDocument(article)).toBe("[속보] 눈 옴");
  });
});
