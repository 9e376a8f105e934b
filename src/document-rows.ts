import { createTermExtractor } from "./document-terms.js";
import { charWordsLimit, writeCharWords } from "./features/char-words.js";
import { ReferenceTerms } from "./features/reference-terms.js";
import type { SparseRow } from "./features/sparse-row.js";
import type { TermExtractor } from "./features/term-extractor.js";
import type { FittedTfidfVectorizer } from "./features/tfidf-vectorizer.js";
import type { TermKernel, WordKernel } from "./kernels/terms.js";
import { type MecabToken, MecabTokenizer, type TokenVisitor } from "./morph/mecab-tokenizer.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { resolveOptions } from "./options/resolve-options.js";
import { TERM_SPEC, type TermOptions } from "./options/train-options.js";

/** Returns the weights of a document's known terms; overwritten by the next call. */
export type DocumentRows = (document: string) => SparseRow;

/** Words that a kernel remembers, and units of them; beyond, all are forgotten, so that memory does not grow with the input. */
const MAX_WORDS = 100_000;
const MAX_WORD_UNITS = 1 << 21;

/** Finds the terms of a document's tokens among the words of a kernel. */
export abstract class DocumentWords {
  protected readonly kernel: WordKernel;
  /** Numbers of the terms that have n-grams, in order. */
  #words = new Uint32Array(256);
  nWords = 0;
  /** Numbers of those that have none. */
  readonly singles: number[] = [];

  constructor(kernel: WordKernel) {
    this.kernel = kernel;
  }

  /** Lists the terms of a document. */
  list(document: string): void {
    if (this.kernel.nWords > MAX_WORDS || this.kernel.nWordUnits > MAX_WORD_UNITS) {
      this.kernel.clearWords();
      this.forget();
    }
    this.nWords = 0;
    this.singles.length = 0;
    this.read(document);
  }

  /** Copies what was listed to where the kernel takes it from. */
  copyTo(numbers: Uint32Array): void {
    const { nWords, singles } = this;
    for (let i = 0; i < nWords; i++) numbers[i] = this.#words[i] as number;
    for (let i = 0; i < singles.length; i++) numbers[nWords + i] = singles[i] as number;
  }

  protected abstract read(document: string): void;
  /** The kernel has forgotten its words. */
  protected abstract forget(): void;

  protected push(number: number): void {
    if (this.nWords === this.#words.length) {
      const grown = new Uint32Array(2 * this.nWords);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.nWords++] = number;
  }

  /** Makes a term a word of the kernel. */
  protected add(term: string): number {
    const units = this.kernel.wordInput(term.length);
    for (let i = 0; i < term.length; i++) units[i] = term.charCodeAt(i);
    return this.kernel.addWord(term.length);
  }
}

/** Marks a word id that has not been met, and one that gives no term; all else is the number of its term + 1. */
const NOT_MET = 0;
const NO_TERM = -1;

/** Terms by the word ids of the dictionary: a token that has been met is two numbers, and no string. */
class MecabWords extends DocumentWords {
  readonly #tokenizer: MecabTokenizer;
  readonly #extractor: TermExtractor;
  readonly #nWords: number;
  /** By word id; of unknown words, which differ by their surfaces, only whether their category gives terms at all. */
  readonly #entries: Int32Array;
  /** By category of unknown words and surface. */
  readonly #unknown: readonly Map<string, number>[];
  /** Terms of the parts of the words that have some. */
  readonly #parts = new Map<number, readonly number[]>();
  readonly #visit: TokenVisitor;
  #document = "";

  constructor(kernel: WordKernel, tokenizer: MecabTokenizer, extractor: TermExtractor) {
    super(kernel);
    const { nWords, nCategories } = tokenizer.dictionary.tables;
    this.#tokenizer = tokenizer;
    this.#extractor = extractor;
    this.#nWords = nWords;
    this.#entries = new Int32Array(nWords + nCategories);
    this.#unknown = Array.from({ length: nCategories }, () => new Map());
    this.#visit = (wordId, start, end) => {
      let entry = this.#entries[wordId] as number;
      if (entry === NO_TERM) return;
      if (entry === NOT_MET) entry = this.#meet(wordId, start, end);
      if (entry === NO_TERM) return;
      this.push(entry - 1);
      if (this.#parts.size > 0) for (const part of this.#parts.get(entry - 1) ?? []) this.singles.push(part);
    };
  }

