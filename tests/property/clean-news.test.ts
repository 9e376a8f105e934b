import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanNews, traceCleanNews } from "../../src/text/clean-news.js";
import { cleanText } from "../../src/text/clean-text.js";
import { traceCleanText } from "../../src/text/traced-text.js";

/** Pieces of every rule, with what may stand between and inside of them. */
const PIECES = [
  ..."(서울=연합뉴스) |홍길동 기자|홍길동| 기자| = |=|[|]|(|)|<|>|【|】|사진|(사진=|사진=연합뉴스|[속보]|(종합2보)|종합2보|속보|[앵커]|◀ 앵커 ▶|▶|☞|ⓒ|저작권자|무단|전재|금지|및".split(
    "|",
  ),
  ..."재배포 금지|제보는|구독|관련기사 3면|2026-01-02 03:04|입력|송고|a@b.kr|amp;|&amp;|lt;|&lt;|gt;|&gt;|<b|<br>|</b>|>|☎ 02-123-4567|www.a.kr|KBS 뉴스|홍길동입니다.|영상취재 : |이 기사는".split(
    "|",
  ),
  ..."자동|작성|※|우울감|이미지 확대|공유하기|온라인뉴스팀|다. |요.|.|,|:|/|·|2|17면|에 계속|A|R|D|//|// flash 오류를 우회하기 위한 함수 추가|가|나다|e\u0301|\u1100\u1161".split(
    "|",
  ),
  ...[" ", " ", "\n", "\n", "\t", "\r\n", "\u200b", "\u0301", "\ud800", "\u3000", '"', "”"],
];

const newsLike = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(""));
const anyText = fc.oneof(
  { arbitrary: newsLike, weight: 4 },
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
);
const PARAMETERS = { seed: 20261123, numRuns: 3000 };

describe("cleanNews", () => {
  it("changes nothing in text that it has cleaned", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = cleanNews(text);
        expect(cleanNews(once)).toBe(once);
        expect(cleanText(once)).toBe(once);
      }),
      PARAMETERS,
    );
  });

  it("finds by its quick look all that the rules find", () => {
    fc.assert(
      // A break before the text is no break inside of it, but has all rules looked at.
      fc.property(anyText, (text) => {
        expect(cleanNews(`\n${text}`)).toBe(cleanNews(text));
      }),
      PARAMETERS,
    );
  });

  it("keeps of the text what it does not list as removed, in order, and nothing twice", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: clean, starts, ends, removed } = traceCleanNews(text);
        expect(starts).toHaveLength(clean.length);
        expect(ends).toHaveLength(clean.length);
        let end = 0;
        for (const range of removed) {
          expect(range.start).toBeGreaterThanOrEqual(end);
          expect(range.end).toBeGreaterThan(range.start);
          end = range.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
        for (let i = 0; i < clean.length; i++) {
          expect(starts[i]).toBeLessThan(ends[i] as number);
          if (i > 0) expect(starts[i]).toBeGreaterThanOrEqual(starts[i - 1] as number);
        }
      }),
      PARAMETERS,
    );
  });
});

describe("traceCleanText", () => {
  it("returns the text of cleanText, and for plain characters the place where they stand", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: clean, starts, ends } = traceCleanText(text);
        expect(clean).toBe(cleanText(text));
        for (let i = 0; i < clean.length; i++) {
          const source = text.slice(starts[i], ends[i]);
          if (/^[가-힣]$/.test(source)) expect(clean[i]).toBe(source);
        }
      }),
      PARAMETERS,
    );
  });
});
