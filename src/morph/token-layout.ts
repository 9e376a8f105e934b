/** Texts → lines of output, one way for each layout. */

import { formatFeatures } from "./features.js";
import type { MecabTokenizer } from "./mecab-tokenizer.js";

/**
 * mecab's default layout, mecab's `-O wakati`, one JSON array of `[surface, tag]` for each text, or one of objects with
 * all that is known of each token.
 */
export type TokenLayoutName = "mecab" | "wakati" | "json" | "features";

/** How the tokens of one text are put together; all but the fragments is fixed. */
interface Layout {
  readonly start: string;
  readonly between: string;
  readonly end: string;
  readonly fragment: (tokenizer: MecabTokenizer, wordId: number, surface: string) => string;
  /** What follows a fragment and depends on the token's place. */
  readonly place?: (start: number, end: number) => string;
}

/** "*" stands for nothing. */
const orNull = (column: string): string | null => (column === "*" ? null : column);

/** The members of a token's object but for its place, which closes it. */
function openObject(tokenizer: MecabTokenizer, wordId: number, surface: string): string {
  const token = { surface, tag: tokenizer.dictionary.tag(wordId), start: 0, end: surface.length, wordId };
  const { tag, semantic, type, reading } = tokenizer.features(token);
  const members = {
    surface,
    tag,
    semantic: orNull(semantic),
    type: orNull(type),
    reading: orNull(reading),
    lemma: tokenizer.lemma(token),
    parts: tokenizer.parts(token).map((part) => ({ ...part, semantic: orNull(part.semantic) })),
  };
  return JSON.stringify(members).slice(0, -1);
}

const LAYOUTS: Readonly<Record<TokenLayoutName, Layout>> = {
  mecab: {
    start: "",
    between: "",
    end: "EOS\n",
    fragment: ({ dictionary }, wordId, surface) => `${surface}\t${formatFeatures(dictionary.features(wordId))}\n`,
  },
  wakati: { start: "", between: " ", end: "\n", fragment: (_, __, surface) => surface },
  json: {
    start: "[",
    between: ",",
    end: "]\n",
    fragment: ({ dictionary }, wordId, surface) => JSON.stringify([surface, dictionary.tag(wordId)]),
  },
  features: {
    start: "[",
    between: ",",
    end: "]\n",
    fragment: openObject,
    place: (start, end) => `,"start":${start},"end":${end}}`,
  },
};

/** Fragments remembered; beyond it the memory is emptied. The words of 100 MB of news stay below it. */
const MAX_REMEMBERED_FRAGMENTS = 100_000;

/** Renders texts in one layout. A word met before is neither decoded nor put together again. */
export class TokenLayout {
  readonly #tokenizer: MecabTokenizer;
  readonly #layout: Layout;
  readonly #fragments = new Map<number, string>();

  constructor(tokenizer: MecabTokenizer, name: TokenLayoutName) {
    this.#tokenizer = tokenizer;
    this.#layout = LAYOUTS[name];
  }

  /** The tokens of the text, ending in a line feed. */
  render(text: string): string {
    const { start, between, end, place } = this.#layout;
    let rendered = start;
    let isFirst = true;
    this.#tokenizer.visit(text, (wordId, tokenStart, tokenEnd) => {
      if (!isFirst) rendered += between;
      isFirst = false;
      rendered += this.#fragment(wordId, text, tokenStart, tokenEnd);
      if (place !== undefined) rendered += place(tokenStart, tokenEnd);
    });
    return rendered + end;
  }

  #fragment(wordId: number, text: string, start: number, end: number): string {
    const tokenizer = this.#tokenizer;
    if (tokenizer.dictionary.isUnknown(wordId)) {
      return this.#layout.fragment(tokenizer, wordId, text.slice(start, end));
    }
    let fragment = this.#fragments.get(wordId);
    if (fragment === undefined) {
      fragment = this.#layout.fragment(tokenizer, wordId, tokenizer.surface(wordId, text, start, end));
      if (this.#fragments.size === MAX_REMEMBERED_FRAGMENTS) this.#fragments.clear();
      this.#fragments.set(wordId, fragment);
    }
    return fragment;
  }
}
