import { addCharNgrams, locateCharNgrams } from "./features/char-ngrams.js";
import { TermExtractor } from "./features/term-extractor.js";
import { isContentTag } from "./morph/tags.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { resolveOptions } from "./options/resolve-options.js";
import { TERM_SPEC, type TermOptions } from "./options/train-options.js";
import { KOREAN_STOP_WORDS } from "./text/korean-stop-words.js";

/** Returns the terms of a document; the array is overwritten by the next call. */
export type DocumentTerms = (document: string) => readonly string[];

/** A term of a document and the parts of the document that it was made of. */
export interface TermPlace {
  readonly term: string;
  /** UTF-16 units [start, end) of the document, in order; disjoint, one for each token of an n-gram. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Returns the terms of a document as {@link DocumentTerms} does, in the same order, with their places. */
export type TermLocator = (document: string) => readonly TermPlace[];

/**
 * The rules of the terms of Korean news.
 * @throws {OptionError} when an option is out of range
 */
export function createTermExtractor(tokenizer: Tokenizer, options: TermOptions): TermExtractor {
  return new TermExtractor(
    {
      isContentTag,
      isLatinTag: (tag) => tag === "SL",
      stopWords: KOREAN_STOP_WORDS,
      decompose: (token) => tokenizer.parts?.(token) ?? [],
    },
    options,
  );
}

/**
 * Makes the way from a document to its terms that training and inference share: the terms of its tokens, then its
 * character n-grams. Holds the tokenizer's scratch space, so calls are not re-entrant.
 *
 * @throws {OptionError} when an option is out of range
 */
export function createDocumentTerms(tokenizer: Tokenizer, options: TermOptions): DocumentTerms {
  const { charNgrams, charNgramRange } = resolveOptions<TermOptions>(TERM_SPEC, options, "terms");
  const [shortest, longest] = charNgramRange;
  const extractor = createTermExtractor(tokenizer, options);
  const terms: string[] = [];
  return (document) => {
    terms.length = 0;
    for (const term of extractor.extract(tokenizer.tokenize(document))) terms.push(term);
    if (charNgrams) addCharNgrams(terms, document, shortest, longest);
    return terms;
  };
}

/**
 * Makes the way from a document to its terms and their places: slower than {@link createDocumentTerms}, for explanations.
 *
 * @throws {OptionError} when an option is out of range
 */
export function createTermLocator(tokenizer: Tokenizer, options: TermOptions): TermLocator {
  const { charNgrams, charNgramRange } = resolveOptions<TermOptions>(TERM_SPEC, options, "terms");
  const [shortest, longest] = charNgramRange;
  const extractor = createTermExtractor(tokenizer, options);
  return (document) => {
    const places: TermPlace[] = extractor
      .locate(tokenizer.tokenize(document))
      .map(({ term, tokens }) => ({ term, spans: tokens.map(({ start, end }) => [start, end] as const) }));
    if (!charNgrams) return places;
    for (const { term, start, end } of locateCharNgrams(document, shortest, longest)) {
      places.push({ term, spans: [[start, end]] });
    }
    return places;
  };
}
