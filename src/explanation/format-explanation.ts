import { showTerm } from "../features/show-term.js";
import type { Article } from "../text/article.js";
import type { Explanation, TermContribution, WordContribution } from "./explain.js";

export interface FormatExplanationOptions {
  /**
   * Whether to show the text with its words marked by ANSI colours: for a terminal.
   * @default false
   */
  readonly colors?: boolean;
  /**
   * Words and terms in each list.
   * @default 10
   */
  readonly top?: number;
}

const DEFAULT_TOP = 10;
const DIGITS = 3;

/** Share of the greatest contribution from which a word is marked. */
export const MARKED_SHARE = 0.05;
/** Share from which the mark is strong. */
const STRONG_SHARE = 0.4;

const RESET = "\u001b[0m";
/** SGR codes: black on yellow and yellow speak for the label, underlined cyan in two strengths against it. */
const STYLES = { for: ["\u001b[33m", "\u001b[30;43m"], against: ["\u001b[4;36m", "\u001b[1;4;36m"] } as const;

/** Controls, and signs that turn the reading direction: a text must not steer the terminal. Each is one UTF-16 unit. */
const STEERING = /(?!\n)[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function harmless(text: string): string {
  return text.replaceAll(STEERING, "\ufffd");
}

/** A contribution as shown: "+0.891". */
export function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(DIGITS)}`;
}

function markWords(text: string, words: readonly WordContribution[], greatest: number): string {
  let marked = "";
  let done = 0;
  for (const { start, end, contribution } of words) {
    const share = Math.abs(contribution) / greatest;
    if (!(share >= MARKED_SHARE)) continue;
    const [weak, strong] = STYLES[contribution > 0 ? "for" : "against"];
    marked += text.slice(done, start);
    marked += `${share < STRONG_SHARE ? weak : strong}${text.slice(start, end)}${RESET}`;
    done = end;
  }
  return marked + text.slice(done);
}

/** The greatest contribution of a word, of either sign; 0 where there is none. */
export function greatestContribution({ words }: Explanation): number {
  return words.reduce((most, { contribution }) => Math.max(most, Math.abs(contribution)), 0);
}

function renderText(article: Article, explanation: Explanation): string {
  const greatest = greatestContribution(explanation);
  const lines = (["title", "body"] as const).flatMap((part) => {
    const text = harmless(article[part]);
    const own = explanation.words.filter((word) => word.part === part);
    return text === "" ? [] : [markWords(text, own, greatest)];
  });
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

/** The words of greatest contribution, of either sign; ties in the order of the text. */
export function topWords(explanation: Explanation, count: number): readonly WordContribution[] {
  const ranked = explanation.words.filter(({ contribution }) => contribution !== 0);
  ranked.sort((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution));
  return ranked.slice(0, count);
}

function renderList(title: string, rows: readonly { readonly name: string; readonly contribution: number }[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(({ name, contribution }) => `  ${signed(contribution)}  ${name}\n`);
  return `\n${title}\n${lines.join("")}`;
}

/**
 * Renders an explanation for people: the scores, the sum, and the words and terms that weigh most; with colours also the
 * text with its words marked.
 * @param article what was explained; `{ title: text, body: "" }` for a text
 */
export function formatExplanation(
  article: Article,
  explanation: Explanation,
  options: FormatExplanationOptions = {},
): string {
  const { colors = false, top = DEFAULT_TOP } = options;
  const { label, score, against, againstScore, logOdds, constant, terms, nUnknownTerms } = explanation;
  const nameOf = ({ part, start, end }: WordContribution): string => harmless(article[part].slice(start, end));
  const words = topWords(explanation, top);
  return [
    `${label} ${score.toFixed(4)} rather than ${against} ${againstScore.toFixed(4)}\n`,
    `log odds ${signed(logOdds)} = ${signed(constant)} without any term, ${signed(logOdds - constant)} by ${terms.length} terms`,
    nUnknownTerms === 0 ? "\n" : ` (${nUnknownTerms} unknown terms add nothing)\n`,
    colors ? renderText(article, explanation) : "",
    renderList(
      "words",
      words.map((word) => ({ name: nameOf(word), contribution: word.contribution })),
    ),
    renderList(
      "terms",
      terms.slice(0, top).map(({ term, contribution }: TermContribution) => ({ name: showTerm(term), contribution })),
    ),
  ].join("");
}
