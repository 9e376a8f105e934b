/** Parts of compound and inflected words, and the dictionary form of verbs. */

import type { Features } from "./features.js";

/** One morpheme of an expression. */
export interface ExpressionPart {
  /** Dictionary form; standalone jamo as Hangul compatibility jamo (ㄴ, ㅂ), whichever form the entry used. */
  readonly form: string;
  readonly tag: string;
  readonly semantic: string;
}

/** Compatibility letter of the conjoining initial consonants U+1100 .. U+1112. */
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
/** Compatibility letter of the conjoining vowels U+1161 .. U+1175. */
const VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
/** Compatibility letter of the conjoining final consonants U+11A8 .. U+11C2. */
const FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

const CONJOINING_JAMO = /[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]/g;

/** Tags whose dictionary form takes 다. */
const LEMMA_TAGS: ReadonlySet<string> = new Set(["VV", "VA", "VX", "VCP", "VCN"]);

/**
 * Standalone conjoining jamo replaced by compatibility jamo: the dictionary writes ㄴ다 as U+11AB 다 in some entries and
 * as U+3134 다 in others. Syllables stay as they are.
 */
export function normalizeJamo(form: string): string {
  return form.replace(CONJOINING_JAMO, (jamo) => {
    const unit = jamo.charCodeAt(0);
    if (unit >= 0x11a8) return FINALS.charAt(unit - 0x11a8);
    return unit >= 0x1161 ? VOWELS.charAt(unit - 0x1161) : INITIALS.charAt(unit - 0x1100);
  });
}

/** The parts of an expression, in order; none for "*". A part's form is empty in nine faulty entries. */
export function parseExpression(expression: string): readonly ExpressionPart[] {
  if (expression === "*") return [];
  return expression.split("+").map((part) => {
    const [form = "", tag = "*", semantic = "*"] = part.split("/");
    return { form: normalizeJamo(form), tag, semantic };
  });
}

/**
 * Dictionary form of a verb, adjective, auxiliary or copula: its stem and 다 (들어갔 → 들어가다); null for other words.
 * A convention of this project: mecab-ko has no lemma.
 */
export function lemma(surface: string, features: Features): string | null {
  for (const part of parseExpression(features.expression)) {
    if (LEMMA_TAGS.has(part.tag)) return `${part.form}다`;
  }
  return LEMMA_TAGS.has(features.tag) ? `${surface}다` : null;
}
