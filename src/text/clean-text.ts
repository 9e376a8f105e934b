import { CleaningStack } from "./cleaning-stack.js";
import { normalizeText } from "./normalize-text.js";

/**
 * Finds the first reason for work. The listed characters are in NFC alone and beside each other, none of them is removed, and
 * without ";" and ">" no character reference and no markup can end; single spaces inside the text are kept.
 * The blocks: printable ASCII, general and CJK punctuation, arrows and signs common in headlines, jamo letters, ideographs, syllables.
 */
export const NEEDS_WORK = /[^ -:<=?-~·‐-‧‰-‽←-⇿─-◿☀-⛿、-〠ㄱ-ㅎㅏ-ㅣ一-鿿가-힣！-～]|^ | $| {2}/;

/**
 * Returns the text as the model sees it: one line in NFC without markup, references, controls or surplus white space.
 *
 * In this order, all in one pass:
 * 1. NFC (macOS file names and some exports are in NFD); a lone surrogate becomes U+FFFD, so the result is well formed.
 * 2. HTML character references ending in ";" are decoded, however often they were escaped (`&amp;amp;lt;` is `<`). References that
 *    lost their ampersand are repaired: `quot;` `apos;` `nbsp;` `lt;` `gt;` `#34;` `#39;` standing alone, any reference behind
 *    `amp;`, and `amp;` itself between capitals (`Ramp;D`) or where no Latin letter or digit stands before it. Elsewhere `amp;` may be
 *    the English word and stays.
 * 3. Tags of the HTML elements that occur in exported articles are taken out, block elements and comments as a space, inline
 *    elements as nothing. Other text in angle brackets stays: `<표>`, `<편집자주>`, `<A>`, `3 < 5`, and so does what a tag encloses.
 * 4. Control characters, zero-width and other format characters (Unicode category Cf) are removed.
 * 5. Each run of white space (tab, line break, NBSP, U+3000, U+2028, Hangul filler …) becomes one space; none is left at the ends.
 *
 * The result is a fixed point for every input: `cleanText(cleanText(text)) === cleanText(text)`. It is never longer than
 * `text.normalize("NFC")`. Time is linear in the length of the text.
 *
 * @see https://html.spec.whatwg.org/multipage/named-characters.html for the names
 */
export function cleanText(text: string): string {
  if (!NEEDS_WORK.test(text)) return text;
  const composed = normalizeText(text);
  const stack = new CleaningStack(composed.length);
  stack.pushText(composed);
  // Decoding and removing can bring a mark to its base character.
  return normalizeText(stack.toString());
}
