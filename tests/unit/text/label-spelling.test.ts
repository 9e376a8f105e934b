import { describe, expect, it } from "vitest";
import { LabelMatcher, LabelSpellings, labelKey, unifyLabels } from "../../../src/text/label-spelling.js";

const named = (...labels: readonly string[]) => labels.map((label) => ({ title: "금리", body: "", label }));

describe("labelKey", () => {
  it.each([
    ["생활/문화", "생활문화"],
    ["생활·문화", "생활문화"],
    ["IT/과학", "IT과학"],
    ["ＩＴ／과학 ", "IT과학"],
    ["IT_과학", "IT과학"],
    [" 경 제 ", "경제"],
    ["경제".normalize("NFD"), "경제"],
    ["\u3000정치", "정치"],
  ])("of %j is that of %j", (spelling, label) => {
    expect(labelKey(spelling)).toBe(labelKey(label));
  });

  it.each([
    ["경제>증권", "경제증권"],
    ["1-1", "11"],
    ["2.5", "25"],
    ["C#", "C"],
    ["C++", "C"],
    ["it과학", "IT과학"],
    ["-", "/"],
  ])("tells %j from %j", (one, other) => {
    expect(labelKey(one)).not.toBe(labelKey(other));
  });
});

describe("unifyLabels", () => {
  it("takes the most frequent spelling and tells what it replaced", () => {
    const { articles, merged } = unifyLabels(named("생활/문화", "생활문화", "생활문화", "경제", "생활 문화"));
    expect(articles.map(({ label }) => label)).toEqual(["생활문화", "생활문화", "생활문화", "경제", "생활문화"]);
    expect(merged).toEqual([
      { spelling: "생활 문화", label: "생활문화", nArticles: 1 },
      { spelling: "생활/문화", label: "생활문화", nArticles: 1 },
    ]);
  });

  it("takes the first spelling by code unit where two are equally frequent, in any order", () => {
    // "/" is U+002F, 문 is U+BB38.
    for (const labels of [named("생활문화", "생활/문화"), named("생활/문화", "생활문화")]) {
      expect(unifyLabels(labels).merged).toEqual([{ spelling: "생활문화", label: "생활/문화", nArticles: 1 }]);
    }
  });

  it("gives the articles themselves where nothing is to be done, and never changes them", () => {
    const plain = named("경제", "정치");
    expect(unifyLabels(plain)).toEqual({ articles: plain, merged: [] });
    const mixed = named("생활/문화", "생활문화", "생활문화");
    unifyLabels(mixed);
    expect(mixed[0]?.label).toBe("생활/문화");
  });

  it("takes names of object members for labels", () => {
    const { articles } = unifyLabels(named("__proto__", "constructor", "__proto__"));
    expect(articles.map(({ label }) => label)).toEqual(["__proto__", "constructor", "__proto__"]);
  });
});

describe("LabelSpellings", () => {
  it("leaves a label that was not counted as it is", () => {
    const spellings = new LabelSpellings();
    spellings.add("경제");
    expect(spellings.choose().labelOf("경 제")).toBe("경 제");
  });
});

describe("LabelMatcher", () => {
  it("gives the model's spelling and counts what it replaced", () => {
    const matcher = new LabelMatcher(["IT과학", "생활/문화"]);
    expect(["IT/과학", "생활문화", "IT과학", "IT/과학", "날씨"].map((label) => matcher.match(label))).toEqual([
      ...["IT과학", "생활/문화", "IT과학", "IT과학", "날씨"],
    ]);
    expect(matcher.merged).toEqual([
      { spelling: "IT/과학", label: "IT과학", nArticles: 2 },
      { spelling: "생활문화", label: "생활/문화", nArticles: 1 },
    ]);
  });

  it("leaves alone what two labels of the model could be meant by", () => {
    const matcher = new LabelMatcher(["생활문화", "생활/문화"]);
    expect(["생활문화", "생활/문화", "생활 문화"].map((label) => matcher.match(label))).toEqual([
      ...["생활문화", "생활/문화", "생활 문화"],
    ]);
    expect(matcher.merged).toEqual([]);
  });
});
