import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";
import type { LabeledArticle } from "../../src/text/article.js";

/** Returns the articles with a share of the labels replaced by another one at random, and the places of these. */
export function plantErrors(articles: readonly LabeledArticle[], share: number, seed: number) {
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const random = new Philox().withKey(seed, 0);
  let nDrawn = 0;
  const below = (n: number): number => {
    random.generate(nDrawn++, 0, 0, 0);
    return Math.floor((random.words[0] as number) * WORD_TO_UNIT * n);
  };
  const nPlanted = Math.round(share * articles.length);
  const planted = new Set<number>();
  while (planted.size < nPlanted) planted.add(below(articles.length));
  const swapped = articles.map((article, place) => {
    if (!planted.has(place)) return article;
    const others = labels.filter((label) => label !== article.label);
    return { ...article, label: others[below(others.length)] as string };
  });
  return { swapped, planted };
}
