import { describe, expect, it } from "vitest";
import type { Explanation } from "../../../src/explanation/explain.js";
import { formatExplanation } from "../../../src/explanation/format-explanation.js";
import { formatExplanationsHtml } from "../../../src/explanation/format-explanation-html.js";

const ARTICLE = { title: "금리 <동결> 골", body: "" };

const EXPLANATION: Explanation = {
  label: "경제",
  score: 0.75,
  against: "스포츠",
  againstScore: 0.25,
  method: "active-units",
  logOdds: 1.0986,
  constant: 0.0986,
  terms: [
    { term: "금리/NNG", contribution: 1.2, ranges: [{ part: "title", start: 0, end: 2 }] },
    { term: " 골", contribution: -0.2, ranges: [{ part: "title", start: 8, end: 9 }] },
  ],
  words: [
    { part: "title", start: 0, end: 2, contribution: 1.2 },
    { part: "title", start: 3, end: 7, contribution: 0.05 },
    { part: "title", start: 8, end: 9, contribution: -0.25 },
  ],
  nUnknownTerms: 3,
};

const NOTHING: Explanation = { ...EXPLANATION, terms: [], words: [], nUnknownTerms: 0, constant: 1.0986 };

describe("formatExplanation", () => {
  it("shows the scores, the sum, and words and terms by weight", () => {
    expect(formatExplanation(ARTICLE, EXPLANATION)).toBe(
      [
        "경제 0.7500 rather than 스포츠 0.2500",
        "log odds +1.099 = +0.099 without any term, +1.000 by 2 terms (3 unknown terms add nothing)",
        "",
        "words",
        "  +1.200  금리",
        "  -0.250  골",
        "  +0.050  <동결>",
        "",
        "terms",
        "  +1.200  금리/NNG",
        "  -0.200  ␣골",
        "",
      ].join("\n"),
    );
  });

  it("leaves out what there is none of", () => {
    expect(formatExplanation({ title: "", body: "" }, NOTHING, { colors: true })).toBe(
      "경제 0.7500 rather than 스포츠 0.2500\nlog odds +1.099 = +1.099 without any term, +0.000 by 0 terms\n",
    );
  });

  it("lists as many as asked for", () => {
    const lines = formatExplanation(ARTICLE, EXPLANATION, { top: 1 }).split("\n");
    expect(lines.filter((line) => line.startsWith("  "))).toEqual(["  +1.200  금리", "  +1.200  금리/NNG"]);
  });

  it("marks words in the text by colour: strong, weak, against, and below 5% of the greatest not at all", () => {
    const [, , , text] = formatExplanation(ARTICLE, EXPLANATION, { colors: true }).split("\n");
    // 0.05 / 1.2 is 4%, 0.25 / 1.2 is 21%.
    expect(text).toBe("\u001b[30;43m금리\u001b[0m <동결> \u001b[4;36m골\u001b[0m");
  });

  it("does not let a text steer the terminal", () => {
    const article = { title: "\u001b[2J금리", body: "" };
    const words = [{ part: "title" as const, start: 0, end: 6, contribution: 1 }];
    const shown = formatExplanation(article, { ...EXPLANATION, words }, { colors: true });
    expect(shown).toContain("\ufffd[2J금리");
    expect(shown).not.toContain("\u001b[2J");
  });
});

describe("formatExplanationsHtml", () => {
  it("marks the words and escapes what is not ours", async () => {
    const page = await formatExplanationsHtml([{ article: ARTICLE, explanation: EXPLANATION }], {
      language: "ko",
      top: 10,
    });
    expect(page).toContain('<mark>금리</mark> &lt;동결&gt; <mark class="against weak">골</mark>');
    expect(page).toContain("로그 승산 +1.099 = 용어 없이 +0.099, 용어 2개로 +1.000");
    expect(page).toMatch(/^<!doctype html>\n<html lang="ko">/);
    expect(page).not.toContain("<동결>");
  });

  it("takes an article without a word", async () => {
    const page = await formatExplanationsHtml([{ article: { title: "…", body: "" }, explanation: NOTHING }], {
      language: "en",
      top: 10,
    });
    expect(page).toContain('<p class="title">…</p>');
  });
});
