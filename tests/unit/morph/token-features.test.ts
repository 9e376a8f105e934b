import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import { TokenLayout } from "../../../src/morph/token-layout.js";

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
  const render = (name: "mecab" | "wakati" | "json", text: string) => new TokenLayout(tokenizer, name).render(text);

  it("is mecab's own layout, its wakati, or an array of pairs", () => {
    expect(render("mecab", " 국회는 쀍")).toBe(
      "국회\tNNG,*,F,국회,*,*,*,*\n는\tJX,*,T,는,*,*,*,*\n쀍\tUNKNOWN,*,*,*,*,*,*,*\nEOS\n",
    );
    expect(render("wakati", " 국회는 쀍")).toBe("국회 는 쀍\n");
    expect(render("json", ' 국회는 "')).toBe('[["국회","NNG"],["는","JX"],["\\"","SY"]]\n');
  });

  it("has a line for an empty text too", () => {
    expect([render("mecab", ""), render("wakati", " "), render("json", "")]).toEqual(["EOS\n", "\n", "[]\n"]);
  });

  it("takes the surface of an unknown word from each text", () => {
    const layout = new TokenLayout(tokenizer, "wakati");
    expect([layout.render("abc"), layout.render("xyz")]).toEqual(["abc\n", "xyz\n"]);
  });
});
