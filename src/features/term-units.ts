import { charWordsLimit, writeCharWords } from "./char-words.js";
import { extendHash, HASH_START } from "./term-hash.js";

/** Takes a term as the units `units[start … end)` with its hash state; `units` is overwritten afterwards. */
export type TermVisitor = (units: Uint16Array, start: number, end: number, state: number) => void;

const SPACE = 0x20;

/**
 * N-grams of words and of characters without a string for each: they are runs of units of one buffer, and n-grams that
 * begin at one place share the steps of their hashes. Gives the same terms as `TermExtractor` and `addCharNgrams`, in
 * another order. Scratch space belongs to the instance, so calls are not re-entrant.
 */
export class TermUnits {
  #units = new Uint16Array(1024);
  /** Where each word begins and, at the next odd place, ends. */
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
    this.#growUnits(charWordsLimit(text.length));
    visitWordCharacters(this.#units, writeCharWords(text, this.#units), shortest, longest, visit);
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

/** Visits each character n-gram of words as `writeCharWords` writes them. */
export function visitWordCharacters(
  units: Uint16Array,
  nUnits: number,
  shortest: number,
  longest: number,
  visit: TermVisitor,
): void {
  for (let word = 1; word < nUnits; ) {
    // With the spaces before and after.
    let end = word;
    while (units[end] !== SPACE) end++;
    end++;
    for (let start = word - 1; start < end; start++) {
      const last = Math.min(start + longest, end);
      let state = HASH_START;
      for (let place = start; place < last; ) {
        state = extendHash(state, units[place++] as number);
        if (place - start >= shortest) visit(units, start, place, state);
      }
    }
    word = end;
  }
}
