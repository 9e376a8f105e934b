/**
 * Scores for articles whose labels are not as frequent as they were in training.
 *
 * A classifier learns what a label looks like and, with it, how frequent the label is. Articles of another time or source
 * have other shares, and scores that keep the old ones lean the wrong way.
 */

import type { Prediction, Predictions } from "./classifier.js";
import { OptionError } from "./errors.js";
import { checkMethod, checkTexts } from "./options/check-argument.js";
import type { Label } from "./text/article.js";

/** Rounds of the estimation; it has come to rest long before. */
const MAX_ROUNDS = 1000;
/** No share moves more than this in a round: the estimation has come to rest. */
const TOLERANCE = 1e-6;
/** What every label is given before the shares are normalised: a share of 0 could never rise again. */
const SMALLEST_SHARE = 1e-6;

function checkShares(name: string, shares: ArrayLike<number>, nLabels: number): void {
  const list = Array.from(shares ?? []);
  const isShare = (share: number): boolean => Number.isFinite(share) && share > 0;
  if (list.length !== nLabels || !list.every(isShare)) {
    throw new OptionError(name, `${nLabels} numbers > 0, one for each label`, shares && list);
  }
}

/** Numbers ≥ 0 as shares of their sum. */
export function toShares(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/**
 * Returns the scores that a model would give if labels had the shares `to` in place of `from`, best first.
 *
 *   score_c = p_c to_c / from_c / Σ_k the same
 *
 * by Bayes' rule, on the assumption that articles of one label look the same in both. Equal scores keep their order.
 *
 * @param predictions all labels of the model with their scores
 * @param labels in the order of the shares
 * @param from shares that the scores rest on, > 0; they need not add up to 1
 * @param to shares wanted, > 0; they need not add up to 1
 * @throws {OptionError} when there is not one share > 0 for each label, or a label of the predictions is not known
 */
export function adaptScores(
  predictions: Predictions,
  labels: readonly Label[],
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Predictions {
  if (!Array.isArray(predictions)) throw new OptionError("predictions", "an array of { label, score }", predictions);
  checkTexts("labels", labels);
  checkShares("from", from, labels.length);
  checkShares("to", to, labels.length);
  const places = new Map(labels.map((label, place) => [label, place]));
  const weighted = predictions.map(({ label, score }): Prediction => {
    const place = places.get(label);
    if (place === undefined) throw new OptionError("predictions", "labels of the model", label);
    if (!Number.isFinite(score)) throw new OptionError(`score of ${label}`, "a number", score);
    return { label, score: (score * (to[place] as number)) / (from[place] as number) };
  });
  const sum = weighted.reduce((total, { score }) => total + score, 0);
  return weighted
    .map(({ label, score }) => ({ label, score: score / sum }))
    .sort((left, right) => right.score - left.score) as unknown as Predictions;
}

/**
 * Returns the shares of the labels among articles without labels, estimated from the scores of all of them; they add up to 1.
 *
 * Expectation maximisation: from the shares so far new scores, from their mean the next shares. Each round makes the
 * articles more likely; it ends when no share moves by more than 1e-6, or after 1,000 rounds. The scores must be calibrated:
 * from scores that are too sure the shares come out too even.
 *
 * @param scores for each article the scores of all labels in the order of `from`; at least one article
 * @param from shares that the scores rest on, > 0
 * @throws {OptionError} when there is no article, or there is not one share > 0 and one score for each label
 * @see Saerens, Latinne and Decaestecker 2002, "Adjusting the Outputs of a Classifier to New a Priori Probabilities",
 * equation 2.8
 */
export function estimateShares(scores: readonly ArrayLike<number>[], from: ArrayLike<number>): readonly number[] {
  checkMethod("scores", scores, "map", "an array with the scores of each article");
  if (!(from?.length > 0)) throw new OptionError("from", "numbers > 0, one for each label", from);
  const nLabels = from.length;
  checkShares("from", from, nLabels);
  if (scores.length === 0) throw new OptionError("scores", "those of one article or more", "none");
  for (const row of scores) {
    const isComplete = row?.length === nLabels && Array.from(row).every(Number.isFinite);
    if (!isComplete) throw new OptionError("scores", `${nLabels} numbers for each article`, row);
  }
  const old = toShares(Array.from(from));
  let shares = old;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const sums = new Array<number>(nLabels).fill(0);
    for (const row of scores) {
      let total = 0;
      for (let c = 0; c < nLabels; c++) total += ((row[c] as number) * (shares[c] as number)) / (old[c] as number);
      for (let c = 0; c < nLabels; c++) {
        sums[c] = (sums[c] as number) + ((row[c] as number) * (shares[c] as number)) / (old[c] as number) / total;
      }
    }
    const next = toShares(sums.map((sum) => Math.max(sum / scores.length, SMALLEST_SHARE)));
    const change = Math.max(...next.map((share, c) => Math.abs(share - (shares[c] as number))));
    shares = next;
    if (change <= TOLERANCE) break;
  }
  return shares;
}
