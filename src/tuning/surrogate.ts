/** What is to be expected of a choice, from the scores of others. */
import { naturalLogarithm } from "../kernels/math.js";
import type { Choice } from "./search-space.js";

/** A score of a choice on one fold. */
export interface Observation {
  readonly choice: Choice;
  /** 0-based. */
  readonly fold: number;
  /** In [0, 1]. */
  readonly score: number;
}

/** By how much a choice differs from the start, which is 0. */
export interface Expectation {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** Standard deviation of what a choice is worth beyond the sum of its changes, as a share of that of one change. */
const REST_SHARE = 0.5;
/** Variance of how hard a fold is: far above any, so that folds are compared within themselves alone. */
const FOLD_VARIANCE = 1;

/** How far scores vary, in the units of {@link Surrogate}. */
interface Variation {
  /** Standard deviation of what one change of an axis is worth, as a share of the errors that the start makes. */
  readonly axisShare: number;
  /** Variances as shares of that of a fold's score, p (1 - p) / n: of a change's worth on one fold, and of all else. */
  readonly foldNoise: number;
  readonly noise: number;
}

/**
 * Variations to choose from; the first where all are as likely. Two choices are tried on the same articles with the same seed, so they
 * differ by far less than two scores of a share p would: on 1,100 articles by 1 to 3 % of the answers.
 */
const VARIATIONS: readonly Variation[] = [0.06, 0.03, 0.12].flatMap((axisShare) =>
  [1 / 16, 1 / 64, 1 / 4].flatMap((noise) =>
    [1 / 16, 1 / 64, 1 / 4].map((foldNoise) => ({ axisShare, foldNoise, noise })),
  ),
);

/** Observations that the variation is chosen by; more would say the same and take longer. */
const MAX_JUDGES = 100;

/** The kernel for one variation. */
class Covariance {
  readonly #axisVariance: number;
  readonly #restVariance: number;
  readonly #axisFoldVariance: number;
  readonly #noiseVariance: number;

  constructor({ axisShare, foldNoise, noise }: Variation, share: number, nPerFold: number) {
    const foldVariance = (share * (1 - share)) / nPerFold;
    this.#axisVariance = (axisShare * (1 - share)) ** 2;
    this.#restVariance = REST_SHARE ** 2 * this.#axisVariance;
    this.#axisFoldVariance = foldNoise * foldVariance;
    this.#noiseVariance = noise * foldVariance;
  }

  /** Of what two choices are worth. */
  ofWorth(left: Choice, right: Choice): number {
    const { nShared, isSame } = compare(left, right);
    return this.#axisVariance * nShared + (isSame && nShared > 0 ? this.#restVariance : 0);
  }

  /** Of two scores. */
  ofScores(left: Observation, right: Observation): number {
    const ofWorth = this.ofWorth(left.choice, right.choice);
    if (left.fold !== right.fold) return ofWorth;
    const ofFold = FOLD_VARIANCE + this.#axisFoldVariance * compare(left.choice, right.choice).nShared;
    return ofWorth + ofFold + (left === right ? this.#noiseVariance : 0);
  }
}

/** How many changes two choices share, and whether they are the same. */
function compare(left: Choice, right: Choice): { readonly nShared: number; readonly isSame: boolean } {
  let nShared = 0;
  let isSame = true;
  for (const [axis, level] of left.entries()) {
    if (level !== right[axis]) isSame = false;
    else if (level !== 0) nShared++;
  }
  return { nShared, isSame };
}

/**
 * A Gaussian process over choices and folds:
 *
 *   score(c, f) = m_f + Σ over changed axes i of (β_i,c(i) + γ_i,c(i),f) + δ_c + ε,   with m_f, β, γ, δ and ε normal and independent
 *
 *   k((c, f), (c', f')) = s_m² [f = f'] + (s_β² + s_γ² [f = f']) |{i : c(i) = c'(i) ≠ 0}| + s_δ² [c = c' ≠ start] + s_ε² [same observation]
 *
 * A score says something about each axis that its choice changes, so n scores tell about all axes as if most of them had
 * been spent on each; and choices that were tried on different folds can be compared. γ is what a change is worth by the chance
 * of a fold's articles: ten choices that share a change say no more about it on one fold than these articles can. What is
 * expected is Σ β + δ, without it.
 *
 * s_γ² and s_ε² are parts of p (1 - p) / n, the variance of a share p of n articles; s_β and s_δ are shares of the errors, 1 - p, since
 * better options take away some of these. Which of 27 combinations holds is decided by the likelihood of the first scores.
 *
 * Fitting is O(n³) for n observations, an expectation O(n²).
 * @see Rasmussen and Williams 2006, "Gaussian Processes for Machine Learning", algorithm 2.1 and section 5.4.1; Box, Hunter and Hunter
 * 2005, "Statistics for Experimenters", chapter 5, for changing several factors at once
 */
export class Surrogate {
  readonly #observations: readonly Observation[];
  readonly #covariance: Covariance;
  /** Lower triangle of the Cholesky factor of the covariance, by rows. */
  readonly #factor: readonly Float64Array[];
  /** Covariance⁻¹ (scores - their mean). */
  readonly #weights: Float64Array;

