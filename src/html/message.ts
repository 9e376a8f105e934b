import { type Html, html } from "./html.js";

/** Languages of the pages. */
export const LANGUAGES = ["ko", "en"] as const;

export type Language = (typeof LANGUAGES)[number];

/** The same words in each language. Numbers and names are put in by whoever makes the message. */
export type Message = Readonly<Record<Language, string>>;

/** Makes a message. */
export function message(ko: string, en: string): Message {
  return { ko, en };
}

/** Returns a message that is the same in each language, such as a name or a number. */
export function plain(text: string): Message {
  return { ko: text, en: text };
}

/** Shows a message in both languages; the page's styles hide the one that was not chosen. */
export function show(text: Message): Html {
  return text.ko === text.en
    ? html`${text.ko}`
    : html`<span lang="ko">${text.ko}</span><span lang="en">${text.en}</span>`;
}

/** `show` inside an SVG text. */
export function showInSvg(text: Message): Html {
  return text.ko === text.en
    ? html`${text.ko}`
    : html`<tspan lang="ko">${text.ko}</tspan><tspan lang="en">${text.en}</tspan>`;
}

/**
 * Returns the content of an element that may hold text alone (`<option>`, `<title>`), with the attributes from which the page's
 * script takes the words when the language is switched: put `attributes` into the start tag.
 */
export function plainText(text: Message, language: Language): { readonly attributes: Html; readonly text: string } {
  return { attributes: html`data-ko="${text.ko}" data-en="${text.en}"`, text: text[language] };
}
