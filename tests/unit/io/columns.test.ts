import { describe, expect, it } from "vitest";
import { DatasetError } from "../../../src/errors.js";
import { type ArticleColumns, type ColumnOptions, findArticleColumns } from "../../../src/io/columns.js";

function find(header: string, options: ColumnOptions = {}, requireLabel = true): ArticleColumns {
  return findArticleColumns(header.split(","), { ...options, requireLabel }, "news.csv", 1);
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: "DATASET_COLUMN", source: "news.csv", line: 1 });
    return (error as Error).message;
  }
  throw new Error("no error was thrown");
}

describe("findArticleColumns", () => {
  it.each<readonly [header: string, title: number | null, body: number | null, label: number]>([
    ["category,text", null, 1, 0],
    ["text,label", null, 0, 1],
    ["date,title,body,category", 1, 2, 3],
    ["제목,본문,분류", 0, 1, 2],
    ["뉴스제목,기사내용,카테고리", 0, 1, 2],
    ["index,title,topic_idx", 1, null, 2],
    ["헤드라인,섹션", 0, null, 1],
    ["content,주제", null, 0, 1],
    ["article,topic", null, 0, 1],
    ["document,section", null, 0, 1],
    ["기사 제목,기사_본문,통합분류1", 0, 1, 2],
    ["\u200bTITLE , Text,LABEL", 0, 1, 2],
    ["제목,본문,분류".normalize("NFD"), 0, 1, 2],
  ])("finds title, body and label in %s", (header, title, body, label) => {
    expect(find(header)).toEqual({ title, body, label });
  });

  it("uses nothing else of a BigKinds export", () => {
    const header =
      "뉴스 식별자,일자,언론사,기고자,제목,통합 분류1,통합 분류2,통합 분류3,사건/사고 분류1,인물,위치,기관,키워드,특성추출,본문,URL,분석제외 여부";
    expect(find(header)).toEqual({ title: 4, body: 14, label: 5 });
  });

  it("never takes a column that tells the label for the text", () => {
    expect(messageOf(() => find("키워드,특성추출,URL,category"))).toContain("there is no text column");
  });

  it("takes the name of the best rank", () => {
    expect(find("text,본문,content,label")).toEqual({ title: null, body: 1, label: 3 });
    expect(find("topic,category,text")).toEqual({ title: null, body: 2, label: 1 });
  });

  it("asks which column is meant where two have the same rank", () => {
    expect(messageOf(() => find("text,label,category"))).toBe(
      'news.csv:1: columns "label", "category" could all be the label; choose one with --label-column (labelColumn)',
    );
    expect(messageOf(() => find("text,text,label"))).toContain("--text-column (textColumn)");
  });

  it("takes named columns, compared after composing, trimming and lower-casing", () => {
    expect(find("Story,x,Desk", { textColumn: " story ", labelColumn: "DESK" })).toEqual({
      title: null,
      body: 0,
      label: 2,
    });
    expect(find("기사,부서", { titleColumn: "기사".normalize("NFD"), labelColumn: "부서" })).toMatchObject({
      title: 0,
    });
  });

  it("reads only named columns once the body or the title is named", () => {
    expect(find("제목,본문,분류", { textColumn: "본문" })).toEqual({ title: null, body: 1, label: 2 });
    expect(find("제목,본문,분류", { titleColumn: "제목" })).toEqual({ title: 0, body: null, label: 2 });
  });

  it("searches among the columns that the user has not named for something else", () => {
    expect(find("label,category,text", { labelColumn: "category" })).toEqual({ title: null, body: 2, label: 1 });
    expect(find("title,text", { labelColumn: "title" })).toEqual({ title: null, body: 1, label: 0 });
  });

  it("lists the columns where a named one is missing", () => {
    expect(messageOf(() => find("a,b", { textColumn: "본문" }))).toBe(
      'news.csv:1: there is no column "본문" for --text-column (textColumn); the columns are "a", "b"',
    );
  });

  it("lists the columns where the label is missing, if it is needed", () => {
    expect(messageOf(() => find("date,text"))).toBe(
      'news.csv:1: there is no label column; the columns are "date", "text"; name it with --label-column (labelColumn)',
    );
    expect(find("date,text", {}, false)).toEqual({ title: null, body: 1, label: null });
  });

  it("shows the first 20 of many columns", () => {
    const header = Array.from({ length: 30 }, (_, i) => `c${i}`).join(",");
    expect(messageOf(() => find(header))).toContain('"c19", and 10 more');
  });

  it("rejects a named column that occurs twice and one column for two parts", () => {
    expect(messageOf(() => find("text,text,label", { textColumn: "text" }))).toContain('2 columns are named "text"');
    expect(messageOf(() => find("text,label", { textColumn: "text", labelColumn: "text" }))).toContain(
      "the same column",
    );
  });

  it("does not take names of object members for columns", () => {
    expect(messageOf(() => find("__proto__,constructor,toString"))).toContain('"__proto__", "constructor"');
    expect(find("__proto__,constructor", { textColumn: "constructor", labelColumn: "__proto__" })).toEqual({
      title: null,
      body: 1,
      label: 0,
    });
  });
});