  protected read(document: string): void {
    this.#document = document;
    this.#tokenizer.visit(document, this.#visit);
  }

  protected forget(): void {
    this.#entries.fill(NOT_MET);
    for (const surfaces of this.#unknown) surfaces.clear();
    this.#parts.clear();
  }

  #meet(wordId: number, start: number, end: number): number {
    const { dictionary } = this.#tokenizer;
    const tag = dictionary.tag(wordId);
    if (!this.#extractor.keeps(tag)) {
      this.#entries[wordId] = NO_TERM;
      return NO_TERM;
    }
    const surface = this.#tokenizer.surface(wordId, this.#document, start, end);
    const surfaces = this.#unknown[wordId - this.#nWords];
    const known = surfaces?.get(surface);
    if (known !== undefined) return known;
    const token: MecabToken = { surface, tag, start, end, wordId };
    const { words, parts } = this.#extractor.extractWords([token]);
    const [term] = words;
    const entry = term === undefined ? NO_TERM : this.add(term) + 1;
    if (parts.length > 0) {
      this.#parts.set(
        entry - 1,
        parts.map((part) => this.add(part)),
      );
    }
    if (surfaces === undefined) this.#entries[wordId] = entry;
    else surfaces.set(surface, entry);
    return entry;
  }
}

/** Terms of the tokens of any tokenizer. */
class TokenWords extends DocumentWords {
  readonly #tokenizer: Tokenizer;
  readonly #extractor: TermExtractor;
  readonly #numbers = new Map<string, number>();

  constructor(kernel: WordKernel, tokenizer: Tokenizer, extractor: TermExtractor) {
    super(kernel);
    this.#tokenizer = tokenizer;
    this.#extractor = extractor;
  }

  protected read(document: string): void {
    const { words, parts } = this.#extractor.extractWords(this.#tokenizer.tokenize(document));
    for (const term of words) this.push(this.#numberOf(term));
    for (const term of parts) this.singles.push(this.#numberOf(term));
  }

  protected forget(): void {
    this.#numbers.clear();
  }

  #numberOf(term: string): number {
    let number = this.#numbers.get(term);
    if (number === undefined) {
      number = this.add(term);
      this.#numbers.set(term, number);
    }
    return number;
  }
}

/** Makes what lists the terms of a tokenizer's tokens, by word ids where it has them. */
export function createDocumentWords(kernel: WordKernel, tokenizer: Tokenizer, extractor: TermExtractor): DocumentWords {
  return tokenizer instanceof MecabTokenizer
    ? new MecabWords(kernel, tokenizer, extractor)
    : new TokenWords(kernel, tokenizer, extractor);
}

/**
 * Makes the way from a document to its row: `transformDocument` of the terms that `createDocumentTerms` gives. Calls are
 * not re-entrant.
 *
 * @throws {OptionError} when an option is out of range
 * @throws {KernelError} when the runtime cannot run the tokenizer's kernel of terms, or give it its memory
 */
export function createDocumentRows(
  tokenizer: Tokenizer,
  options: TermOptions,
  vectorizer: FittedTfidfVectorizer,
): DocumentRows {
  const { charNgrams, charNgramRange, ngramRange } = resolveOptions<TermOptions>(TERM_SPEC, options, "terms");
  const extractor = createTermExtractor(tokenizer, options);
  const ranges = { words: ngramRange, characters: charNgrams ? charNgramRange : null };
  const { vocabulary } = vectorizer;
  const termKernels = tokenizer instanceof MecabTokenizer ? tokenizer.termKernels : null;
  const kernel: TermKernel =
    termKernels?.(vocabulary.toUnits(), vectorizer, ranges) ?? new ReferenceTerms(vocabulary, vectorizer, ranges);
  const words = createDocumentWords(kernel, tokenizer, extractor);
  return (document) => {
    words.list(document);
    const { nWords, singles } = words;
    kernel.reserve(charNgrams ? charWordsLimit(document.length) : 0, nWords + singles.length);
    words.copyTo(kernel.words);
    const nUnits = charNgrams ? writeCharWords(document, kernel.units) : 0;
    const nnz = kernel.weigh(nUnits, nWords, singles.length);
    return { nnz, indices: kernel.columns, values: kernel.values };
  };
}
