import { addCharNgrams } from "./features/char-ngrams.js";
import { TermExtractor } from "./features/term-extractor.js";
import { isContentTag } from "./morph/tags.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { resolveOptions } from "./options/resolve-options.js";
import { TERM_SPEC, type TermOptions } from "./options/train-options.js";
import { KOREAN_STOP_WORDS } from "./text/korean-stop-words.js";

/** Returns the terms of a document; the array is overwritten by the next call. */
export type DocumentTerms = (document: string) => readonly string[];

/**
 * Makes the way from a document to its terms that training and inference share: the terms of its tokens, then its
 * character n-grams. Holds the tokenizer's scratch space, so calls are not re-entrant.
 *
 * @throws {OptionError} when an option is out of range
 */
export function createDocumentTerms(tokenizer: Tokenizer, options: TermOptions): DocumentTerms {
  const { charNgrams, charNgramRange } = resolveOptions<TermOptions>(TERM_SPEC, options, "terms");
  const [shortest, longest] = charNgramRange;
  const extractor = new TermExtractor(
    {
      isContentTag,
      isLatinTag: (tag) => tag === "SL",
      stopWords: KOREAN_STOP_WORDS,
      decompose: (token) => tokenizer.parts?.(token) ?? [],
    },
    options,
  );
  const terms: string[] = [];
  return (document) => {
    terms.length = 0;
    for (const term of extractor.extract(tokenizer.tokenize(document))) terms.push(term);
    if (charNgrams) addCharNgrams(terms, document, shortest, longest);
    return terms;
  };
}
