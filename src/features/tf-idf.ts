/**
 * Weighting of counts.
 *
 * The logarithm is the project's own, so that a model's bytes do not depend on the JavaScript engine.
 */
import { naturalLogarithm } from "../kernels/math.js";

/** Document frequencies below this are weighted once. */
const KNOWN_FREQUENCIES = 1024;

/**
 * Returns `[nTerms]` weights ≥ 1, `idf(t) = ln((1 + nDocuments) / (1 + df(t))) + 1`.
 * @see scikit-learn TfidfTransformer, smooth_idf
 */
export function smoothIdf(documentFrequency: Uint32Array, nDocuments: number): Float64Array {
  const idf = new Float64Array(documentFrequency.length);
  // Half of the terms of a corpus are in as many documents as the minimum: few frequencies are distinct.
  const known = new Float64Array(KNOWN_FREQUENCIES);
  for (let column = 0; column < idf.length; column++) {
    const frequency = documentFrequency[column] as number;
    let weight = known[frequency] ?? 0;
    if (weight === 0) {
      weight = naturalLogarithm((1 + nDocuments) / (1 + frequency)) + 1;
      if (frequency < KNOWN_FREQUENCIES) known[frequency] = weight;
    }
    idf[column] = weight;
  }
  return idf;
}

/**
 * Overwrites the counts of one row, `values[start … end)`, by `tf(t) · idf(t)` divided by the row's Euclidean norm, where `tf` is the count, or
 * `1 + ln(count)` when sublinear. An empty row stays empty.
 *
 * All arithmetic is in double precision and rounded to single once, at the store. Counts must be below 2^24 (exact in
 * single precision).
 * @see scikit-learn TfidfTransformer, norm "l2"
 */
export function weightRow(
  indices: Uint32Array,
  values: Float32Array,
  start: number,
  end: number,
  idf: Float64Array,
  sublinearTf: boolean,
): void {
  let sumOfSquares = 0;
  for (let i = start; i < end; i++) {
    const weight = termWeight(values[i] as number, idf[indices[i] as number] as number, sublinearTf);
    sumOfSquares += weight * weight;
  }
  const norm = Math.sqrt(sumOfSquares);
  for (let i = start; i < end; i++) {
    values[i] = termWeight(values[i] as number, idf[indices[i] as number] as number, sublinearTf) / norm;
  }
}

function termWeight(count: number, idf: number, sublinearTf: boolean): number {
  // Most counts are 1, and 1 + ln 1 is exactly 1.
  return (sublinearTf && count !== 1 ? 1 + naturalLogarithm(count) : count) * idf;
}
