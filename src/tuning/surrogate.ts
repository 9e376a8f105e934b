/** What is to be expected of a choice, from the scores of others. */
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

/** Standard deviation of what one change of an axis is worth, as a share of the errors that the start makes. */
const AXIS_SHARE = 0.06;
/** The same of what a choice is worth beyond the sum of its changes. */
const REST_SHARE = 0.03;
/** Variance of how hard a fold is: far above any, so that folds are compared within themselves alone. */
const FOLD_VARIANCE = 1;

/**
 * A Gaussian process over choices and folds:
 *
 *   score(c, f) = m_f + Σ over changed axes i of β_i,c(i) + δ_c + ε,   with m_f, β, δ and ε normal and independent
 *
 *   k((c, f), (c', f')) = s_m² [f = f'] + s_β² |{i : c(i) = c'(i) ≠ 0}| + s_δ² [c = c' ≠ start] + s_ε² [same observation]
 *
 * A score says something about each axis that its choice changes, so n scores tell about all axes as if most of them had
 * been spent on each; and choices that were tried on different folds can be compared. s_ε² = p (1 - p) / n is that of a share p of
 * n articles; s_β and s_δ are shares of the errors, 1 - p, since better options take away some of these.
 *
 * Fitting is O(n³) for n observations, an expectation O(n²).
 * @see Rasmussen and Williams 2006, "Gaussian Processes for Machine Learning", algorithm 2.1; Box, Hunter and Hunter 2005, "Statistics for
 * Experimenters", chapter 5, for changing several factors at once
 */
export class Surrogate {
  readonly #observations: readonly Observation[];
  readonly #axisVariance: number;
  readonly #restVariance: number;
  /** Lower triangle of the Cholesky factor of the covariance, by rows. */
  readonly #factor: readonly Float64Array[];
  /** Covariance⁻¹ (scores - their mean). */
  readonly #weights: Float64Array;

  /**
   * @param observations at least one
   * @param nPerFold articles of a fold
   */
  constructor(observations: readonly Observation[], nPerFold: number) {
    const n = observations.length;
    const level = observations.reduce((sum, { score }) => sum + score, 0) / n;
    // Where nothing or all is right, as if one article more were otherwise.
    const share = Math.min(Math.max(level, 1 / (nPerFold + 1)), 1 - 1 / (nPerFold + 1));
    const noiseVariance = (share * (1 - share)) / nPerFold;
    this.#observations = observations;
    this.#axisVariance = (AXIS_SHARE * (1 - share)) ** 2;
    this.#restVariance = (REST_SHARE * (1 - share)) ** 2;
    this.#factor = factorize(n, (i, j) => {
      const [a, b] = [observations[i] as Observation, observations[j] as Observation];
      const ofFold = a.fold === b.fold ? FOLD_VARIANCE : 0;
      return ofFold + this.#covariance(a.choice, b.choice) + (i === j ? noiseVariance : 0);
    });
    const centered = Float64Array.from(observations, ({ score }) => score - level);
    this.#weights = solveBackward(this.#factor, solveForward(this.#factor, centered));
  }

  expect(choice: Choice): Expectation {
    const covariances = Float64Array.from(this.#observations, (observed) => this.#covariance(choice, observed.choice));
    const mean = covariances.reduce((sum, value, i) => sum + value * (this.#weights[i] as number), 0);
    const explained = solveForward(this.#factor, covariances).reduce((sum, value) => sum + value * value, 0);
    const variance = this.#covariance(choice, choice) - explained;
    return { mean, standardDeviation: Math.sqrt(Math.max(0, variance)) };
  }

  #covariance(left: Choice, right: Choice): number {
    let nShared = 0;
    let isSame = true;
    let isStart = true;
    for (const [axis, level] of left.entries()) {
      if (level !== right[axis]) isSame = false;
      else if (level !== 0) nShared++;
      if (level !== 0) isStart = false;
    }
    return this.#axisVariance * nShared + (isSame && !isStart ? this.#restVariance : 0);
  }
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
