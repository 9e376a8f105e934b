import { DatasetError, OptionError } from "../errors.js";
import { checkLabeledArticle } from "../options/check-argument.js";
import type { Label, LabeledArticle } from "../text/article.js";
import { ArticleHash } from "./article-hash.js";
import type { StoredArticles } from "./stored-articles.js";

/** The articles of a run with what is known of them as a whole. */
export interface Corpus {
  readonly articles: { at(index: number): LabeledArticle | undefined };
  /** Sorted by code unit. */
  readonly labels: readonly Label[];
  /** `[nArticles]` number of each article's label. */
  readonly labelNumbers: Int32Array;
  /** SHA-256 of the articles as they were given, in hexadecimal digits. */
  readonly hash: string;
}

/**
 * Returns a copy of an article.
 * @param index its number, for messages
 * @throws {OptionError} when a title, body or label is not a string, or a label is empty
 */
export function copyArticle(article: LabeledArticle, index: number): LabeledArticle {
  checkLabeledArticle(`articles[${index}]`, article);
  const { title, body, label } = article;
  if (label === "") throw new OptionError(`articles[${index}].label`, "a string that is not empty", label);
  return { title, body, label };
}

/** Takes articles one by one. */
export class CorpusBuilder {
  readonly #articles: LabeledArticle[] = [];
  readonly #stored: StoredArticles | null;
  readonly #labels: Label[] = [];
  #hash = new ArticleHash();

  /** @param stored holds the articles that will be added; copies are kept when left out */
  constructor(stored: StoredArticles | null = null) {
    this.#stored = stored;
  }

  /**
   * Takes a copy of an article and returns it.
   * @throws {OptionError} when a title, body or label is not a string, or a label is empty
   */
  add(article: LabeledArticle): LabeledArticle {
    const copy = copyArticle(article, this.#labels.length);
    this.#labels.push(copy.label);
    if (this.#stored === null) this.#articles.push(copy);
    this.#hash.add(copy);
    return copy;
  }

  /**
   * Returns the corpus; nothing may be added afterwards.
   * @param labelOf what each label is to be, as if it had been given so; for articles that are not stored
   * @param source name of the articles' source for messages
   * @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles
   */
  async finish(source: string, labelOf: (label: Label) => Label = (label) => label): Promise<Corpus> {
    if (this.#labels.some((label) => labelOf(label) !== label)) this.#relabel(labelOf);
    const labels = checkLabels(this.#labels, source);
    const numbers = new Map(labels.map((label, number) => [label, number]));
    const labelNumbers = Int32Array.from(this.#labels, (label) => numbers.get(label) as number);
    return { articles: this.#stored ?? this.#articles, labels, labelNumbers, hash: await this.#hash.finish() };
  }

  /** Gives the copies other labels, and with them another hash. */
  #relabel(labelOf: (label: Label) => Label): void {
    if (this.#stored !== null) throw new Error("Bug: stored articles get their labels before they are analysed");
    this.#hash = new ArticleHash();
    for (const [index, article] of this.#articles.entries()) {
      const relabeled = { ...article, label: labelOf(article.label) };
      this.#articles[index] = relabeled;
      this.#labels[index] = relabeled.label;
      this.#hash.add(relabeled);
    }
  }
}

/**
 * Returns the labels of articles that can be learned from, each once, sorted by code unit.
 * @param ofArticles label of each article
 * @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles
 */
export function checkLabels(ofArticles: readonly Label[], source: string): readonly Label[] {
  if (ofArticles.length === 0) throw new DatasetError("DATASET_EMPTY", { source }, "there is no article");
  const support = new Map<Label, number>();
  for (const label of ofArticles) support.set(label, (support.get(label) ?? 0) + 1);
  const labels = [...support.keys()].sort();
  if (labels.length < 2) {
    throw new DatasetError(
      "DATASET_ONE_LABEL",
      { source },
      `all ${ofArticles.length} articles have the label ${JSON.stringify(labels[0])}; a classifier needs two labels or more`,
    );
  }
  const rare = labels.filter((label) => (support.get(label) as number) < 2);
  if (rare.length > 0) {
    throw new DatasetError(
      "DATASET_FEW_DOCUMENTS",
      { source },
      `a label needs two articles or more; only one has ${rare.map((label) => JSON.stringify(label)).join(", ")}; add articles or drop the label`,
    );
  }
  return labels;
}
