import { type Html, type HtmlValue, html } from "./html.js";

/** A part of a text and what it weighs: above 0 speaks for, below 0 against. Offsets in UTF-16 units, start inclusive, end exclusive. */
export type WeightedRange = readonly [start: number, end: number, weight: number];

/** Weights below this share of the greatest are shown weaker. */
const WEAK_SHARE = 0.4;

/**
 * Shows a text with its ranges marked: what speaks for in one colour, what speaks against in another and underlined.
 * Ranges that overlap an earlier one, or reach out of the text, are cut.
 *
 * @param ranges in rising order of start
 * @param greatest the weight that counts as full; that of the heaviest range when left out
 */
export function markText(text: string, ranges: readonly WeightedRange[], greatest?: number): Html {
  const full = greatest ?? ranges.reduce((high, [, , weight]) => Math.max(high, Math.abs(weight)), 0);
  const parts: HtmlValue[] = [];
  let done = 0;
  for (const [start, end, weight] of ranges) {
    const from = Math.max(start, done);
    const to = Math.min(end, text.length);
    if (from >= to || weight === 0) continue;
    const classes = [weight < 0 ? "against" : "", Math.abs(weight) < WEAK_SHARE * full ? "weak" : ""].filter(Boolean);
    const kind = classes.length === 0 ? null : html` class="${classes.join(" ")}"`;
    parts.push(text.slice(done, from), html`<mark${kind}>${text.slice(from, to)}</mark>`);
    done = to;
  }
  return html`${parts}${text.slice(done)}`;
}
