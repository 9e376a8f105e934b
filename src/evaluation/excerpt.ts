import type { WeightedRange } from "../html/index.js";
import { splitGraphemes } from "./display-width.js";

/** Graphemes of a title or body that the report keeps of an article. */
export const EXCERPT_LENGTH = 200;

/** UTF-16 units looked at for an excerpt: a body may have megabytes, and a grapheme seldom has more than a few units. */
const EXCERPT_WINDOW = 8 * EXCERPT_LENGTH;

/** The beginning of a text on one line, and the ranges of the text that fall into it. */
export interface Excerpt {
  readonly text: string;
  readonly ranges: readonly WeightedRange[];
}

/** `[length + 1]` where each unit of a text stands after white space has become single spaces, none at the ends. */
function placesOnOneLine(text: string): Uint32Array {
  const places = new Uint32Array(text.length + 1);
  let place = 0;
  let isSpacePending = false;
  for (let unit = 0; unit < text.length; unit++) {
    if (/\s/u.test(text[unit] as string)) {
      places[unit] = place;
      isSpacePending = place > 0;
      continue;
    }
    if (isSpacePending) place++;
    isSpacePending = false;
    places[unit] = place;
    place++;
  }
  places[text.length] = place;
  return places;
}

/**
 * Cuts a text down to {@link EXCERPT_LENGTH} characters on one line, with "…" where it is cut.
 * @param ranges of the text; those beyond the cut are left out, one across it is cut
 */
export function excerptOf(text: string, ranges: readonly WeightedRange[] = []): Excerpt {
  // The window may end inside a surrogate pair.
  const window = text.slice(0, EXCERPT_WINDOW).replace(/[\uD800-\uDBFF]$/, "");
  const line = window.replace(/\s+/gu, " ").trim();
  const graphemes = splitGraphemes(line);
  const isCut = graphemes.length > EXCERPT_LENGTH || text.length > EXCERPT_WINDOW;
  const kept = isCut ? graphemes.slice(0, EXCERPT_LENGTH).join("") : line;
  if (ranges.length === 0) return { text: isCut ? `${kept}…` : kept, ranges: [] };
  const places = placesOnOneLine(window);
  const placeOf = (unit: number): number => Math.min(kept.length, places[Math.min(unit, window.length)] as number);
  // A range's end is behind its last unit, wherever the next one went.
  const endOf = (unit: number): number => (unit === 0 ? 0 : Math.min(kept.length, placeOf(unit - 1) + 1));
  return {
    text: isCut ? `${kept}…` : kept,
    ranges: ranges
      .map(([start, end, weight]): WeightedRange => [placeOf(start), endOf(end), weight])
      .filter(([start, end]) => start < end),
  };
}
