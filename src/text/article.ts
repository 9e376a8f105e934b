import { checkArticle } from "../options/check-argument.js";
import type { Cleaning } from "../options/train-options.js";
import { cleanNews } from "./clean-news.js";
import { cleanText } from "./clean-text.js";

export type Label = string;

/** One news record. Either part may be empty, not both. */
export interface Article {
  readonly title: string;
  readonly body: string;
}

export interface LabeledArticle extends Article {
  readonly label: Label;
}

function join(article: Article, clean: (text: string) => string): string {
  const [title, body] = [clean(article.title), clean(article.body)];
  if (title === "") return body;
  return body === "" ? title : `${title}\n${body}`;
}

/**
 * Returns the text given to the model: the cleaned title and the cleaned body joined by one line break; a lone part stands by itself.
 *
 * The one rule for joining title and body, the same at training and inference. `classify(text)` treats its text as a title
 * without a body, so `toDocument({ title: text, body: "" })` is what it sees.
 * @throws {OptionError} when title or body is not a string
 */
export function toDocument(article: Article): string {
  checkArticle("article", article);
  return join(article, cleanText);
}

/**
 * `toDocument` with what a model's `settings.text.clean` takes out: "none" nothing, "news" what `cleanNews` does. Of an article
 * that is nothing but boilerplate all is kept.
 * @throws {OptionError} when title or body is not a string
 */
export function toCleanDocument(article: Article, clean: Cleaning): string {
  checkArticle("article", article);
  const document = clean === "news" ? join(article, cleanNews) : "";
  return document === "" ? join(article, cleanText) : document;
}
