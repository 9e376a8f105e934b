/** A letter, a mark of one, or a digit; anything else ends a word. */
const WORD_CHARACTER = /^[\p{L}\p{M}\p{N}]$/u;

interface LocatedWord {
  readonly word: string;
  readonly start: number;
}

/** Yields the words of a text, character by character: engines run out of memory where a pattern meets one of millions. */
function* wordsOf(text: string): Generator<LocatedWord, void> {
  let start = 0;
  let end = 0;
  for (const character of text) {
    if (WORD_CHARACTER.test(character)) {
      end += character.length;
      continue;
    }
    if (end > start) yield { word: text.slice(start, end), start };
    end += character.length;
    start = end;
  }
  if (end > start) yield { word: text.slice(start, end), start };
}

/**
 * Appends the character n-grams of each word of a text, lower-cased, as terms.
 *
 * A word is a run of letters and digits; a space is put before and after it, so that its first and last letters have
 * n-grams of their own (" 한", "한국", "국 "). Words shorter than n give no n-gram of n. A term of the analyzer has a "/",
 * which no n-gram has, so the two never meet. Time and terms are linear in the length of the text.
 *
 * @param shortest smallest n, in UTF-16 units, the spaces counted
 * @param longest largest n
 * @see scikit-learn CountVectorizer, analyzer="char_wb", which ends words at white space only
 */
export function addCharNgrams(terms: string[], text: string, shortest: number, longest: number): void {
  for (const { word } of wordsOf(text.toLowerCase())) {
    const padded = ` ${word} `;
    for (let n = shortest; n <= longest; n++) {
      for (let start = 0; start + n <= padded.length; start++) terms.push(padded.slice(start, start + n));
    }
  }
}

/** An n-gram and the part of the text that it covers, in UTF-16 units. A space put around a word covers nothing, alone the letter beside it. */
export interface LocatedNgram {
  readonly term: string;
  readonly start: number;
  readonly end: number;
}

/** The n-grams that {@link addCharNgrams} appends, in the same order, each with its place in the text. */
export function locateCharNgrams(text: string, shortest: number, longest: number): readonly LocatedNgram[] {
  const lowerCase = text.toLowerCase();
  const places = lowerCase.length === text.length ? null : lowerCasePlaces(text);
  const located: LocatedNgram[] = [];
  for (const { word, start: index } of wordsOf(lowerCase)) {
    const padded = ` ${word} `;
    for (let n = shortest; n <= longest; n++) {
      for (let first = 0; first + n <= padded.length; first++) {
        const start = index + Math.min(Math.max(0, first - 1), word.length - 1);
        const end = Math.max(start + 1, index + Math.min(word.length, first + n - 1));
        located.push({
          term: padded.slice(first, first + n),
          start: places === null ? start : (places.starts[start] as number),
          end: places === null ? end : (places.ends[end - 1] as number),
        });
      }
    }
  }
  return located;
}

/** Where each unit of the lower-case text comes from: "İ" alone becomes longer. */
function lowerCasePlaces(text: string): { readonly starts: readonly number[]; readonly ends: readonly number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    for (let i = character.toLowerCase().length; i > 0; i--) {
      starts.push(start);
      ends.push(end);
    }
    start = end;
  }
  return { starts, ends };
}
