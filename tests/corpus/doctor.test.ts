/** The search for wrong labels on shared data, 5% of whose labels were replaced by others at random. */

import path from "node:path";
import { describe, expect, it } from "vitest";
import { examine } from "../../src/doctor/examine.js";
import { readArticles } from "../../src/io/read-articles.js";
import { Philox, WORD_TO_UNIT } from "../../src/kernels/random.js";
import type { LabeledArticle } from "../../src/text/article.js";

const DATA = path.resolve(import.meta.dirname, "../../../shared/data");
const SEED = 1;
const PLANTED_SHARE = 0.05;

/** Returns the articles with a share of the labels replaced by another one at random, and the places of these. */
function plantErrors(articles: readonly LabeledArticle[]) {
  const labels = [...new Set(articles.map(({ label }) => label))].sort();
  const random = new Philox().withKey(SEED, 0);
  let nDrawn = 0;
  const below = (n: number): number => {
    random.generate(nDrawn++, 0, 0, 0);
    return Math.floor(random.words[0]! * WORD_TO_UNIT * n);
  };
  const nPlanted = Math.round(PLANTED_SHARE * articles.length);
  const planted = new Set<number>();
  while (planted.size < nPlanted) planted.add(below(articles.length));
  const swapped = articles.map((article, place) => {
    if (!planted.has(place)) return article;
    const others = labels.filter((label) => label !== article.label);
    return { ...article, label: others[below(others.length)]! };
  });
  return { swapped, planted };
}

describe("newsclf doctor", () => {
  it.each([
    ["articles.csv", 0.5],
    ["bbc_en.csv", 0.5],
  ])("finds labels that were swapped in %s", async (file, least) => {
    const articles: LabeledArticle[] = [];
    for await (const { article } of readArticles(path.join(DATA, file))) articles.push(article);
    const { swapped, planted } = plantErrors(articles);
    const { labelErrors } = await examine(
      {
        name: file,
        articles: swapped,
        sources: swapped.map(() => file),
        lines: swapped.map((_, place) => place),
        files: [],
      },
      { top: planted.size },
    );
    const nFound = labelErrors!.suspects.filter(({ line }) => planted.has(line)).length;
    expect(nFound / planted.size).toBeGreaterThanOrEqual(least);
  });
});
