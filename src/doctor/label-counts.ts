import type { Label } from "../text/article.js";

export interface LabelCount {
  readonly label: Label;
  readonly nArticles: number;
}

/** Returns the number of articles of each label. */
export function tallyLabels(labels: Iterable<Label>): ReadonlyMap<Label, number> {
  const counts = new Map<Label, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Returns the labels with their numbers of articles, the most frequent first, then by code unit. */
export function countLabels(labels: Iterable<Label>): readonly LabelCount[] {
  return Array.from(tallyLabels(labels), ([label, nArticles]) => ({ label, nArticles })).sort(
    (left, right) => right.nArticles - left.nArticles || (left.label < right.label ? -1 : 1),
  );
}
