import { describe, expect, it } from "vitest";
import { isEnglishStopWord, stemEnglish } from "../../../src/features/english.js";

describe("stemEnglish", () => {
  it.each([
    // The examples of Porter (1980), one or two per step.
    ["caresses", "caress"],
    ["ponies", "poni"],
    ["plastered", "plaster"],
    ["motoring", "motor"],
    ["hopping", "hop"],
    ["happy", "happi"],
    ["relational", "relat"],
    ["vietnamization", "vietnam"],
    ["triplicate", "triplic"],
    ["adjustment", "adjust"],
    ["probate", "probat"],
    ["controll", "control"],
  ])("reduces %s to %s", (word, stem) => {
    expect(stemEnglish(word)).toBe(stem);
  });

  it.each(["", "a", "is", "cafés", "résumés", "5gs", "covid19", "Running", "뉴스", "😀s", "\ud800s", "__proto__"])(
    "returns %j, which is not a word of at least three letters a-z, as it is",
    (word) => {
      expect(stemEnglish(word)).toBe(word);
    },
  );

  it("stems words that are names of every object's properties", () => {
    expect(stemEnglish("constructor")).toBe("constructor");
    expect(stemEnglish("constructors")).toBe("constructor");
  });

  it("returns words of more than 64 letters as they are, for natural's time rises with the square of the length", () => {
    expect(stemEnglish(`${"b".repeat(61)}ing`)).toBe(`${"b".repeat(61)}ing`);
    expect(stemEnglish(`${"ba".repeat(30)}ning`)).toBe(`${"ba".repeat(30)}n`);
    const long = `${"ba".repeat(500_000)}ning`;
    expect(stemEnglish(long)).toBe(long);
  });
});

describe("isEnglishStopWord", () => {
  it("knows natural's list and nothing that every object has", () => {
    expect(isEnglishStopWord("the")).toBe(true);
    expect(isEnglishStopWord("samsung")).toBe(false);
    expect(isEnglishStopWord("constructor")).toBe(false);
  });
});
