/** What `newsclf inspect` shows of terms: pure functions over document frequencies. */

import { copyRow, longestRow, type RowSource } from "./csr-matrix.js";
import type { Vocabulary } from "./vocabulary.js";

/** A term and the number it is ranked by. */
export interface RankedTerm {
  readonly term: string;
  readonly value: number;
}

/** In how many documents of each label each term is. Legend: C labels, V terms. */
export interface LabelCounts {
  /** `[C, V]` row-major: documents of the label that hold the term. */
  readonly labelDocumentFrequency: Uint32Array;
  /** `[C]` documents of the label. */
  readonly nLabelDocuments: Uint32Array;
}

/**
 * Counts documents by label and term.
 * @param labels `[nRows]` label number of each row, in [0, nLabels)
 */
export function countByLabel(matrix: RowSource, labels: ArrayLike<number>, nLabels: number): LabelCounts {
  const { nRows, nColumns } = matrix;
  const columns = new Uint32Array(longestRow(matrix));
  const values = new Float32Array(columns.length);
  const labelDocumentFrequency = new Uint32Array(nLabels * nColumns);
  const nLabelDocuments = new Uint32Array(nLabels);
  for (let row = 0; row < nRows; row++) {
    const label = labels[row] as number;
    (nLabelDocuments[label] as number)++;
    const nnz = copyRow(matrix, row, columns, values, 0);
    for (let i = 0; i < nnz; i++) (labelDocumentFrequency[label * nColumns + (columns[i] as number)] as number)++;
  }
  return { labelDocumentFrequency, nLabelDocuments };
}

/** Returns `[V]` document frequencies: the sum of each column of `labelDocumentFrequency`, `[C, V]`. */
export function documentFrequencyOf(labelDocumentFrequency: Uint32Array, nTerms: number): Uint32Array {
  const documentFrequency = new Uint32Array(nTerms);
  for (let start = 0; start < labelDocumentFrequency.length; start += nTerms) {
    for (let column = 0; column < nTerms; column++) {
      (documentFrequency[column] as number) += labelDocumentFrequency[start + column] as number;
    }
  }
  return documentFrequency;
}

/**
 * Returns `[V]` Pearson's chi-square statistic of term and label over documents, with the sign of the association:
 * positive where the term is more frequent within the label than without. One degree of freedom, no continuity correction.
 *
 *   χ²(t, c) = N (A D - C B)² / ((A + C) (B + D) (A + B) (C + D)), where of N documents
 *   A are of c and hold t, B hold t alone, C are of c alone, D neither; 0 where a factor below is 0
 *
 * @see Yang and Pedersen (1997), "A Comparative Study on Feature Selection in Text Categorization", section 2.4
 */
export function signedChiSquare(counts: LabelCounts, label: number): Float64Array {
  const { labelDocumentFrequency, nLabelDocuments } = counts;
  const nLabels = nLabelDocuments.length;
  const nTerms = labelDocumentFrequency.length / nLabels;
  const nDocuments = nLabelDocuments.reduce((sum, n) => sum + n, 0);
  const inLabel = nLabelDocuments[label] as number;
  const statistics = new Float64Array(nTerms);
  for (let column = 0; column < nTerms; column++) {
    let withTerm = 0;
    for (let c = 0; c < nLabels; c++) withTerm += labelDocumentFrequency[c * nTerms + column] as number;
    const both = labelDocumentFrequency[label * nTerms + column] as number;
    const onlyTerm = withTerm - both;
    const onlyLabel = inLabel - both;
    const neither = nDocuments - both - onlyTerm - onlyLabel;
    const product = inLabel * (nDocuments - inLabel) * withTerm * (nDocuments - withTerm);
    if (product === 0) continue;
    const difference = both * neither - onlyLabel * onlyTerm;
    statistics[column] = (nDocuments * difference * Math.abs(difference)) / product;
  }
  return statistics;
}

/**
 * Returns the terms with the greatest values, greatest first; equal values stay in column order.
 * @param values `[nTerms]`, e.g. idf, document frequencies, or `signedChiSquare`
 * @param count how many at most; fewer when the vocabulary is smaller
 */
export function topTerms(vocabulary: Vocabulary, values: ArrayLike<number>, count: number): readonly RankedTerm[] {
  const columns: number[] = [];
  if (count === 0) return [];
  for (let column = 0; column < vocabulary.nTerms; column++) {
    const value = values[column] as number;
    if (columns.length === count) {
      // Nearly all end here.
      if (value <= (values[columns[count - 1] as number] as number)) continue;
      columns.pop();
    }
    // Behind all that are as great.
    let low = 0;
    for (let high = columns.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((values[columns[middle] as number] as number) >= value) low = middle + 1;
      else high = middle;
    }
    columns.splice(low, 0, column);
  }
  return columns.map((column) => ({
    term: vocabulary.termAt(column),
    value: values[column] as number,
  }));
}
