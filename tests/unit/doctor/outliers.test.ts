import { describe, expect, it } from "vitest";
import { summarizeLanguages, summarizeLengths } from "../../../src/doctor/outliers.js";

describe("summarizeLengths", () => {
  it("finds documents that are far longer or shorter than the others", () => {
    const documents = [10, 11, 12, 13, 14, 200, 1].map((length) => "가".repeat(length));
    const { least, median, greatest, outliers } = summarizeLengths(documents);
    expect({ least, median, greatest }).toEqual({ least: 1, median: 12, greatest: 200 });
    // ln(201 / 13) = 2.74 and ln(13 / 2) = 1.87; the others are within ln(13 / 11) = 0.17.
    expect(outliers).toEqual([
      { article: 5, value: 200 },
      { article: 6, value: 1 },
    ]);
  });

  it("leaves alone what is within three times the median, however alike the others are", () => {
    const documents = [10, 10, 10, 10, 25].map((length) => "가".repeat(length));
    expect(summarizeLengths(documents).outliers).toEqual([]);
  });
});

describe("summarizeLanguages", () => {
  const korean = Array.from({ length: 10 }, () => "한국어로 쓴 보통의 기사입니다");

  it("finds documents in another script than nine tenths of the file", () => {
    const { outliers } = summarizeLanguages([...korean, "an article in English"]);
    expect(outliers).toEqual([{ article: 10, value: 0 }]);
  });

  it("says nothing of a file in two scripts, or of a few letters", () => {
    const english = korean.map(() => "an article in English");
    expect(summarizeLanguages([...korean, ...english]).outliers).toEqual([]);
    expect(summarizeLanguages([...korean, "KBS 1TV"]).outliers).toEqual([]);
    expect(summarizeLanguages(["1", "2"])).toEqual({ hangulShare: null, outliers: [] });
  });
});
