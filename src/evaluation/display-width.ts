/**
 * Wide and Fullwidth characters of Unicode Standard Annex 11, by block. Emoji count as wide where they are shown as pictures.
 * Halfwidth Hangul and Katakana (U+FF61 to U+FFDC) and ambiguous characters such as "·" are narrow, as terminals draw them outside legacy locales.
 */
const WIDE =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]|\p{Emoji}\uFE0F/u;

const ZERO_WIDTH = /^[\p{Mark}\p{Control}\p{Format}]+$/u;

const graphemes = new Intl.Segmenter("ko", { granularity: "grapheme" });

/** Returns the parts of a text that a reader takes for one character; decomposed Hangul stays together. */
export function splitGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Returns the terminal columns that a text of one line takes: 2 for each Hangul syllable, 한자 or emoji, 1 for most else. */
export function displayWidth(text: string): number {
  return splitGraphemes(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

/** Returns the text itself when it fits into `nColumns` terminal columns, else its beginning with "…" behind it. */
export function truncateToWidth(text: string, nColumns: number): string {
  if (displayWidth(text) <= nColumns) return text;
  let kept = "";
  let width = 1; // of the "…"
  for (const grapheme of splitGraphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > nColumns) break;
    kept += grapheme;
  }
  return `${kept}…`;
}
