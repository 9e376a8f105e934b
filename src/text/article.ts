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

/**
 * Returns the text given to the model: the cleaned title and the cleaned body joined by one line break; a lone part stands by itself.
 *
 * The one rule for joining title and body, the same at training and inference. `classify(text)` treats its text as a title
 * without a body, so `toDocument({ title: text, body: "" })` is what it sees.
 */
export function toDocument(article: Article): string {
  const title = cleanText(article.title);
  const body = cleanText(article.body);
  if (title === "") return body;
  return body === "" ? title : `${title}\n${body}`;
}
