import type { ExpressionPart } from "./expression.js";
import type { UserWord } from "./user-word.js";

/** A morpheme of a text. */
export interface Token {
  /** `text.slice(start, end)`, exactly. */
  readonly surface: string;
  /** Sejong tag as in mecab-ko-dic; fused morphemes joined by "+" ("EP+EC"). */
  readonly tag: string;
  /** UTF-16 code units, inclusive, into the string given to `tokenize`. */
  readonly start: number;
  /** UTF-16 code units, exclusive. */
  readonly end: number;
}

/** Splits a text into tokens: ordered, disjoint, and covering all but white space. */
export interface Tokenizer {
  /** Names the algorithm and the dictionary; goes into model files, and loading checks it. */
  readonly id: string;
  /**
   * Entries beside the package's dictionary. They go into model files, so that a model finds the same tokens wherever
   * it is loaded; `id` must depend on them.
   */
  readonly userWords?: readonly UserWord[];
  tokenize(text: string): readonly Token[];
  /** The dictionary's parts of a token that this tokenizer made: compounds and inflected words; none for the others. */
  parts?(token: Token): readonly ExpressionPart[];
}
