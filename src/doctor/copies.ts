import { findNearDuplicates, textSimilarity } from "../near-duplicates.js";
import type { Label } from "../text/article.js";

/** Articles that are the same, or nearly. */
export interface CopyGroup {
  /** 0-based places of the articles, rising. */
  readonly articles: readonly number[];
  /** Labels of the group in code unit order. */
  readonly labels: readonly Label[];
  /** Least similarity of a member to the first one, in [0, 1]; 1 where letters and digits are the same. */
  readonly similarity: number;
  /** Whether all texts are equal, character by character, once they are cleaned. */
  readonly isExact: boolean;
}

/** Groups of copies, and what follows from them. */
export interface Copies {
  /** `[nArticles]` the first article of each one's group. */
  readonly groupOf: Uint32Array;
  /** The largest first; ties by their first article. */
  readonly groups: readonly CopyGroup[];
}

/**
 * Finds copies among documents; see `findNearDuplicates`.
 * @param labels `[nDocuments]`
 */
export function findCopies(documents: readonly string[], labels: readonly Label[], similarity: number): Copies {
  const { groupOf, groups } = findNearDuplicates(documents, { similarity });
  const described = groups.map((articles): CopyGroup => {
    const [first, ...others] = articles.map((article) => documents[article] as string) as [string, ...string[]];
    return {
      articles,
      labels: [...new Set(articles.map((article) => labels[article] as Label))].sort(),
      similarity: others.reduce((least, other) => Math.min(least, textSimilarity(first, other)), 1),
      isExact: others.every((other) => other === first),
    };
  });
  described.sort((left, right) => right.articles.length - left.articles.length);
  return { groupOf, groups: described };
}
