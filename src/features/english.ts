/** English words in Korean text: the stemmer and the stop words of npm `natural`. */
import { englishStopWords, PorterStemmer } from "#natural";

/**
 * Longer words are not stemmed: the time of natural's expressions rises with the square of the length, and what is
 * longer is an address or noise. The longest headword of English dictionaries has 45 letters.
 */
const MAX_STEM_LETTERS = 64;

const STOP_WORDS: ReadonlySet<string> = new Set(englishStopWords);

function isLowerCaseEnglish(word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    const unit = word.charCodeAt(i);
    if (unit < 0x61 || unit > 0x7a) return false;
  }
  return true;
}

/**
 * Returns the Porter stem of a lower-case word.
 *
 * The algorithm is defined on the letters a-z, so a word with any other character (é, a digit, an upper-case letter), or
 * with more than 64 letters, is returned as it is.
 * @see Porter (1980), "An algorithm for suffix stripping"
 */
export function stemEnglish(word: string): string {
  return word.length <= MAX_STEM_LETTERS && isLowerCaseEnglish(word) ? PorterStemmer.stem(word) : word;
}

/** Whether a lower-case word is one of natural's English stop words. */
export function isEnglishStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
