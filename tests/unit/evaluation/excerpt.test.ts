import { describe, expect, it } from "vitest";
import { EXCERPT_LENGTH, excerptOf } from "../../../src/evaluation/excerpt.js";

/** The parts of the excerpt that its ranges mark. */
function marked(text: string, ...parts: readonly string[]): string[] {
  const ranges = parts.map((part) => [text.indexOf(part), text.indexOf(part) + part.length, 1] as const);
  const excerpt = excerptOf(text, ranges);
  return excerpt.ranges.map(([start, end]) => excerpt.text.slice(start, end));
}

describe("excerptOf", () => {
  it("moves ranges along when white space is drawn together", () => {
    expect(marked(" \n한국은행이  기준\n\n금리를 동결", "한국은행", "금리", "동결")).toEqual([
      "한국은행",
      "금리",
      "동결",
    ]);
    expect(marked("기준\n\n금리를", "기준\n\n금리")).toEqual(["기준 금리"]);
  });

  it("cuts a range at the end of the excerpt and leaves out what lies behind", () => {
    const text = `${"가".repeat(EXCERPT_LENGTH - 1)}나다라`;
    expect(marked(text, "나다", "라")).toEqual(["나"]);
    expect(excerptOf(text).text).toBe(`${"가".repeat(EXCERPT_LENGTH - 1)}나…`);
  });

  it("keeps weights", () => {
    expect(excerptOf("가 나", [[2, 3, -0.5]])).toEqual({ text: "가 나", ranges: [[2, 3, -0.5]] });
  });
});
