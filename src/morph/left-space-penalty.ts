import type { Features } from "./features.js";

const ENDINGS: readonly string[] = ["EC", "EF", "EP", "ETM", "ETN"];
const PARTICLES: readonly string[] = ["JC", "JKB", "JKC", "JKG", "JKO", "JKQ", "JKS", "JKV", "JX"];
const SUFFIXES_AND_COPULA: readonly string[] = ["VCP", "XSA", "XSN", "XSV"];

const PENALTY_OF_TAG: ReadonlyMap<string, number> = new Map([
  ...ENDINGS.map((tag) => [tag, 3000] as const),
  ...PARTICLES.map((tag) => [tag, 6000] as const),
  ...SUFFIXES_AND_COPULA.map((tag) => [tag, 3000] as const),
]);

/**
 * Cost that mecab-ko adds to a word after white space: particles 6000; endings, suffixes and the copula 3000; 0 for all
 * others. Of an inflected word the first tag counts; compounds and preanalysed words carry none.
 *
 * @see mecab-ko-dic, pos-id.def (first matching line) and dicrc, left-space-penalty-factor
 */
export function leftSpacePenalty({ tag, type, firstTag }: Pick<Features, "tag" | "type" | "firstTag">): number {
  if (type === "Compound" || type === "Preanalysis") return 0;
  return PENALTY_OF_TAG.get(type === "Inflect" ? firstTag : tag) ?? 0;
}
