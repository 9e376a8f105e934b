import { describe, expect, it } from "vitest";
import { toDocument } from "../../../src/text/article.js";
import { cleanText } from "../../../src/text/clean-text.js";
import { CleaningStack } from "../../../src/text/cleaning-stack.js";

/** Each row: the input, then the expected output. */
type Row = readonly [input: string, expected: string];

describe("cleanText", () => {
  it.each<Row>([
    ["", ""],
    ["한국은행, 기준금리 동결", "한국은행, 기준금리 동결"],
    ["美 금리 0.25%↑… ‘빅컷’ 없다", "美 금리 0.25%↑… ‘빅컷’ 없다"],
    ["R&D 예산 3 < 5", "R&D 예산 3 < 5"],
  ])("leaves %j as it is", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it("composes decomposed Hangul, also where a removed character or a reference kept the parts apart", () => {
    expect(cleanText("한글".normalize("NFD"))).toBe("한글");
    expect(cleanText("e\u200b\u0301")).toBe("é");
    expect(cleanText("&#4370;&#4449;&#4523;")).toBe("한"); // U+1112 U+1161 U+11AB
  });

  it.each<Row>([
    ["a\u0000b\u001fc\u007fd\u009fe", "abcde"],
    ["\ufeff제\u200b목\u00ad\u200d\u2060", "제목"],
    ["\u202e우에서\u202c 좌로", "우에서 좌로"],
    ["\u{e0041}태그", "태그"],
  ])("removes controls and format characters from %j", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it.each<Row>([
    ["  앞\t\n 뒤  ", "앞 뒤"],
    ["가\u00a0나\u3000다\u2028라\u0085마\u3164바\u202f사", "가 나 다 라 마 바 사"],
    ["\u3000 \t", ""],
    ["가 \u200b 나", "가 나"],
  ])("makes one space of each run of white space in %j", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it.each<Row>([
    ["&quot;동결&quot;", '"동결"'],
    ["&#39;동결&#x27;", "'동결'"],
    ["A&amp;B &nbsp; &hellip;", "A&B …"],
    ["&#8203;제목&shy;", "제목"],
    ["&#55357;&#0;", "\ufffd\ufffd"], // a surrogate and NUL have no character: HTML says U+FFFD
  ])("decodes the references of %j", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it.each<Row>([
    ["&amp;lt;", "<"],
    ["&amp;amp;amp;lt;", "<"],
    ["&amp;#39;말&amp;#39;", "'말'"],
    ["&a&#109;p;quot;", '"'], // a reference spelled with references
    ["&lt&semi;", "<"],
    [`${"&amp;".repeat(3)}`, "&&&"],
  ])("decodes %j however often it was escaped", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it.each<Row>([
    ["amp;#39;그렇다amp;#39;", "'그렇다'"],
    ["quot;그렇다quot;고 했다", '"그렇다"고 했다'],
    ["그는 apos;예apos; 했다", "그는 '예' 했다"],
    ["#39;예#039;", "'예'"],
    ["lt;표gt;", "<표>"],
    ["guitaramp;copy;", "guitar©"],
    ["Ramp;D 투자, Samp;P 500, ATamp;T", "R&D 투자, S&P 500, AT&T"],
    ["롯데 amp; 신세계, 김amp;장", "롯데 & 신세계, 김&장"],
  ])("repairs references that lost their ampersand in %j", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it.each([
    "a guitar amp; a drum",
    "100 amp; 220 volt",
    "a lamp; a camp;site",
    "aliquot; the rest",
    "AT&T; LG&CNS;",
    "&unknown; &; &#; #12;",
    "세미콜론; 하나",
  ])("keeps the ordinary semicolons of %j", (text) => {
    expect(cleanText(text)).toBe(text);
  });

  it.each<Row>([
    ["첫 줄<br>둘째 줄<br/>셋째<BR />넷째", "첫 줄 둘째 줄 셋째 넷째"],
    ["<p class='lead'>문단</p><p>다음</p>", "문단 다음"],
    ["삼성<b>전자</b>는 <i>오늘</i>", "삼성전자는 오늘"],
    ['<a href="https://example.com/?a=1">기사</a> <img src=x.jpg alt="사진">끝', "기사 끝"],
    ["가<!-- 광고 -->나", "가 나"],
    ["<h2>제목</h2>본문", "제목 본문"],
    ["&lt;br&gt;끝", "끝"],
  ])("takes the markup out of %j", (input, expected) => {
    expect(cleanText(input)).toBe(expected);
  });

  it.each([
    "<표> 참조",
    "<편집자주> 이 글은",
    "<앵커> 소식입니다",
    "3 < 5 > 2",
    "1<2>0",
    "<A> 그룹과 <B> 그룹",
    "<NYT> 보도",
    "<table 1> and <b 등급>",
    "<script>", // not in the list of elements that articles are exported with
    "> 인용",
    "<p",
  ])("keeps %j", (text) => {
    expect(cleanText(text)).toBe(text);
  });

  it("replaces lone surrogates and keeps pairs", () => {
    expect(cleanText("\ud83d")).toBe("\ufffd");
    expect(cleanText("\ude00\ud83d 😀")).toBe("\ufffd\ufffd 😀");
  });

  it("drops an overlay that would join a bracket only after something between them was taken out", () => {
    expect(cleanText("3 \u226e 5")).toBe("3 \u226e 5");
    expect(cleanText("3 <\u0338 5")).toBe("3 \u226e 5");
    expect(cleanText("<!--<\u200b\u0338-->")).toBe("<!--<-->");
    expect(cleanText("<!--<\u{1d165}\u200b\u0338-->")).toBe("<!--<\u{1d165}-->");
  });

  it("looks back a number of times that grows no faster than hostile text", () => {
    const hostile = [
      "&amp;",
      "&",
      ";",
      "<",
      ">",
      "<b",
      "a>",
      "x;",
      "<br>",
      "#",
      "amp;",
      "&a&#109;p;",
      "<i></i>",
      "&lt;p&gt;",
    ];
    for (const piece of hostile) {
      const [small, large] = [1_000, 10_000].map((nPieces) => {
        const text = piece.repeat(nPieces);
        const stack = new CleaningStack(text.length);
        stack.pushText(text);
        return stack.nLookBacks;
      }) as [number, number];
      // Ten times the text may cost ten times the work, and a few units more at the border.
      expect(large, piece).toBeLessThanOrEqual(10 * small + 100);
    }
  });

  it("looks back at most 34 units for a semicolon behind a long word", () => {
    const stack = new CleaningStack(100_001);
    stack.pushText(`${"a".repeat(100_000)};`);
    expect(stack.nLookBacks).toBe(33); // 32 letters of the longest name and the place of "#"
  });

  it("composes every canonical decomposition of Unicode", () => {
    for (let point = 0x20; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      const decomposed = character.normalize("NFD");
      if (decomposed === character || /\s/.test(character)) continue;
      const expected = `가${decomposed.normalize("NFC")}나`;
      expect(cleanText(`가${decomposed}나`)).toBe(expected);
      expect(cleanText(`가${character}나`)).toBe(expected);
    }
  });

  it("removes every control and format character and no other", () => {
    const wrong: string[] = [];
    for (let point = 0x7f; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      const isGone = cleanText(`가${character}나`) === "가나";
      if (isGone !== (point !== 0x85 && /[\p{Cc}\p{Cf}]/u.test(character))) wrong.push(point.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

describe("toDocument", () => {
  it("joins the cleaned title and body by one line break", () => {
    expect(toDocument({ title: " 제목&nbsp;", body: "본문\n둘째 줄" })).toBe("제목\n본문 둘째 줄");
  });

  it("adds no line break to a lone part", () => {
    expect(toDocument({ title: "제목", body: "\u200b" })).toBe("제목");
    expect(toDocument({ title: "", body: "본문" })).toBe("본문");
  });
});
