import type { Article, Label } from "../text/article.js";
import { traceCleanNews } from "../text/clean-news.js";
import { cleanText } from "../text/clean-text.js";
import { NEWS_RULES, type NewsRule } from "../text/news-rules.js";
import type { CorpusTerms } from "./corpus-terms.js";

/** Where a leak stands: in what a cleaning rule finds, in a sentence that many articles share, or anywhere as a term. */
export type LeakKind = NewsRule | "repeated-sentence" | "term";

/** A mark that gives its label away. */
export interface Leak {
  readonly kind: LeakKind;
  /** The mark, digits as "0"; of a term its form, such as `기자/NNG`. */
  readonly mark: string;
  readonly label: Label;
  /** Articles that hold the mark. */
  readonly nArticles: number;
  /** Share of them that have the label, in (0, 1]. */
  readonly precision: number;
  /** Share of the label's articles that hold the mark, in (0, 1]. */
  readonly recall: number;
}

/** A mark in fewer articles is chance, or teaches a model next to nothing. */
const MIN_ARTICLES = 5;
/** Of the articles with a mark so many have its label. */
const MIN_PRECISION = 0.98;
/** A term that is not boilerplate is a finding where it alone covers so much of its label. */
const MIN_TERM_RECALL = 0.1;
/** Shorter sentences are common words, longer ones are looked at by their beginning. */
const SENTENCE_LENGTH = { min: 8, max: 120 } as const;

function mask(text: string): string {
  return text.replaceAll(/\p{N}+/gu, "0").slice(0, SENTENCE_LENGTH.max);
}

function sentencesOf(article: Article): readonly string[] {
  return [article.title, article.body].flatMap((text) =>
    text.split(/[\r\n]+|(?<=[.!?] )/).map((sentence) => mask(cleanText(sentence))),
  );
}

/** The marks of an article, each once: what the cleaning rules find, and its sentences. */
function marksOf(article: Article): ReadonlyMap<string, { readonly kind: LeakKind; readonly mark: string }> {
  const marks = new Map<string, { readonly kind: LeakKind; readonly mark: string }>();
  for (const text of [article.title, article.body]) {
    for (const { start, end, rule } of traceCleanNews(text).removed) {
      const mark = mask(cleanText(text.slice(start, end)));
      marks.set(`${rule}\0${mark}`, { kind: rule, mark });
    }
  }
  for (const mark of sentencesOf(article)) {
    if (mark.length < SENTENCE_LENGTH.min) continue;
    marks.set(`repeated-sentence\0${mark}`, { kind: "repeated-sentence", mark });
  }
  return marks;
}

/** How often marks occur under each label. */
class MarkCounts {
  readonly #marks = new Map<
    string,
    { readonly kind: LeakKind; readonly mark: string; readonly ofLabel: Map<Label, number> }
  >();

  add(article: Article, label: Label): void {
    for (const [key, { kind, mark }] of marksOf(article)) {
      let counts = this.#marks.get(key);
      if (counts === undefined) {
        counts = { kind, mark, ofLabel: new Map() };
        this.#marks.set(key, counts);
      }
      counts.ofLabel.set(label, (counts.ofLabel.get(label) ?? 0) + 1);
    }
  }

  *[Symbol.iterator](): Generator<{ kind: LeakKind; mark: string; ofLabel: ReadonlyMap<Label, number> }, void> {
    yield* this.#marks.values();
  }
}

function bestLabel(ofLabel: ReadonlyMap<Label, number>): {
  readonly label: Label;
  readonly n: number;
  readonly all: number;
} {
  let best = { label: "", n: 0 };
  let all = 0;
  for (const [label, n] of ofLabel) {
    all += n;
    if (n > best.n || (n === best.n && label < best.label)) best = { label, n };
  }
  return { ...best, all };
}

/**
 * Finds single marks that give the label away, the one that covers most of its label first: what the cleaning rules find
 * (by-lines, desks, section tags, publishers), sentences that are the same in several articles but for their digits, and terms that
 * alone cover a tenth of their label. Copies of one article count once.
 *
 * @param groupOf `[nArticles]` as in `Copies`
 */
export function findLeaks(
  articles: readonly (Article & { readonly label: Label })[],
  groupOf: Uint32Array,
  corpus: CorpusTerms,
): readonly Leak[] {
  const counts = new MarkCounts();
  for (const [place, article] of articles.entries()) if (groupOf[place] === place) counts.add(article, article.label);
  const leaks: Leak[] = [];
  const take = (kind: LeakKind, mark: string, ofLabel: ReadonlyMap<Label, number>, minRecall: number): void => {
    const { label, n, all } = bestLabel(ofLabel);
    const recall = n / corpus.nOfLabel(label);
    if (all < MIN_ARTICLES || n < MIN_PRECISION * all || recall < minRecall) return;
    leaks.push({ kind, mark, label, nArticles: all, precision: n / all, recall });
  };
  for (const { kind, mark, ofLabel } of counts) take(kind, mark, ofLabel, 0);
  for (const term of corpus.terms) {
    const ofLabel = new Map(corpus.labels.map((label) => [label, corpus.nWith(term, label)]));
    take("term", term, ofLabel, MIN_TERM_RECALL);
  }
  return leaks.sort((left, right) => right.recall - left.recall || (left.mark < right.mark ? -1 : 1));
}

/** What a kind of leak is, for people. */
export function describeLeakKind(kind: LeakKind): string {
  if (kind === "term") return "term that covers a tenth of its label or more";
  if (kind === "repeated-sentence") return "sentence of several articles";
  return NEWS_RULES[kind];
}
