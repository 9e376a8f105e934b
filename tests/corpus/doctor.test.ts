/** The search for wrong labels on shared data, 5% of whose labels were replaced by others at random. */

import path from "node:path";
import { describe, expect, it } from "vitest";
import { examine } from "../../src/doctor/examine.js";
import { readArticles } from "../../src/io/read-articles.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { plantErrors } from "./plant-errors.js";

const DATA = path.resolve(import.meta.dirname, "../../../shared/data");
const SEED = 1;
const PLANTED_SHARE = 0.05;

describe("newsclf doctor", () => {
  it.each([
    ["articles.csv", 0.5],
    ["bbc_en.csv", 0.5],
  ])("finds labels that were swapped in %s", async (file, least) => {
    const articles: LabeledArticle[] = [];
    for await (const { article } of readArticles(path.join(DATA, file))) articles.push(article);
    const { swapped, planted } = plantErrors(articles, PLANTED_SHARE, SEED);
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
