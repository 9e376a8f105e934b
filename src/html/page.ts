import { sha256 } from "../sha-256.js";
import { type Html, html, trustHtml } from "./html.js";
import { type Language, type Message, message, plainText, show } from "./message.js";
import { PAGE_SCRIPT } from "./page-script.js";
import { PAGE_STYLES } from "./styles.js";

/** A part of a page with a heading that the page's own list of contents leads to. */
export interface Section {
  /** Unique within the page; letters, digits and hyphens. */
  readonly id: string;
  readonly title: Message;
  readonly content: Html;
}

export interface Page {
  readonly title: Message;
  /** Between the title and the sections: what the reader must know first. */
  readonly summary: Html;
  readonly sections: readonly Section[];
  /** At the end, in small letters. */
  readonly footer: Html;
}

/** SHA-256 of a text's UTF-8 as a source expression of a Content-Security-Policy. */
async function hashSource(text: string): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...digest))}'`;
}

/**
 * Returns a whole HTML document in one file: it loads nothing, and its Content-Security-Policy lets only its own styles and script
 * in, by their hashes. Everything is there without the script, which adds the switches for language and theme, and filters.
 *
 * @param language that the page opens in; it holds all languages
 * @see W3C, Content Security Policy Level 3, section 8.3 (hashes)
 */
export async function renderPage({ title, summary, sections, footer }: Page, language: Language): Promise<string> {
  const [scriptHash, styleHash] = await Promise.all([hashSource(PAGE_SCRIPT), hashSource(PAGE_STYLES)]);
  const policy = [
    "default-src 'none'",
    `script-src ${scriptHash}`,
    `style-src ${styleHash}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const titleText = plainText(title, language);
  const contents = sections.map((section) => html`<li><a href="#${section.id}">${show(section.title)}</a></li>`);
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title ${titleText.attributes}>${titleText.text}</title>
<style>${trustHtml(PAGE_STYLES)}</style>
</head>
<body>
<a class="skip" href="#main">${show(message("본문으로 가기", "Skip to content"))}</a>
<header class="top">
<div class="switches scripted">
<div role="group"><span class="hidden">${show(message("언어", "Language"))}</span>
<button type="button" data-set-language="ko" lang="ko">한국어</button>
<button type="button" data-set-language="en" lang="en">English</button></div>
<button type="button" data-switch-theme>${show(message("밝게/어둡게", "Light/dark"))}</button>
</div>
<h1>${show(title)}</h1>
</header>
<nav><ul>${contents}</ul></nav>
<main id="main">
${summary}
${sections.map(
  (section) => html`<section id="${section.id}">
<h2>${show(section.title)}</h2>
${section.content}</section>
`,
)}</main>
<footer>${footer}</footer>
<script>${trustHtml(PAGE_SCRIPT)}</script>
</body>
</html>
`;
  return document.source;
}
