/** Why a document has its label: contributions of its terms and words, with their places in the text as it was given. */

import type { TermLocator, TermPlace } from "../document-terms.js";
import type { FittedTfidfVectorizer } from "../features/tfidf-vectorizer.js";
import { type AttributionMethod, attribute, type ScoringView } from "../nn/attribution.js";
import type { Cleaning } from "../options/train-options.js";
import type { Article, Label } from "../text/article.js";
import { type TextRange, traceDocument } from "../text/trace-document.js";

/** What one term of the vocabulary adds to the odds. */
export interface TermContribution {
  /** As in the model's vocabulary: `금리/NNG`, "금리/NNG 동결/NNG", or a character n-gram such as " 금리". */
  readonly term: string;
  /** In nats; above 0 it speaks for the label, below 0 against it. */
  readonly contribution: number;
  /** Its places in the text, rising; each once, though several may hold the term. */
  readonly ranges: readonly TextRange[];
}

/** A run of characters between spaces, and what the terms in it add. */
export interface WordContribution extends TextRange {
  /** In nats: of each term the share of its characters that lies in the word. */
  readonly contribution: number;
}

/**
 * Why a text has a label rather than another one.
 *
 * `logOdds` = `constant` + the sum over `terms`; the sum over `words` is that over `terms`. With the method "active-units" that
 * holds to the precision of doubles, with "integrated-gradients" within a millionth of `logOdds`, `constant` or 1, whichever is greatest.
 */
export interface Explanation {
  /** The label that is explained. */
  readonly label: Label;
  /** In [0, 1]. */
  readonly score: number;
  /** The label it is compared with. */
  readonly against: Label;
  /** In [0, 1]. */
  readonly againstScore: number;
  readonly method: AttributionMethod;
  /**
   * ln(score / againstScore), in nats: for one network without calibration the difference of their logits. A flattened share of
   * the calibration makes it smaller, and with it the constant and all contributions by the same factor of this text, in [½, 1].
   */
  readonly logOdds: number;
  /** What speaks for the label without any term, in nats: from the networks' biases and the calibration. */
  readonly constant: number;
  /** Terms of the vocabulary that the text has, the greatest contribution of either sign first; ties in column order. */
  readonly terms: readonly TermContribution[];
  /** The words of the text that the model sees, in its order, the unknown ones with 0. */
  readonly words: readonly WordContribution[];
  /** Different terms of the text that the model does not know. */
  readonly nUnknownTerms: number;
}

/** What of a model explains a document. */
export interface Explainer {
  readonly labels: readonly Label[];
  /** What is taken out of an article first. */
  readonly clean: Cleaning;
  readonly locateTerms: TermLocator;
  readonly vectorizer: FittedTfidfVectorizer;
  readonly scoring: ScoringView;
}

/** The question: two label numbers, and their scores as the model gives them. */
export interface Comparison {
  readonly label: number;
  readonly score: number;
  readonly against: number;
  readonly againstScore: number;
}

/** Units of the document that a term covers, each once, ascending. */
function unitsOf(places: readonly TermPlace[]): readonly number[] {
  const units = new Set<number>();
  for (const { spans } of places) {
    for (const [start, end] of spans) for (let unit = start; unit < end; unit++) units.add(unit);
  }
  return [...units].sort((left, right) => left - right);
}

/** Runs without white space, [start, end). */
function wordsOf(document: string): readonly (readonly [start: number, end: number])[] {
  return Array.from(document.matchAll(/\S+/g), ({ 0: word, index }) => [index, index + word.length] as const);
}

/** Runs of neighbours, [first, last + 1). */
function runsOf(units: readonly number[]): readonly (readonly [start: number, end: number])[] {
  const runs: [number, number][] = [];
  for (const unit of units) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === unit) last[1]++;
    else runs.push([unit, unit + 1]);
  }
  return runs;
}

/** Explains one article; see {@link Explanation}. */
export function explainArticle(
  { labels, clean, locateTerms, vectorizer, scoring }: Explainer,
  article: Article,
  { label, score, against, againstScore }: Comparison,
  method: AttributionMethod,
): Explanation {
  const { text, rangeOf } = traceDocument(article, clean);
  const placesOf = new Map<string, TermPlace[]>();
  const located = locateTerms(text);
  for (const place of located) {
    const places = placesOf.get(place.term);
    if (places === undefined) placesOf.set(place.term, [place]);
    else places.push(place);
  }
  const row = vectorizer.transformDocument(located.map(({ term }) => term));
  const { logOdds, constant, contributions } = attribute(scoring, row, label, against, method);

  const perUnit = new Float64Array(text.length);
  const terms = Array.from(contributions, (contribution, k): TermContribution => {
    const term = vectorizer.vocabulary.termAt(row.indices[k] as number);
    const units = unitsOf(placesOf.get(term) as TermPlace[]);
    for (const unit of units) perUnit[unit] = (perUnit[unit] as number) + contribution / units.length;
    return { term, contribution, ranges: runsOf(units).map(([start, end]) => rangeOf(start, end)) };
  });
  const words = wordsOf(text).map(([start, end]): WordContribution => {
    const contribution = perUnit.subarray(start, end).reduce((sum, value) => sum + value, 0);
    return { ...rangeOf(start, end), contribution };
  });
  return {
    label: labels[label] as Label,
    score,
    against: labels[against] as Label,
    againstScore,
    method,
    logOdds,
    constant,
    terms: terms.sort((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution)),
    words,
    nUnknownTerms: placesOf.size - terms.length,
  };
}
