/** What is neither a letter, a mark of one, nor a digit ends a word. */
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/u;

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
  for (const word of text.toLowerCase().split(BETWEEN_WORDS)) {
    if (word === "") continue;
    const padded = ` ${word} `;
    for (let n = shortest; n <= longest; n++) {
      for (let start = 0; start + n <= padded.length; start++) terms.push(padded.slice(start, start + n));
    }
  }
}
