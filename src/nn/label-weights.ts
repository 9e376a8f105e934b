/**
 * Returns the weight of each label in the loss, `[nLabels]`.
 *
 * none: 1. balanced: nDocuments / (nLabels · support), so that every label has the same sum of weights; 0 for a label
 * without documents.
 * @see scikit-learn compute_class_weight("balanced")
 */
export function labelWeights(labels: ArrayLike<number>, nLabels: number, kind: "none" | "balanced"): Float64Array {
  const weights = new Float64Array(nLabels);
  if (kind === "none") return weights.fill(1);
  for (let i = 0; i < labels.length; i++) weights[labels[i]]++;
  for (let c = 0; c < nLabels; c++) {
    if (weights[c] > 0) weights[c] = labels.length / (nLabels * weights[c]);
  }
  return weights;
}