  /**
   * @param observations at least one
   * @param nPerFold articles of a fold
   */
  constructor(observations: readonly Observation[], nPerFold: number) {
    const level = observations.reduce((sum, { score }) => sum + score, 0) / observations.length;
    // Where nothing or all is right, as if one article more were otherwise.
    const share = Math.min(Math.max(level, 1 / (nPerFold + 1)), 1 - 1 / (nPerFold + 1));
    const judges = observations.slice(0, MAX_JUDGES);
    let covariance = new Covariance(VARIATIONS[0] as Variation, share, nPerFold);
    let highest = Number.NEGATIVE_INFINITY;
    for (const variation of VARIATIONS) {
      const candidate = new Covariance(variation, share, nPerFold);
      const logLikelihood = fit(judges, candidate, level).logLikelihood;
      if (logLikelihood <= highest) continue;
      covariance = candidate;
      highest = logLikelihood;
    }
    this.#observations = observations;
    this.#covariance = covariance;
    ({ factor: this.#factor, weights: this.#weights } = fit(observations, covariance, level));
  }

  expect(choice: Choice): Expectation {
    const covariances = Float64Array.from(this.#observations, (seen) => this.#covariance.ofWorth(choice, seen.choice));
    const mean = covariances.reduce((sum, value, i) => sum + value * (this.#weights[i] as number), 0);
    const explained = solveForward(this.#factor, covariances).reduce((sum, value) => sum + value * value, 0);
    const variance = this.#covariance.ofWorth(choice, choice) - explained;
    return { mean, standardDeviation: Math.sqrt(Math.max(0, variance)) };
  }
}

/** What scores say where they vary in one way, and how likely they are then, but for a constant. */
function fit(
  observations: readonly Observation[],
  covariance: Covariance,
  level: number,
): { readonly factor: readonly Float64Array[]; readonly weights: Float64Array; readonly logLikelihood: number } {
  const factor = factorize(observations.length, (i, j) =>
    covariance.ofScores(observations[i] as Observation, observations[j] as Observation),
  );
  const centered = Float64Array.from(observations, ({ score }) => score - level);
  const whitened = solveForward(factor, centered);
  // ln p = -|L⁻¹ y|² / 2 - Σ ln L_ii + constant
  const logLikelihood = factor.reduce(
    (sum, row, i) => sum - (whitened[i] as number) ** 2 / 2 - naturalLogarithm(row[i] as number),
    0,
  );
  return { factor, weights: solveBackward(factor, whitened), logLikelihood };
}

/** Cholesky factor of a positive definite matrix, given by its entries at j ≤ i. */
function factorize(n: number, entry: (i: number, j: number) => number): readonly Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : (rows[j] as Float64Array);
      let sum = entry(i, j);
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      row[j] = j === i ? Math.sqrt(sum) : sum / (other[j] as number);
    }
    rows.push(row);
  }
  return rows;
}

/** x with L x = b. */
function solveForward(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = new Float64Array(b.length);
  for (const [i, row] of factor.entries()) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
    x[i] = sum / (row[i] as number);
  }
  return x;
}

/** x with Lᵀ x = b. */
function solveBackward(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = Float64Array.from(b);
  for (let i = factor.length - 1; i >= 0; i--) {
    const row = factor[i] as Float64Array;
    x[i] = (x[i] as number) / (row[i] as number);
    for (let k = 0; k < i; k++) x[k] = (x[k] as number) - (row[k] as number) * (x[i] as number);
  }
  return x;
}
