/** The regular expressions of src/: those that are written there, and those that its files make when they are loaded. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { END_WINDOW, LINE_END_WINDOW, MAX_LINE_LENGTH } from "../../src/text/clean-news.js";
import { NEWS_PATTERNS, type RulePlace } from "../../src/text/news-rules.js";

const LONGEST: Readonly<Record<RulePlace, number | null>> = {
  anywhere: null,
  start: null,
  "line-start": null,
  line: MAX_LINE_LENGTH,
  "line-end": LINE_END_WINDOW,
  end: END_WINDOW,
};

/** An expression and where it is from. */
export interface FoundExpression {
  /** File in src/, or rule and place. */
  readonly where: string;
  readonly expression: RegExp;
  /** Characters of the longest text that it is applied to; null where there is no such length. */
  readonly longest: number | null;
}

/** What src/ holds. */
export interface FoundExpressions {
  readonly literals: readonly FoundExpression[];
  /** `file: text` of each call of the constructor. */
  readonly constructions: readonly string[];
}

/** Expressions that no text of a stranger meets, and what they are applied to. */
export const OF_OURS: ReadonlyMap<string, string> = new Map([
  [`${/\\.|\[(?:\\.|[^\]\\])*\]| /g}`, "sources of the rules in news-rules.ts"],
  [`${/\[(!?)([^\]]+)\]|[*?]|[^*?]/gu}`, "patterns of paths as the user types them"],
]);

/** What the rules for news make, with the length of a line or of a window at an end where they are applied to no more. */
export function newsExpressions(): readonly FoundExpression[] {
  return NEWS_PATTERNS.map(({ rule, place, pattern }) => ({
    where: `${rule}, ${place}`,
    expression: pattern,
    longest: LONGEST[place],
  }));
}

function readLiteral(literal: string): RegExp {
  const end = literal.lastIndexOf("/");
  return new RegExp(literal.slice(1, end), literal.slice(end + 1));
}

/** @param folder src/ of the repository */
export function findExpressions(folder: string): FoundExpressions {
  const literals: FoundExpression[] = [];
  const constructions: string[] = [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  for (const name of names.sort()) {
    const file = name.replaceAll(path.sep, "/");
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(folder, name), "utf8"),
      ts.ScriptTarget.ESNext,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const expression = readLiteral(node.text);
        literals.push({ where: file, expression, longest: OF_OURS.has(`${expression}`) ? 0 : null });
      }
      const isCall = ts.isNewExpression(node) || ts.isCallExpression(node);
      if (isCall && node.expression.getText() === "RegExp") constructions.push(`${file}: ${node.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { literals, constructions };
}
