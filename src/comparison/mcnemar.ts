import { exponential, naturalLogarithm } from "../kernels/math.js";

/** Two classifiers on the same documents: where one alone was right, and how likely that is by chance. */
export interface McNemarTest {
  /** Documents that only the first had right. */
  readonly nOnlyA: number;
  /** Documents that only the second had right. */
  readonly nOnlyB: number;
  /**
   * Two-sided exact p-value in (0, 1]: how often a fair coin thrown nOnlyA + nOnlyB times comes down as unevenly or more so.
   * 1 where the two never differ.
   */
  readonly pValue: number;
}

/**
 * McNemar's test in its exact form, for any counts: no approximation by chi-square.
 *
 *   p = min(1, 2 Σ_{k=0}^{m} C(n, k) / 2ⁿ),  n = nOnlyA + nOnlyB, m the smaller of the two
 *
 * Time is linear in n; a p-value below 1e-300 is given as 0.
 *
 * @param nOnlyA documents that only the first had right
 * @param nOnlyB documents that only the second had right
 * @see McNemar 1947; Dietterich 1998, "Approximate Statistical Tests for Comparing Supervised Classification Learning
 * Algorithms", section 3.1; statsmodels mcnemar(exact=True)
 */
export function mcnemarTest(nOnlyA: number, nOnlyB: number): McNemarTest {
  const n = nOnlyA + nOnlyB;
  const m = Math.min(nOnlyA, nOnlyB);
  // ln(C(n, m) / 2ⁿ), the largest term; the others relative to it, from the nearest on.
  let logLargest = -n * Math.LN2;
  for (let i = 1; i <= m; i++) logLargest += naturalLogarithm((n - m + i) / i);
  let sum = 1;
  for (let k = m, share = 1; k > 0 && share > Number.EPSILON / 4; k--) {
    share *= k / (n - k + 1);
    sum += share;
  }
  return { nOnlyA, nOnlyB, pValue: Math.min(1, 2 * sum * exponential(logLargest)) };
}
