import { type LabeledArticle, toDocument } from "../text/article.js";
import { unifyLabels } from "../text/label-spelling.js";

/** One change that was made. */
export interface Change {
  /** Name of the file, and 1-based line of the article in it. */
  readonly source: string;
  readonly line: number;
  readonly change: "label-spelling" | "exact-copy" | "unusable-row";
  /** What stood there; of a dropped row its label or the reason. */
  readonly from: string;
  /** What stands there now; "" for a dropped row. */
  readonly to: string;
}

/** What {@link fixArticles} needs of a data set. */
export interface FixInput {
  /** With their labels as they stand in the file. */
  readonly articles: readonly LabeledArticle[];
  /** `[nArticles]` name of the file of each. */
  readonly sources: readonly string[];
  /** `[nArticles]` 1-based line of each in its file. */
  readonly lines: readonly number[];
}

export interface FixedArticles {
  readonly articles: readonly LabeledArticle[];
  /** In the order of the articles. */
  readonly changes: readonly Change[];
}

/**
 * Returns the articles with what can be mended without judgement: spellings of one label become the most frequent one, and of equal
 * texts with equal labels the first stays. Texts are not touched; suspects, conflicts and near-copies are left to people.
 *
 * @param mergeSpellings whether spellings are mended; when not, copies must agree in them
 */
export function fixArticles({ articles, sources, lines }: FixInput, mergeSpellings: boolean): FixedArticles {
  const mended = mergeSpellings ? unifyLabels(articles).articles : articles;
  const changes: Change[] = [];
  const kept: LabeledArticle[] = [];
  const seen = new Set<string>();
  for (const [place, article] of mended.entries()) {
    const at = { source: sources[place] as string, line: lines[place] as number };
    const from = (articles[place] as LabeledArticle).label;
    const key = `${article.label}\0${toDocument(article)}`;
    if (seen.has(key)) {
      changes.push({ ...at, change: "exact-copy", from, to: "" });
      continue;
    }
    seen.add(key);
    if (article.label !== from) changes.push({ ...at, change: "label-spelling", from, to: article.label });
    kept.push(article);
  }
  return { articles: kept, changes };
}
