/** mecab-ko's best path over a compiled dictionary. */

import { ReferenceViterbi } from "../kernels/reference-viterbi.js";
import type { TermKernelFactory } from "../kernels/terms.js";
import { MAX_SENTENCE_UNITS, type ViterbiKernel, type ViterbiKernelFactory } from "../kernels/viterbi.js";
import { checkMethod, checkText } from "../options/check-argument.js";
import type { Dictionary } from "./dictionary.js";
import { type ExpressionPart, lemma, parseExpression } from "./expression.js";
import type { Features } from "./features.js";
import type { Token, Tokenizer } from "./tokenizer.js";
import type { UserWord } from "./user-word.js";

/** Line feed, carriage return. */
const LINE_END = /[\n\r]/;
/** mecab-ko-dic's SPACE category: tab, line feed, vertical tab, carriage return, space. */
const WHITE_SPACE = /[\t\n\v\r ]/;

/** Hexadecimal digits of the dictionary's content hash in a tokenizer's id: 64 bits tell builds apart. */
const ID_HASH_DIGITS = 16;

/** A token with its entry of the dictionary, for {@link Dictionary.features}. */
export interface MecabToken extends Token {
  readonly wordId: number;
}

/**
 * Takes one token: its word id, its first and last + 1 UTF-16 unit in the text, and the cost of the best path up to and
 * including it, counted from the beginning of the piece of text that was analysed at once.
 */
export type TokenVisitor = (wordId: number, start: number, end: number, total: number) => void;

/**
 * Tokens exactly as mecab-ko 0.996/ko-0.9.2 with the same dictionary gives them for the text in one call. A text over
 * {@link MAX_SENTENCE_UNITS} is analysed in pieces, each cut after the last line end of its second half, else after the
 * last white space of it, else at the limit (never inside a surrogate pair).
 *
 * Not re-entrant: the kernel's buffers belong to the tokenizer.
 */
export class MecabTokenizer implements Tokenizer {
  readonly id: string;
  readonly dictionary: Dictionary;
  /** Kernels that count the terms of its tokens; plain TypeScript ones where null. */
  readonly termKernels: TermKernelFactory | null;
  readonly #kernel: ViterbiKernel;
  /** Surfaces of entries met so far, so that a repeated word makes no new string. */
  readonly #surfaces = new Map<number, string>();
  readonly #features = new Map<number, Features>();
  readonly #parts = new Map<number, readonly ExpressionPart[]>();

  /** @throws {OptionError} when the dictionary is none */
  constructor(
    dictionary: Dictionary,
    createKernel: ViterbiKernelFactory = (tables) => new ReferenceViterbi(tables),
    termKernels: TermKernelFactory | null = null,
  ) {
    checkMethod("dictionary", dictionary, "withUserWords", "a Dictionary, such as that of loadDictionary()");
    this.dictionary = dictionary;
    this.termKernels = termKernels;
    const user = dictionary.userHash === null ? "" : `/user-${dictionary.userHash.slice(0, ID_HASH_DIGITS)}`;
    this.id = `mecab-ko-0.9.2/${dictionary.id}/${dictionary.hash.slice(0, ID_HASH_DIGITS)}${user}`;
    this.#kernel = createKernel(dictionary.tables);
  }

  /** Entries beside the dictionary's own; a model file carries them along. */
  get userWords(): readonly UserWord[] {
    return this.dictionary.userWords;
  }

  /**
   * The tokens of the text; none for an empty or white one. Linear in the length of the text.
   * @throws {OptionError} when the text is not a string
   */
  tokenize(text: string): readonly MecabToken[] {
    const tokens: MecabToken[] = [];
    this.visit(text, (wordId, start, end) => {
      const surface = this.surface(wordId, text, start, end);
      tokens.push({ surface, tag: this.dictionary.tag(wordId), start, end, wordId });
    });
    return tokens;
  }

  /** All eight columns of a token's entry, decoded when first asked for. */
  features({ wordId }: MecabToken): Features {
    let features = this.#features.get(wordId);
    if (features === undefined) {
      features = this.dictionary.features(wordId);
      this.#features.set(wordId, features);
    }
    return features;
  }

  /** Dictionary form of a verb, adjective, auxiliary or copula (들어갔 → 들어가다); null for other tokens. */
  lemma(token: MecabToken): string | null {
    return lemma(token.surface, this.features(token));
  }

  /** The parts of a compound or inflected token in order; none for the others. */
  parts(token: MecabToken): readonly ExpressionPart[] {
    const { wordId } = token;
    let parts = this.#parts.get(wordId);
    if (parts === undefined) {
      parts = parseExpression(this.features(token).expression);
      this.#parts.set(wordId, parts);
    }
    return parts;
  }

  /**
   * Calls `visitor` for each token in order, without making an object or a string.
   * @throws {OptionError} when the text is not a string
   */
  visit(text: string, visitor: TokenVisitor): void {
    checkText("text", text);
    for (let start = 0; start < text.length; ) {
      const end = pieceEnd(text, start);
      this.#visitPiece(text, start, end, visitor);
      start = end;
    }
  }

  /** `text.slice(start, end)` for a token found there; entries of the dictionary share one string. */
  surface(wordId: number, text: string, start: number, end: number): string {
    if (this.dictionary.isUnknown(wordId)) return text.slice(start, end);
    let surface = this.#surfaces.get(wordId);
    if (surface === undefined) {
      // Spelt anew, not sliced: a slice would keep the whole text in memory.
      surface = this.dictionary.surface(wordId);
      this.#surfaces.set(wordId, surface);
    }
    return surface;
  }

  #visitPiece(text: string, pieceStart: number, pieceEnd: number, visitor: TokenVisitor): void {
    const nUnits = pieceEnd - pieceStart;
    const kernel = this.#kernel;
    const input = kernel.input(nUnits);
    for (let i = 0; i < nUnits; i++) input[i] = text.charCodeAt(pieceStart + i);
    const nTokens = kernel.run(nUnits);
    const { starts, ends, wordIds, totals } = kernel;
    for (let i = 0; i < nTokens; i++) {
      visitor(wordIds[i]!, pieceStart + starts[i]!, pieceStart + ends[i]!, totals[i]!);
    }
  }
}

function pieceEnd(text: string, start: number): number {
  const limit = start + MAX_SENTENCE_UNITS;
  if (limit >= text.length) return text.length;
  const half = start + (MAX_SENTENCE_UNITS >> 1);
  for (const separator of [LINE_END, WHITE_SPACE]) {
    for (let i = limit; i > half; i--) if (separator.test(text.charAt(i - 1))) return i;
  }
  const insidePair = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) && /[\udc00-\udfff]/.test(text.charAt(limit));
  return insidePair ? limit - 1 : limit;
}
