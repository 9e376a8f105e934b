import type { Token } from "../morph/tokenizer.js";
import { type Resolved, resolveOptions } from "../options/resolve-options.js";
import { TERM_SPEC, type TermOptions } from "../options/train-options.js";
import { isEnglishStopWord, stemEnglish } from "./english.js";

/** A part of a compound or inflected token. */
export interface TermPart {
  readonly form: string;
  readonly tag: string;
}

/** What the extractor must be told of the language of the tokens. */
export interface TermRules<T extends Token = Token> {
  /** Whether tokens of the tag are kept when the option `tags` is "content"; fused tags come whole ("VV+EP"). */
  readonly isContentTag: (tag: string) => boolean;
  /** Whether tokens of the tag are words in Latin script. */
  readonly isLatinTag: (tag: string) => boolean;
  /** Terms (`surface/TAG`) that the option `stopWords` drops. */
  readonly stopWords: ReadonlySet<string>;
  /** The parts of a token in order; none for a token that is one part. */
  readonly decompose: (token: T) => readonly TermPart[];
}

/** A term and the tokens it was made of, in order. */
export interface LocatedTerm<T extends Token = Token> {
  readonly term: string;
  readonly tokens: readonly T[];
}

/** Terms remembered per tag; beyond it the memory is emptied, so that a server's memory does not grow with its input. */
const MAX_REMEMBERED_TERMS = 100_000;

/** What is known of one tag. */
interface TagEntry {
  readonly isKept: boolean;
  readonly isLatin: boolean;
  /** Surface → term, or null for a surface that is dropped. */
  readonly terms: Map<string, string | null>;
}

/** Whether the word has upper-case letters and no lower-case ones. */
function isAllCapitals(word: string, lowerCase: string): boolean {
  return word !== lowerCase && word === word.toUpperCase();
}

/**
 * Turns tokens into terms: `surface/TAG`, then word n-grams of them.
 *
 * 1. Tokens whose tag the option `tags` leaves out are dropped.
 * 2. Words in Latin script are lower-cased, dropped when they are English stop words, and stemmed. Words all in capitals
 *    are only lower-cased: within Korean text they are abbreviations, and IT, US or WHO are neither stop words nor plurals.
 * 3. Terms of the Korean stop list are dropped.
 * 4. Each n-gram of neighbours among the kept terms, shorter ones first, is joined by spaces; as in scikit-learn's
 *    CountVectorizer, which likewise drops stop words before.
 * 5. With `decompose`, the parts of a kept token follow as terms of their own, under the same rules; they are not in
 *    n-grams, which would pair a word with itself.
 *
 * The terms of a token depend on the token alone, never on what was extracted before. Scratch space belongs to the
 * instance, so calls are not re-entrant.
 */
export class TermExtractor<T extends Token = Token> {
  readonly #rules: TermRules<T>;
  readonly #options: Resolved<TermOptions>;
  readonly #tags = new Map<string, TagEntry>();
  readonly #words: string[] = [];
  readonly #parts: string[] = [];
  readonly #terms: string[] = [];

  /**
   * @throws {OptionError} when a value breaks its constraint
   * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not known
   */
  constructor(rules: TermRules<T>, options?: TermOptions) {
    this.#rules = rules;
    this.#options = resolveOptions<TermOptions>(TERM_SPEC, options, "terms");
  }

  /** Whether tokens of the tag may give terms. */
  keeps(tag: string): boolean {
    return this.#tagEntry(tag).isKept;
  }

  /** Returns the terms of one document. The array is overwritten by the next call. */
  extract(tokens: readonly T[]): readonly string[] {
    this.extractWords(tokens);
    this.#terms.length = 0;
    this.#addNgrams();
    for (const part of this.#parts) this.#terms.push(part);
    return this.#terms;
  }

  /**
   * Returns the terms of single tokens, whose n-grams are still to be made, and the terms of the tokens' parts. The arrays
   * are overwritten by the next call.
   */
  extractWords(tokens: readonly T[]): { readonly words: readonly string[]; readonly parts: readonly string[] } {
    this.#words.length = 0;
    this.#parts.length = 0;
    for (const token of tokens) {
      const term = this.#termOf(token.surface, token.tag);
      if (term === null) continue;
      this.#words.push(term);
      if (this.#options.decompose) this.#addParts(token, term);
    }
    return { words: this.#words, parts: this.#parts };
  }

  /** The terms of `extract`, in the same order, each with the tokens it was made of. */
  locate(tokens: readonly T[]): readonly LocatedTerm<T>[] {
    const terms = this.extract(tokens);
    const kept = tokens.filter(({ surface, tag }) => this.#termOf(surface, tag) !== null);
    const sources: (readonly T[])[] = [];
    const [shortest, longest] = this.#options.ngramRange;
    for (let n = shortest; n <= Math.min(longest, kept.length); n++) {
      for (let first = 0; first + n <= kept.length; first++) sources.push(kept.slice(first, first + n));
    }
    if (this.#options.decompose) {
      for (const token of kept) {
        this.#parts.length = 0;
        this.#addParts(token, this.#termOf(token.surface, token.tag) as string);
        for (let n = this.#parts.length; n > 0; n--) sources.push([token]);
      }
    }
    return terms.map((term, i) => ({ term, tokens: sources[i] as readonly T[] }));
  }

  #addParts(token: T, whole: string): void {
    for (const { form, tag } of this.#rules.decompose(token)) {
      const term = form === "" ? null : this.#termOf(form, tag);
      if (term !== null && term !== whole) this.#parts.push(term);
    }
  }

  #addNgrams(): void {
    const words = this.#words;
    const [shortest, longest] = this.#options.ngramRange;
    for (let n = shortest; n <= Math.min(longest, words.length); n++) {
      for (let first = 0; first + n <= words.length; first++) {
        let term = words[first] as string;
        for (let i = first + 1; i < first + n; i++) term += ` ${words[i]}`;
        this.#terms.push(term);
      }
    }
  }

  /** The term of a surface, or null when it is dropped. */
  #termOf(surface: string, tag: string): string | null {
    const entry = this.#tagEntry(tag);
    if (!entry.isKept) return null;
    let term = entry.terms.get(surface);
    if (term === undefined) {
      term = this.#makeTerm(surface, tag, entry.isLatin);
      if (entry.terms.size === MAX_REMEMBERED_TERMS) entry.terms.clear();
      entry.terms.set(surface, term);
    }
    return term;
  }

  #tagEntry(tag: string): TagEntry {
    let entry = this.#tags.get(tag);
    if (entry === undefined) {
      const isKept = this.#options.tags === "all" || this.#rules.isContentTag(tag);
      entry = { isKept, isLatin: this.#rules.isLatinTag(tag), terms: new Map() };
      this.#tags.set(tag, entry);
    }
    return entry;
  }

  #makeTerm(surface: string, tag: string, isLatin: boolean): string | null {
    let word = surface;
    if (isLatin) {
      word = surface.toLowerCase();
      if (!isAllCapitals(surface, word)) {
        if (this.#options.stopWords && isEnglishStopWord(word)) return null;
        if (this.#options.stem) word = stemEnglish(word);
      }
    }
    const term = `${word}/${tag}`;
    return this.#options.stopWords && this.#rules.stopWords.has(term) ? null : term;
  }
}
