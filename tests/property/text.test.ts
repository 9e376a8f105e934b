import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanText } from "../../src/text/clean-text.js";

/** Pieces that rules react to, so that random joins of them meet each other's borders. */
const PIECES = [
  ..."&;<># aARDp/=\"'가ᄒ\u1161\u0301\u0338\u037e\u212a\u200b\u00ad\n\t\u00a0\u3000\ud83d\ude00\u0000",
  ...[
    "amp;",
    "&amp;",
    "lt;",
    "gt;",
    "quot;",
    "#39;",
    "&#38;",
    "&#x3b;",
    "&semi;",
    "&lt;",
    "&#60;",
    "&nbsp;",
    "&#8203;",
  ],
  ...[
    "&#769;",
    "&#894;",
    "&#4520;",
    "<b",
    "</b>",
    "<br>",
    "<p ",
    "<!--",
    "-->",
    "Ramp;",
    "amp",
    "br",
    "&#65;",
    "\ud83d\ude00",
    "\u{1d165}",
  ],
];

const hostileText = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(""));
const anyText = fc.oneof(hostileText, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));

const PARAMETERS = { seed: 20261123, numRuns: 20_000 };

describe("cleanText", () => {
  it("changes nothing in text that it has cleaned", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = cleanText(text);
        expect(cleanText(once)).toBe(once);
      }),
      PARAMETERS,
    );
  });

  it("returns well-formed NFC text of one line without surplus white space or invisible characters", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const clean = cleanText(text);
        expect(clean).toBe(clean.normalize("NFC"));
        expect(clean).not.toMatch(/\p{Cs}/u);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(clean).not.toMatch(/^ | $| {2}|[^\S ]/u);
      }),
      PARAMETERS,
    );
  });

  it("returns no more than the composed text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(cleanText(text).length).toBeLessThanOrEqual(text.normalize("NFC").length);
      }),
      PARAMETERS,
    );
  });
});
