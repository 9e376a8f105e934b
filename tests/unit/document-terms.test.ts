import { describe, expect, it } from "vitest";
import { createDocumentTerms } from "../../src/document-terms.js";
import { OptionError } from "../../src/errors.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";

describe("createDocumentTerms", () => {
  it("puts the character n-grams behind the terms of the tokens", () => {
    const termsOf = createDocumentTerms(wordTokenizer(), {
      ngramRange: [1, 2],
      charNgrams: true,
      charNgramRange: [4, 4],
    });
    expect([...termsOf("금리 동결")]).toEqual(["금리/NNG", "동결/NNG", "금리/NNG 동결/NNG", " 금리 ", " 동결 "]);
  });

  it("leaves them out on request", () => {
    const termsOf = createDocumentTerms(wordTokenizer(), { ngramRange: [1, 1], charNgrams: false });
    expect([...termsOf("금리 동결")]).toEqual(["금리/NNG", "동결/NNG"]);
  });

  it("gives a document's terms whatever came before", () => {
    const termsOf = createDocumentTerms(wordTokenizer(), { charNgrams: true });
    const first = [...termsOf("금리 동결")];
    termsOf("축구 결승");
    expect([...termsOf("금리 동결")]).toEqual(first);
  });

  it("refuses options out of range", () => {
    expect(() => createDocumentTerms(wordTokenizer(), { charNgramRange: [3, 2] })).toThrow(OptionError);
  });
});
