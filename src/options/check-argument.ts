/**
 * Checks of arguments at the public boundary, where callers without types may give anything. What goes on unchecked would
 * fail far from its cause, give a result of no meaning, or leave the kernels' memory broken for all later calls.
 */

import { NewsclfError, OptionError } from "../errors.js";

/** The names of all options of a group; a missing one does not compile. */
export type OptionNames<T> = { readonly [K in keyof T]-?: true };

/** @throws {OptionError} when the value is not a string */
export function checkText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new OptionError(name, "a string", value);
}

/** @throws {OptionError} when the value is not an array of strings */
export function checkTexts(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new OptionError(name, "an array of strings", value);
  for (let i = 0; i < value.length; i++) if (typeof value[i] !== "string") checkText(`${name}[${i}]`, value[i]);
}

/** Makes a name for a part that is at fault alone, for articles are checked by the thousand. */
function checkPart(name: string, part: string, value: unknown): void {
  if (typeof value !== "string") checkText(`${name}.${part}`, value);
}

/** @throws {OptionError} when the value has not the parts of an article */
export function checkArticle(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null) throw new OptionError(name, "an article, { title, body }", value);
  const { title, body } = value as { readonly title?: unknown; readonly body?: unknown };
  checkPart(name, "title", title);
  checkPart(name, "body", body);
}

/** @throws {OptionError} when the value has not the parts of an article with its label */
export function checkLabeledArticle(name: string, value: unknown): void {
  checkArticle(name, value);
  checkPart(name, "label", (value as { readonly label?: unknown }).label);
}

/** @throws {OptionError} when the value is not an array of articles with their labels */
export function checkLabeledArticles(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new OptionError(name, "an array of articles, { title, body, label }", value);
  for (const [i, article] of value.entries()) checkLabeledArticle(`${name}[${i}]`, article);
}

/**
 * Checks that the value is something of a kind, by a method that the kind has: an instance of another copy of the package
 * is as good.
 * @param kind what must hold, such as "a Classifier"
 * @throws {OptionError} when it has no such method
 */
export function checkMethod(name: string, value: unknown, method: PropertyKey, kind: string): void {
  const found = (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[method];
  if (typeof found !== "function") throw new OptionError(name, kind, value);
}

/** @throws {OptionError} when the value is not an object with options */
export function checkOptions(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OptionError(name, "an object", value);
}

/**
 * Checks that no option is misspelt, which would be ignored in silence.
 * @param prefix of the names in messages, such as "vectorizer."
 * @throws {OptionError} when the options are not an object
 * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not among the names
 */
export function checkOptionNames<T extends object>(given: T, names: OptionNames<T>, prefix = ""): void {
  checkOptions(prefix === "" ? "options" : prefix.slice(0, -1), given);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).join(", ");
    throw new NewsclfError("OPTION_UNKNOWN", `${prefix}${name} is not an option; known: ${known}`);
  }
}
