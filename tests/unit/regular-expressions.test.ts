import path from "node:path";
import { describe, expect, it } from "vitest";
import { type FoundExpression, findExpressions, newsExpressions, OF_OURS } from "../regex/expressions.js";
import { hostileTexts } from "../regex/hostile-texts.js";
import { countSteps, MAX_STEPS, parseExpression } from "../regex/step-counter.js";

const { literals, constructions } = findExpressions(path.resolve("src"));
const all = [...literals, ...newsExpressions()];
const unbounded = all.filter(({ longest }) => longest === null);

const SHORT = 30;
const LONG = 10 * SHORT;
/** Linear growth is tenfold; with a factor for what a text has beside its run. Quadratic growth would be a hundredfold. */
const MOST_GROWTH = 20;
/** Below, the growth of a few steps says nothing. */
const FEW_STEPS = 20 * LONG;
/** Some ten milliseconds, for the lines and windows at an end whose length is limited. */
const MOST_STEPS = 4_000_000;
/** Texts that each expression meets here; tools/regex-growth.ts tries all. */
const N_TEXTS = 300;

function textsFor({ expression }: FoundExpression): readonly ((length: number) => string)[] {
  const texts = hostileTexts(parseExpression(expression));
  const stride = Math.ceil(texts.length / N_TEXTS);
  return texts.filter((_, i) => i % stride === 0);
}

/** The text under which the steps grow most, where they grow more than in proportion to its length. */
function findGrowth(expression: RegExp, texts: readonly ((length: number) => string)[]): string | null {
  const parts = parseExpression(expression);
  const growing = texts.find((make) => {
    const nSteps = countSteps(expression, parts, make(LONG));
    if (nSteps >= MAX_STEPS) return true;
    return nSteps > FEW_STEPS && nSteps > MOST_GROWTH * countSteps(expression, parts, make(SHORT));
  });
  return growing?.(SHORT) ?? null;
}

describe("countSteps", () => {
  it.each([
    // Each start that is tried: one step for the repeat, and the character that is not there.
    [/a/, "bbb", 4],
    // At 0 the repeat, four of its characters, four ends with a "b" each that is not there; at 1 three, and so on.
    [/a+b/, "aaaa", 1 + 4 + 4 * 2 + (1 + 3 + 3 * 2) + (1 + 2 + 2 * 2) + (1 + 1 + 2) + 1],
    [/^a/, "aaaa", 2 + 4],
    [/a/y, "bbbb", 1],
  ])("counts what %s does with %j", (expression, text, nSteps) => {
    expect(countSteps(expression, parseExpression(expression), text)).toBe(nSteps);
  });

  it.each([/<\s*\/?\s*p/, /(?:a|a)*b/, /^(?:a+)+$/, /\s+$/, /^\d+\.?\d*$/, /(?:a|b)*?c/])(
    "sees the growth of %s",
    (expression) => {
      expect(findGrowth(expression, hostileTexts(parseExpression(expression)))).not.toBeNull();
    },
  );

  it.each([/<\s*(?:\/\s*)?p/, /a*b/y, /^a+$/, /\s+/g, /^\d+(?:\.\d*)?$/, /a{1,3}b/, /(?<=x)a{0,2}b/])(
    "sees none in %s",
    (expression) => {
      expect(findGrowth(expression, hostileTexts(parseExpression(expression)))).toBeNull();
    },
  );
});

describe("regular expressions of src/", () => {
  it("are all looked at: those that are made while the program runs are known", () => {
    expect(literals.length).toBeGreaterThan(100);
    expect(constructions.map((construction) => construction.split(": ")[0])).toEqual([
      // From a path with wildcards, which the user types.
      "io/expand-paths.ts",
      // The rules, in newsExpressions.
      "text/news-rules.ts",
      "text/news-rules.ts",
      "text/news-rules.ts",
    ]);
  });

  it("that only meet texts of ours are still there", () => {
    const texts = literals.map(({ expression }) => `${expression}`);
    for (const expression of OF_OURS.keys()) expect(texts).toContain(expression);
  });

  it.each(unbounded.map((found) => [found.where, `${found.expression}`.slice(0, 60), found] as const))(
    "take steps in proportion to the text, however hostile it is: %s %s",
    (_, __, found) => {
      expect(findGrowth(found.expression, textsFor(found))).toBeNull();
    },
  );

  it("that are applied to short texts only take few steps there", () => {
    for (const found of newsExpressions()) {
      const { longest, expression } = found;
      if (longest === null) continue;
      const parts = parseExpression(expression);
      const texts = textsFor(found).filter((_, i) => i % 5 === 0);
      const most = Math.max(...texts.map((make) => countSteps(expression, parts, make(longest).slice(-longest))));
      expect(most, `${found.where}: ${expression}`).toBeLessThan(MOST_STEPS);
    }
  });
});
