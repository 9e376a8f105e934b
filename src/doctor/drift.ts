import type { Label } from "../text/article.js";
import type { CorpusTerms } from "./corpus-terms.js";
import { tallyLabels } from "./label-counts.js";

/** A share in the first file and in the second, and what it adds to the population stability index. */
export interface Shift {
  readonly name: string;
  /** In [0, 1]. */
  readonly share: number;
  readonly againstShare: number;
  readonly psi: number;
}

/** How a second file differs from the first. */
export interface Drift {
  /** Population stability index of the labels. */
  readonly labelPsi: number;
  /** The greatest shift first. */
  readonly labels: readonly Shift[];
  /** Terms whose share of articles moved most, the greatest first. */
  readonly terms: readonly Shift[];
  /** Share of the second file's terms, each counted once an article, that the first file does not have, in [0, 1]. */
  readonly unknownTermShare: number;
}

/** Terms in a smaller share of both files are too rare to tell a shift. */
const MIN_TERM_SHARE = 0.001;

/** Shares of nothing would be infinitely far apart: half an article is added. */
function shareOf(n: number, all: number): number {
  return (n + 0.5) / (all + 1);
}

/** (q − p) ln(q / p): the part of the index that one class adds. @see Siddiqi 2006, "Credit Risk Scorecards", chapter 12 */
function psiPart(p: number, q: number): number {
  return (q - p) * Math.log(q / p);
}

/** Measures the shift of labels between two files. Below 0.1 it counts as small, above 0.25 as large. */
export function compareLabels(first: readonly Label[], second: readonly Label[]): Pick<Drift, "labelPsi" | "labels"> {
  const [counts, againstCounts] = [tallyLabels(first), tallyLabels(second)];
  const names = [...new Set([...counts.keys(), ...againstCounts.keys()])].sort();
  const labels = names.map((name): Shift => {
    const [n, m] = [counts.get(name) ?? 0, againstCounts.get(name) ?? 0];
    const psi = psiPart(shareOf(n, first.length), shareOf(m, second.length));
    return { name, share: n / first.length, againstShare: m / second.length, psi };
  });
  labels.sort((left, right) => right.psi - left.psi || (left.name < right.name ? -1 : 1));
  return { labelPsi: labels.reduce((sum, { psi }) => sum + psi, 0), labels };
}

/** Measures how terms moved between two files, each as a class of two: in an article or not. */
export function compareTerms(
  first: CorpusTerms,
  second: CorpusTerms,
  count: number,
): Pick<Drift, "terms" | "unknownTermShare"> {
  let nAll = 0;
  let nUnknown = 0;
  for (const term of second.terms) {
    const n = second.documentFrequency(term);
    nAll += n;
    if (!first.has(term)) nUnknown += n;
  }
  const shifts: Shift[] = [];
  for (const name of new Set([...first.terms, ...second.terms])) {
    const [n, m] = [first.documentFrequency(name), second.documentFrequency(name)];
    const [share, againstShare] = [n / first.nArticles, m / second.nArticles];
    if (Math.max(share, againstShare) < MIN_TERM_SHARE) continue;
    const [p, q] = [shareOf(n, first.nArticles), shareOf(m, second.nArticles)];
    shifts.push({ name, share, againstShare, psi: psiPart(p, q) + psiPart(1 - p, 1 - q) });
  }
  shifts.sort((left, right) => right.psi - left.psi || (left.name < right.name ? -1 : 1));
  return { terms: shifts.slice(0, count), unknownTermShare: nAll === 0 ? 0 : nUnknown / nAll };
}
