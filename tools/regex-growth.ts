/**
 * Times every regular expression of src/ on hostile texts of 1,000, 10,000 and 100,000 characters.
 *
 *   npm run regex-growth -- [part of a file's or a rule's name]
 *
 * Expressions that are applied to lines and windows of a limited length only are timed on texts of that length. Prints a line of JSON
 * for each expression with its slowest text, and a summary; exit status 1 when time grows more than in proportion to the text, or when a
 * text of limited length takes more than 50 ms. tests/unit/regular-expressions.test.ts counts steps instead, on fewer and shorter texts.
 */

import path from "node:path";
import { type FoundExpression, findExpressions, newsExpressions } from "../tests/regex/expressions.js";
import { hostileTexts } from "../tests/regex/hostile-texts.js";
import { parseExpression } from "../tests/regex/step-counter.js";

const LENGTHS = [1_000, 10_000, 100_000] as const;
/** Shorter times are those of the clock and of other programs. */
const LEAST_MS = 20;
/** Tenfold is linear; the rest is caches and the clock. */
const MOST_GROWTH = 30;
const MOST_BOUNDED_MS = 50;
/** How often a long time is looked at. */
const N_TRIES = 3;

type TextMaker = (length: number) => string;

/** Milliseconds to find all matches, or the one at the beginning of a sticky expression; the least of some tries where it is long. */
function time(expression: RegExp, text: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < N_TRIES; i++) {
    expression.lastIndex = 0;
    const start = performance.now();
    if (expression.global) text.replace(expression, "");
    else expression.test(text);
    least = Math.min(least, performance.now() - start);
    if (least < LEAST_MS) return least;
  }
  return least;
}

interface Growth {
  /** By length; shorter where the time at one is too long for the next. */
  readonly milliseconds: readonly number[];
  readonly isFault: boolean;
}

function grow(expression: RegExp, make: TextMaker): Growth {
  const milliseconds: number[] = [];
  for (const length of LENGTHS) {
    const now = time(expression, make(length));
    const before = milliseconds.at(-1);
    milliseconds.push(now);
    // Where the shorter time is that of the clock, growth from it says nothing.
    const isFault = before !== undefined && now > LEAST_MS && now > MOST_GROWTH * Math.max(before, LEAST_MS / 100);
    if (isFault) return { milliseconds, isFault };
  }
  return { milliseconds, isFault: false };
}

function look({ expression, longest }: FoundExpression, make: TextMaker): Growth {
  if (longest === null) return grow(expression, make);
  const now = time(expression, make(longest).slice(-longest));
  return { milliseconds: [now], isFault: now > MOST_BOUNDED_MS };
}

/** What happens once may be another program's; what happens each time is the expression's. */
function growthOf(found: FoundExpression, make: TextMaker): Growth {
  let growth = look(found, make);
  for (let i = 1; i < N_TRIES && growth.isFault; i++) growth = look(found, make);
  return growth;
}

const part = process.argv[2] ?? "";
const all = [...findExpressions(path.resolve("src")).literals, ...newsExpressions()];
let nTexts = 0;
let nFaults = 0;
let nExpressions = 0;
for (const found of all) {
  const { where, expression, longest } = found;
  if (!where.includes(part) || longest === 0) continue;
  nExpressions++;
  let slowest: (Growth & { readonly text: string }) | null = null;
  for (const make of hostileTexts(parseExpression(expression))) {
    nTexts++;
    const growth = growthOf(found, make);
    const isSlower = (growth.milliseconds.at(-1) as number) > (slowest?.milliseconds.at(-1) ?? -1);
    if (slowest === null || growth.isFault || (isSlower && !slowest.isFault)) slowest = { ...growth, text: make(20) };
    if (growth.isFault) break;
  }
  if (slowest === null) continue;
  const { milliseconds, isFault, text } = slowest;
  if (isFault) nFaults++;
  const shown = milliseconds.map((value) => Math.round(value * 100) / 100);
  console.log(
    JSON.stringify({
      where,
      expression: `${expression}`.slice(0, 80),
      milliseconds: shown,
      text,
      ...(isFault ? { FAULT: true } : {}),
    }),
  );
}
console.log(JSON.stringify({ expressions: nExpressions, texts: nTexts, faults: nFaults }));
process.exitCode = nFaults === 0 ? 0 : 1;
