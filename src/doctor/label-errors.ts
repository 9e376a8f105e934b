import type { OutOfFoldPrediction } from "../cross-validation.js";
import type { Label } from "../text/article.js";

/** An article whose label is likely to be wrong. */
export interface LabelSuspect {
  /** 0-based place of the article. */
  readonly article: number;
  readonly label: Label;
  /** What it seems to be. */
  readonly suggested: Label;
  /** Score of the given label out of fold, in [0, 1]. */
  readonly score: number;
  /** Score of the suggested label out of fold, in [0, 1]. */
  readonly suggestedScore: number;
}

/**
 * Finds articles whose label is likely to be wrong, the likeliest first, by confident learning on out-of-fold scores.
 *
 * A label is confidently an article's when its score reaches the mean score that the label has among the articles given it:
 * t_j = mean of p_j(x) over x labelled j. Where the best such label is another one than the given label, the article is a suspect.
 * The rank is the margin p_suggested − p_given, the greatest first; ties in the order of articles.
 *
 * @see Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", equations 1 and 2, and
 * section 3.2, method "prune by" off-diagonals of the confident joint, ranked by normalized margin
 */
export function findLabelErrors(predictions: readonly OutOfFoldPrediction[]): readonly LabelSuspect[] {
  const sums = new Map<Label, { total: number; nArticles: number }>();
  for (const { trueLabel, predictions: ranked } of predictions) {
    const own = ranked.find(({ label }) => label === trueLabel)?.score ?? 0;
    const sum = sums.get(trueLabel) ?? { total: 0, nArticles: 0 };
    sums.set(trueLabel, { total: sum.total + own, nArticles: sum.nArticles + 1 });
  }
  const thresholds = new Map(Array.from(sums, ([label, { total, nArticles }]) => [label, total / nArticles]));
  const suspects: LabelSuspect[] = [];
  for (const { index, trueLabel, predictions: ranked } of predictions) {
    // Ranked by score, so the first that reaches its own threshold is the best of them.
    const best = ranked.find(({ label, score }) => score >= (thresholds.get(label) ?? Number.POSITIVE_INFINITY));
    if (best === undefined || best.label === trueLabel) continue;
    const score = ranked.find(({ label }) => label === trueLabel)?.score ?? 0;
    suspects.push({ article: index, label: trueLabel, suggested: best.label, score, suggestedScore: best.score });
  }
  const marginOf = ({ score, suggestedScore }: LabelSuspect): number => suggestedScore - score;
  return suspects.sort((left, right) => marginOf(right) - marginOf(left) || left.article - right.article);
}
