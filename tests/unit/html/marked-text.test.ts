import { describe, expect, it } from "vitest";
import { markText } from "../../../src/html/marked-text.js";

describe("markText", () => {
  it("marks what speaks for and against, and weak reasons weaker", () => {
    // 0.1 is below 0.4 of the greatest weight, 2.
    expect(
      markText("한국은행이 금리를 <내렸다>", [
        [0, 4, 2],
        [6, 8, -1],
        [10, 15, 0.1],
      ]).source,
    ).toBe('<mark>한국은행</mark>이 <mark class="against">금리</mark>를 <mark class="weak">&lt;내렸다&gt;</mark>');
  });

  it("cuts ranges that overlap or reach out of the text", () => {
    expect(
      markText("abcdef", [
        [0, 3, 1],
        [2, 4, 1],
        [1, 3, 1],
        [5, 99, 1],
      ]).source,
    ).toBe("<mark>abc</mark><mark>d</mark>e<mark>f</mark>");
  });

  it("takes the greatest weight from elsewhere, so that title and body are on one scale", () => {
    expect(markText("ab", [[0, 1, 1]], 10).source).toBe('<mark class="weak">a</mark>b');
  });
});
