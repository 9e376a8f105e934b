/** Entries that a user adds to a dictionary, with all that the lattice needs of them. */

import { OptionError } from "../errors.js";
import { parseJsonItems } from "../json.js";
import { normalizeText } from "../text/normalize-text.js";
import type { Features } from "./features.js";

/** An entry beside those of the dictionary; {@link UserWordParser} makes it from a line of a user dictionary. */
export interface UserWord {
  /** In NFC; may hold spaces, not at its beginning. */
  readonly surface: string;
  /** Left context id of the original dictionary, as in mecab-ko's CSV. */
  readonly leftId: number;
  /** Right context id of the original dictionary. */
  readonly rightId: number;
  /** -32768 to 32767; the cheaper, the more likely the word is chosen. */
  readonly cost: number;
  readonly features: Features;
}

/** mecab packs the number of entries of a surface into eight bits; beyond it the original drops words silently. */
export const MAX_ENTRIES_PER_SURFACE = 255;

/** In a dictionary or a model; a row of some bytes becomes a word of some hundred. mecab-ko-dic itself has 816,283. */
export const MAX_USER_WORDS = 100_000;

export const MIN_WORD_COST = -32_768;
export const MAX_WORD_COST = 32_767;

/** Names of the features in the order of mecab-ko's columns 5 to 12. */
export const FEATURE_NAMES = [
  "tag",
  "semantic",
  "final",
  "reading",
  "type",
  "firstTag",
  "lastTag",
  "expression",
] as const satisfies readonly (keyof Features)[];

/** Columns of a row: surface, left id, right id, cost, features. */
const N_ROW_COLUMNS = 4 + FEATURE_NAMES.length;

/** What mecab skips before a word, and what no surface may hold. */
const LEADING_SPACE = /^ /;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const SURROGATE = /\p{Surrogate}/u;

/** What must hold of a surface that the given one breaks; null for a good one. */
export function findSurfaceFault(surface: string): string | null {
  if (surface === "") return "a word that is not empty";
  if (LEADING_SPACE.test(surface)) return "a word that does not begin with a space";
  if (CONTROL.test(surface)) return "a word without line ends, tabs or other control characters";
  if (SURROGATE.test(surface)) return "a word without halves of surrogate pairs";
  return surface === normalizeText(surface) ? null : "a word in NFC";
}

/** What must hold of a feature that the given one breaks; null for a good one. mecab prints features between commas. */
export function findFeatureFault(value: string): string | null {
  if (value === "") return 'a feature that is not empty ("*" stands for none)';
  return value.includes(",") || CONTROL.test(value) || SURROGATE.test(value)
    ? "a feature without commas and control characters"
    : null;
}

/**
 * Checks words that come from a program or a file.
 * @throws {OptionError} naming the first value that breaks a rule, or when there are more than 100,000
 */
export function checkUserWords(words: readonly UserWord[], nLeftIds: number, nRightIds: number): void {
  if (words.length > MAX_USER_WORDS) {
    throw new OptionError("userWords", `at most ${MAX_USER_WORDS} words`, words.length);
  }
  const counts = new Map<string, number>();
  for (const [index, { surface, leftId, rightId, cost, features }] of words.entries()) {
    const name = `userWords[${index}]`;
    const check = (field: string, constraint: string | null, received: unknown): void => {
      if (constraint !== null) throw new OptionError(`${name}.${field}`, constraint, received);
    };
    check("surface", findSurfaceFault(surface), surface);
    check("leftId", findRangeFault(leftId, 0, nLeftIds - 1), leftId);
    check("rightId", findRangeFault(rightId, 0, nRightIds - 1), rightId);
    check("cost", findRangeFault(cost, MIN_WORD_COST, MAX_WORD_COST), cost);
    for (const feature of FEATURE_NAMES) {
      check(`features.${feature}`, findFeatureFault(features[feature]), features[feature]);
    }
    const count = (counts.get(surface) ?? 0) + 1;
    counts.set(surface, count);
    check("surface", count > MAX_ENTRIES_PER_SURFACE ? tooManyEntries : null, surface);
  }
}

const tooManyEntries = `one of at most ${MAX_ENTRIES_PER_SURFACE} entries of its surface`;

function findRangeFault(value: number, least: number, greatest: number): string | null {
  return Number.isInteger(value) && value >= least && value <= greatest ? null : `an integer ${least} to ${greatest}`;
}

/**
 * The words as UTF-8 JSON: an array of rows in mecab-ko's column order, `[surface, leftId, rightId, cost, tag, semantic,
 * final, reading, type, firstTag, lastTag, expression]`. Equal words in the same order give equal bytes.
 */
export function encodeUserWords(words: readonly UserWord[]): Uint8Array<ArrayBuffer> {
  const rows = words.map(({ surface, leftId, rightId, cost, features }) => [
    surface,
    leftId,
    rightId,
    cost,
    ...FEATURE_NAMES.map((name) => features[name]),
  ]);
  return new TextEncoder().encode(JSON.stringify(rows));
}

/**
 * Reads what {@link encodeUserWords} writes; the values are checked when a dictionary takes them.
 * @throws {Error} when the bytes are not such rows, or more than 100,000
 */
export function decodeUserWords(bytes: Uint8Array): readonly UserWord[] {
  const words: UserWord[] = [];
  for (const row of parseJsonItems(new TextDecoder().decode(bytes))) {
    if (words.length === MAX_USER_WORDS) throw new SyntaxError(`there are more than ${MAX_USER_WORDS} user words`);
    if (!isRow(row)) throw new SyntaxError(`row ${words.length} of the user words must have ${N_ROW_COLUMNS} columns`);
    const [surface, leftId, rightId, cost, ...values] = row;
    const features = Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, values[i]])) as unknown as Features;
    words.push({ surface, leftId, rightId, cost, features });
  }
  return words;
}

function isRow(value: unknown): value is [string, number, number, number, ...string[]] {
  if (!Array.isArray(value) || value.length !== N_ROW_COLUMNS) return false;
  return value.every((column, i) => typeof column === (i >= 1 && i <= 3 ? "number" : "string"));
}
