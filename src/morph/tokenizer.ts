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
  tokenize(text: string): readonly Token[];
}
