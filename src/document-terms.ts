import { addCharNgrams } from "./features/char-ngrams.js";
import type { RowCounter } from "./features/sparse-row.js";
import { TermExtractor } from "./features/term-extractor.js";
import { TermUnits } from "./features/term-units.js";
import type { Vocabulary } from "./features/vocabulary.js";
import { isContentTag } from "./morph/tags.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { resolveOptions } from "./options/resolve-options.js";
import { TERM_SPEC, type TermOptions } from "./options/train-options.js";
import { KOREAN_STOP_WORDS } from "./text/korean-stop-words.js";

/** Returns the terms of a document; the array is overwritten by the next call. */
export type DocumentTerms = (document: string) => readonly string[];

/** Pushes the columns of a document's known terms, in any order and as often as they occur. */
export type DocumentColumns = (document: string, row: RowCounter) => void;

function createExtractor(tokenizer: Tokenizer, options: TermOptions): TermExtractor {
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
 * Makes the way from a document to the columns of its terms: those of `createDocumentTerms` that the vocabulary has, found
 * without a string for each n-gram. Holds the tokenizer's scratch space, so calls are not re-entrant.
 *
 * @throws {OptionError} when an option is out of range
 */
export function createDocumentColumns(
  tokenizer: Tokenizer,
  options: TermOptions,
  vocabulary: Vocabulary,
): DocumentColumns {
  const { charNgrams, charNgramRange, ngramRange } = resolveOptions<TermOptions>(TERM_SPEC, options, "terms");
  const extractor = createExtractor(tokenizer, options);
  const termUnits = new TermUnits();
  return (document, row) => {
    const push = (units: Uint16Array, start: number, end: number, state: number): void => {
      const column = vocabulary.columnOfUnits(units, start, end, state);
      if (column !== -1) row.push(column);
    };
    const { words, parts } = extractor.extractWords(tokenizer.tokenize(document));
    termUnits.visitWordNgrams(words, ngramRange[0], ngramRange[1], push);
    termUnits.visitWordNgrams(parts, 1, 1, push);
    if (charNgrams) termUnits.visitCharNgrams(document, charNgramRange[0], charNgramRange[1], push);
  };
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
  const extractor = createExtractor(tokenizer, options);
  const terms: string[] = [];
  return (document) => {
    terms.length = 0;
    for (const term of extractor.extract(tokenizer.tokenize(document))) terms.push(term);
    if (charNgrams) addCharNgrams(terms, document, shortest, longest);
    return terms;
  };
}
