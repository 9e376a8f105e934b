import { describe, expect, it } from "vitest";
import { findDelimiter, isArticleHeader } from "../../../src/io/csv-table.js";

describe("findDelimiter", () => {
  it.each([
    ["제목,본문,분류", "comma"],
    ["제목\t본문\t분류", "tab"],
    ["제목;본문;분류", "semicolon"],
    ['"제목";"본문, 요약, 기타";"분류"', "semicolon"],
    ["본문, 요약\t제목\t분류", "tab"],
    ["text", "comma"],
    ["", "comma"],
    // Two known names beat three unknown fields.
    ["본문;분류 (a,b,c)", "semicolon"],
    ["a;b\tc", "tab"],
  ])("of %j is the %s", (header, delimiter) => {
    expect(findDelimiter(header).delimiter).toBe(delimiter);
  });
});

describe("isArticleHeader", () => {
  it.each(["category,text", '"제목","본문"', "date,Title,body", "내용", "번호;제목", "분류\t본문"])(
    "takes %s for a header",
    (line) => {
      expect(isArticleHeader(line)).toBe(true);
    },
  );

  it.each(["", "한국은행, 기준금리 동결", '그는 "아니다, 본문', "category,label", "키워드,URL"])(
    "takes %j for text",
    (line) => {
      expect(isArticleHeader(line)).toBe(false);
    },
  );
});
