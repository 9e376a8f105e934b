const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const SYLLABLES_PER_VOWEL = 28;

/** Latin letters whose Korean names end in a consonant (엘, 엠, 엔, 알), and digits (영, 일, 삼, 육, 칠, 팔). */
const CLOSED_LETTERS = /[LMNRlmnr013678]$/;

/**
 * Whether a word ends in a consonant when read aloud, which chooses 은 over 는. Of Hangul the last syllable or letter
 * says so; Latin letters and digits are read one by one; other endings count as open.
 */
export function hasFinalConsonant(word: string): boolean {
  const unit = word.charCodeAt(word.length - 1);
  if (unit >= FIRST_SYLLABLE && unit <= LAST_SYLLABLE) return (unit - FIRST_SYLLABLE) % SYLLABLES_PER_VOWEL !== 0;
  return /[ㄱ-ㅎ\u11a8-\u11ff]$/.test(word) || CLOSED_LETTERS.test(word);
}
