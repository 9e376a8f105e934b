import type { Cleaning } from "../options/train-options.js";
import { type Article, toCleanDocument } from "./article.js";
import { traceCleanNews } from "./clean-news.js";
import { type TracedText, traceCleanText } from "./traced-text.js";

/** A part of an article as it was given, in UTF-16 units: `article[part].slice(start, end)`. */
export interface TextRange {
  readonly part: keyof Article;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The document of an article and the way back. */
export interface TracedDocument {
  /** What `toCleanDocument` returns. */
  readonly text: string;
  /** Where units [start, end) of the document come from. They must be some, of one part: not the line break between. */
  readonly rangeOf: (start: number, end: number) => TextRange;
}

/** `toCleanDocument` with the place in the article that each part of the document comes from. Linear time. */
export function traceDocument(article: Article, clean: Cleaning): TracedDocument {
  const text = toCleanDocument(article, clean);
  const traced = (trace: (text: string) => TracedText) => ({ title: trace(article.title), body: trace(article.body) });
  let { title, body } = traced(clean === "news" ? traceCleanNews : traceCleanText);
  // Of an article that is nothing but boilerplate all is kept.
  if (title.text === "" && body.text === "") ({ title, body } = traced(traceCleanText));
  const bodyStart = text.length - body.text.length;
  const rangeIn = (part: keyof Article, { starts, ends }: TracedText, start: number, end: number): TextRange => ({
    part,
    start: starts[start] as number,
    end: ends[end - 1] as number,
  });
  return {
    text,
    rangeOf: (start, end) =>
      end <= title.text.length
        ? rangeIn("title", title, start, end)
        : rangeIn("body", body, start - bodyStart, end - bodyStart),
  };
}
