/** Part-of-speech tags of mecab-ko-dic. */

/** Tags that carry what a text is about: nouns, numerals apart, predicates, roots, general adverbs, foreign words. */
export const CONTENT_TAGS: ReadonlySet<string> = new Set(["NNG", "NNP", "VV", "VA", "XR", "MAG", "SL", "SH"]);

/** The parts of a tag, in order: "VV+EC" → ["VV", "EC"]. */
export function splitTag(tag: string): readonly string[] {
  return tag.split("+");
}

/** Whether the tag, or the first part of a fused one, is a content tag: "VV+EC" is, "JKS" is not. */
export function isContentTag(tag: string): boolean {
  const plus = tag.indexOf("+");
  return CONTENT_TAGS.has(plus < 0 ? tag : tag.slice(0, plus));
}
