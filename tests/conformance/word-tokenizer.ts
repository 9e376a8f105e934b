import type { Token, Tokenizer } from "../../src/morph/tokenizer.js";

/** A tokenizer whose tokens are the words between spaces, all common nouns: terms can be read off a text. */
export function wordTokenizer(id = "words-1"): Tokenizer {
  return {
    id,
    tokenize: (text) =>
      Array.from(text.matchAll(/\S+/g), (match): Token => {
        const [surface] = match;
        return { surface, tag: "NNG", start: match.index, end: match.index + surface.length };
      }),
  };
}
