import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import { TokenLayout, type TokenLayoutName } from "../../../src/morph/token-layout.js";

let tokenizer: MecabTokenizer;

beforeAll(async () => {
  tokenizer = new MecabTokenizer(await loadDictionary());
});

describe("features of tokens", () => {
  it("are all eight columns, the lemma and the parts", () => {
    const [father, , , , enter, end] = tokenizer.tokenize("아버지가 방에 들어가신다");
    expect(tokenizer.features(father!)).toEqual({
      tag: "NNG",
      semantic: "*",
      final: "F",
      reading: "아버지",
      type: "*",
      firstTag: "*",
      lastTag: "*",
      expression: "*",
    });
    expect(tokenizer.lemma(enter!)).toBe("들어가다");
    expect(tokenizer.lemma(father!)).toBeNull();
    expect(tokenizer.features(end!)).toMatchObject({ type: "Inflect", firstTag: "EP", lastTag: "EC" });
    expect(tokenizer.parts(end!)).toEqual([
      { form: "시", tag: "EP", semantic: "*" },
      { form: "ㄴ다", tag: "EC", semantic: "*" },
    ]);
  });

  it("are decoded once for each word", () => {
    const [first, second] = tokenizer.tokenize("국회 국회");
    expect(tokenizer.features(first!)).toBe(tokenizer.features(second!));
  });
});

describe("TokenLayout", () => {
  const render = (name: TokenLayoutName, text: string) => new TokenLayout(tokenizer, name).render(text);

  it("is mecab's own layout, its wakati, or an array of pairs", () => {
    expect(render("mecab", " 국회는 쀍")).toBe(
      "국회\tNNG,*,F,국회,*,*,*,*\n는\tJX,*,T,는,*,*,*,*\n쀍\tUNKNOWN,*,*,*,*,*,*,*\nEOS\n",
    );
    expect(render("wakati", " 국회는 쀍")).toBe("국회 는 쀍\n");
    expect(render("json", ' 국회는 "')).toBe('[["국회","NNG"],["는","JX"],["\\"","SY"]]\n');
  });

  it("is an array of objects with all that is known of a token and where it is", () => {
    const none = { semantic: null, type: null, lemma: null, parts: [] };
    expect(JSON.parse(render("features", " 방에 들어가신다"))).toEqual([
      { ...none, surface: "방", tag: "NNG", semantic: "장소", reading: "방", start: 1, end: 2 },
      { ...none, surface: "에", tag: "JKB", reading: "에", start: 2, end: 3 },
      { ...none, surface: "들어가", tag: "VV", reading: "들어가", lemma: "들어가다", start: 4, end: 7 },
      {
        ...none,
        surface: "신다",
        tag: "EP+EC",
        type: "Inflect",
        reading: "신다",
        parts: [
          { form: "시", tag: "EP", semantic: null },
          { form: "ㄴ다", tag: "EC", semantic: null },
        ],
        start: 7,
        end: 9,
      },
    ]);
    // A word that was met before has its new place; an unknown one has a tag only.
    const [first, unknown, second] = JSON.parse(render("features", "방 쀍 방"));
    expect([first.start, second.start, second.end]).toEqual([0, 4, 5]);
    expect(unknown).toEqual({ ...none, surface: "쀍", tag: "UNKNOWN", reading: null, start: 2, end: 3 });
  });

  it("has a line for an empty text too", () => {
    const names = ["mecab", "wakati", "json", "features"] as const;
    expect(names.map((name) => render(name, " "))).toEqual(["EOS\n", "\n", "[]\n", "[]\n"]);
  });

  it("takes the surface of an unknown word from each text", () => {
    const layout = new TokenLayout(tokenizer, "wakati");
    expect([layout.render("abc"), layout.render("xyz")]).toEqual(["abc\n", "xyz\n"]);
  });
});
