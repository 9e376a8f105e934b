/** Text that is safe to put into a page as it stands. Only {@link html} and {@link trustHtml} make it. */
export class Html {
  readonly source: string;

  /** @internal use {@link html} */
  constructor(source: string) {
    this.source = source;
  }

  toString(): string {
    return this.source;
  }
}

/** What {@link html} takes between its parts; lists are joined, null leaves nothing. */
export type HtmlValue = Html | string | number | null | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Control characters that HTML forbids, and signs that turn the reading direction of what follows. A lone surrogate
 * cannot be written as UTF-8.
 */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u200E\u200F\u202A-\u202E\u2066-\u2069]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Returns the text as it can stand in an element or a quoted attribute; characters that a page must not hold become U+FFFD. */
export function escapeHtml(text: string): string {
  return text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

function sourceOf(value: HtmlValue): string {
  if (value instanceof Html) return value.source;
  if (value === null) return "";
  if (typeof value === "object") return value.map(sourceOf).join("");
  return escapeHtml(String(value));
}

/**
 * Makes a part of a page. Whatever is put in is escaped, unless it is a part of a page itself; values of attributes must stand
 * in double quotes.
 *
 * @example
 * ```ts
 * html`<li title="${title}">${items.map((item) => html`<b>${item}</b>`)}</li>`;
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((text, part, index) => text + sourceOf(values[index - 1] ?? null) + part));
}

/** Marks a text of our own, such as the page's styles, as safe. Never for a text from outside. */
export function trustHtml(source: string): Html {
  return new Html(source);
}
