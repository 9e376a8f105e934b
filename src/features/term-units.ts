import { extendHash, HASH_START } from "./term-hash.js";

/** Takes a term as the units `units[start … end)` with its hash state; `units` is overwritten afterwards. */
export type TermVisitor = (units: Uint16Array, start: number, end: number, state: number) => void;

/** A letter, a mark of one, or a digit; all else ends a word. As in char-ngrams.ts. */
const WORD_CHARACTER = /^[\p{L}\p{M}\p{N}]$/u;
const SPACE = 0x20;

const UNKNOWN = 0;
const IN_WORD = 1;
const BETWEEN_WORDS = 2;

/** By UTF-16 unit, filled in as units are met: asking the expression for all would take longer than a short run. */
const CLASSES = new Uint8Array(0x10000);

function classOf(unit: number): number {
  const known = CLASSES[unit] as number;
  if (known !== UNKNOWN) return known;
  const found = WORD_CHARACTER.test(String.fromCharCode(unit)) ? IN_WORD : BETWEEN_WORDS;
  CLASSES[unit] = found;
  return found;
}

/** Units of the word character at a place: 0 where there is none, 2 for a pair of surrogates. */
function wordCharacterUnits(text: string, place: number): number {
  const unit = text.charCodeAt(place);
  if (unit >= 0xd800 && unit < 0xdc00) {
    const codePoint = text.codePointAt(place) as number;
    return codePoint > 0xffff && WORD_CHARACTER.test(String.fromCodePoint(codePoint)) ? 2 : 0;
  }
  return classOf(unit) === IN_WORD ? 1 : 0;
}

/**
 * N-grams of words and of characters without a string for each: they are runs of units of one buffer, and n-grams that
 * begin at one place share the steps of their hashes. Gives the same terms as `TermExtractor` and `addCharNgrams`, in
 * another order. Scratch space belongs to the instance, so calls are not re-entrant.
 */
export class TermUnits {
  #units = new Uint16Array(1024);
  /** Where each word begins and, at the next odd place, ends; a space stands before and after it. */
  #bounds = new Uint32Array(256);

  /** Visits each n-gram of neighbouring words, joined by spaces. */
  visitWordNgrams(words: readonly string[], shortest: number, longest: number, visit: TermVisitor): void {
    let nUnits = 0;
    this.#growBounds(2 * words.length);
    for (const [i, word] of words.entries()) {
      this.#growUnits(nUnits + word.length + 1);
      this.#bounds[2 * i] = nUnits;
      for (let k = 0; k < word.length; k++) this.#units[nUnits++] = word.charCodeAt(k);
      this.#bounds[2 * i + 1] = nUnits;
      this.#units[nUnits++] = SPACE;
    }
    const units = this.#units;
    const bounds = this.#bounds;
    for (let first = 0; first < words.length; first++) {
      const start = bounds[2 * first] as number;
      const nWords = Math.min(longest, words.length - first);
      let state = HASH_START;
      let place = start;
      for (let n = 1; n <= nWords; n++) {
        const end = bounds[2 * (first + n) - 1] as number;
        for (; place < end; place++) state = extendHash(state, units[place] as number);
        if (n >= shortest) visit(units, start, end, state);
      }
    }
  }

  /** Visits each character n-gram of each word of a text; see `addCharNgrams`. */
  visitCharNgrams(text: string, shortest: number, longest: number, visit: TermVisitor): void {
    const nWords = this.#splitWords(text.toLowerCase());
    const units = this.#units;
    const bounds = this.#bounds;
    for (let word = 0; word < nWords; word++) {
      // With the spaces before and after.
      const end = (bounds[2 * word + 1] as number) + 1;
      for (let start = (bounds[2 * word] as number) - 1; start < end; start++) {
        const last = Math.min(start + longest, end);
        let state = HASH_START;
        for (let place = start; place < last; ) {
          state = extendHash(state, units[place++] as number);
          if (place - start >= shortest) visit(units, start, place, state);
        }
      }
    }
  }

  /** Writes the words of a text with one space before each and after the last; returns their number. */
  #splitWords(text: string): number {
    // At most as many units as the text has and a space for every second one.
    this.#growUnits(2 * text.length + 2);
    this.#growBounds(text.length + 2);
    const units = this.#units;
    let nWords = 0;
    let nUnits = 0;
    let isInside = false;
    units[nUnits++] = SPACE;
    for (let i = 0; i < text.length; ) {
      const width = wordCharacterUnits(text, i);
      if (width === 0) {
        if (isInside) {
          this.#bounds[2 * nWords++ + 1] = nUnits;
          units[nUnits++] = SPACE;
        }
        isInside = false;
        i++;
        continue;
      }
      if (!isInside) this.#bounds[2 * nWords] = nUnits;
      isInside = true;
      for (let k = 0; k < width; k++) units[nUnits++] = text.charCodeAt(i++);
    }
    if (isInside) {
      this.#bounds[2 * nWords++ + 1] = nUnits;
      units[nUnits] = SPACE;
    }
    return nWords;
  }

  #growUnits(count: number): void {
    if (count <= this.#units.length) return;
    const grown = new Uint16Array(Math.max(count, 2 * this.#units.length));
    grown.set(this.#units);
    this.#units = grown;
  }

  #growBounds(count: number): void {
    if (count > this.#bounds.length) this.#bounds = new Uint32Array(Math.max(count, 2 * this.#bounds.length));
  }
}
